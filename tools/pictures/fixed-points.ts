// The figure of learn/fixed-points: where the fixed points of the triangle memory are on
// the axis through one of its patterns, against β.

import { readFileSync } from "node:fs";
import { atOnce } from "../../packages/core/src/index.ts";
import {
  type FixedPointKind,
  classify,
  makeLandscape,
  refine,
} from "../../packages/ham/src/index.ts";
import { compile } from "../../packages/dsl/src/index.ts";
import { evaluateScalar, HamError, type Tensor } from "../../packages/graph/src/index.ts";
import { CHART, themed } from "../../apps/cli/src/pictures/themed.ts";
import { CATALOGUE } from "../../packages/model/src/catalogue.ts";

const PAGE = new URL("../../apps/docs/src/content/docs/learn/fixed-points.md", import.meta.url);

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [760, 420, 64, 20, 30, 48];
const [LOW, HIGH, STEPS] = [1.65, 2.25, 300];

/** Okabe & Ito's colours, which people with colour blindness can tell apart. */
const COLOURS: Readonly<Record<FixedPointKind, string>> = {
  minimum: "#0072b2",
  saddle: "#d55e00",
  maximum: "#009e73",
  degenerate: "#777",
};

/** The program of the page, which the figure shows. */
function program(): string {
  const [, text] = /```ham\b.*\n([\s\S]*?)```/.exec(readFileSync(PAGE, "utf8")) ?? [];
  if (text === undefined) throw new HamError("tools/no-program", `${PAGE.pathname} has no program`);
  return text;
}

/** A fixed point. */
interface Dot {
  readonly beta: number;
  readonly x: number;
  readonly kind: FixedPointKind;
}

/** The fixed points on the axis through the first pattern, for many values of β. */
export function fixedPoints(): Dot[] {
  const { graph } = compile({ name: "triangle.ham", text: program() }, { registry: CATALOGUE });
  const sizes = new Map(graph.dims.map((dim) => [dim, evaluateScalar(dim.size!)]));
  const numbers = new Map<Tensor, number[]>();
  for (const tensor of graph.tensors) {
    if (tensor.source?.from !== "value") continue;
    numbers.set(tensor, [evaluateScalar(tensor.source.value, { tensors: numbers })]);
  }
  const sharpness = graph.tensors.find(({ name }) => name === "beta")!;
  return Array.from({ length: STEPS }, (_, n) => LOW + ((HIGH - LOW) * n) / (STEPS - 1)).flatMap(
    (beta) => {
      const tensors = new Map([...numbers, [sharpness, [beta]] as const]);
      const landscape = makeLandscape(graph, { sizes, tensors });
      const found: Dot[] = [];
      const starts = Array.from({ length: 33 }, (_, k) => Float64Array.of(-0.6 + 0.05 * k, 0));
      for (const { place, converged } of atOnce(refine(landscape, starts))) {
        const [x, y] = place.states;
        const known = found.some((dot) => Math.abs(dot.x - x) < 1e-5);
        if (!converged || known || Math.abs(y) > 1e-6) continue;
        const { kind } = atOnce(classify(landscape, landscape.at(place.states)));
        found.push({ beta, x, kind });
      }
      return found;
    },
  );
}

const across = (beta: number) => LEFT + ((beta - LOW) / (HIGH - LOW)) * (WIDTH - LEFT - RIGHT);
const up = (x: number) => HEIGHT - BOTTOM - ((x + 0.4) / 1.4) * (HEIGHT - TOP - BOTTOM);

/** The figure of these points. */
export function drawFixedPoints(dots: readonly Dot[]): string {
  const marks = dots.map(
    ({ beta, x, kind }) =>
      `<circle cx="${across(beta).toFixed(1)}" cy="${up(x).toFixed(1)}" r="1.8" fill="${COLOURS[kind]}"/>`,
  );
  const ticks = [1.7, 1.8, 1.9, 2, 2.1, 2.2].map(
    (beta) =>
      `<text x="${across(beta)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${beta}</text>`,
  );
  const rungs = [-0.4, 0, 0.5, 1].map(
    (x) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${up(x)}" y2="${up(x)}" stroke="#ccc"/><text x="${LEFT - 8}" y="${up(x) + 4}" text-anchor="end">${x}</text>`,
  );
  const births = [1.830429, 2].map(
    (beta) =>
      `<line x1="${across(beta)}" x2="${across(beta)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="#999" stroke-dasharray="3 4"/>`,
  );
  const legend = (["minimum", "saddle", "maximum"] as const).map(
    (kind, n) =>
      `<circle cx="${LEFT + 24}" cy="${TOP + 22 + 20 * n}" r="4" fill="${COLOURS[kind]}"/><text x="${LEFT + 36}" y="${TOP + 26 + 20 * n}">${kind}</text>`,
  );
  const drawn = [
    `<svg class="${CHART}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="system-ui, sans-serif" font-size="14">`,
    ...rungs,
    ...births,
    ...marks,
    ...ticks,
    ...legend,
    `<text x="${WIDTH - RIGHT}" y="${HEIGHT - 8}" text-anchor="end">β</text>`,
    `<text x="${LEFT}" y="18">position on the axis through a pattern</text>`,
    "</svg>\n",
  ].join("\n");
  return themed(drawn);
}
