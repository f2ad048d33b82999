// A Lagrangian as a picture: what a unit shows for its state, and the value behind it.

import {
  activationOf,
  evaluate,
  evaluateScalar,
  type LagrangianDefinition,
  makeDim,
  makeNeuron,
} from "../../packages/graph/src/index.ts";
import { CHART, themed } from "../../apps/cli/src/pictures/themed.ts";

const WIDTH = 360;
const HEIGHT = 200;
const MARGIN = 24;
const STATES = { from: -3, to: 3 };
const VALUES = { from: -2, to: 4 };
const POINTS = 241;

/** The value and the activation against the state. */
export interface Curves {
  readonly lagrangian: readonly Point[];
  readonly activation: readonly Point[];
}

/** The curves of a Lagrangian. */
export function lagrangianCurves(definition: LagrangianDefinition): Curves {
  const others = definition.coupled ? [0, 1] : [];
  const options: Record<string, number> = Object.fromEntries(
    definition.options.filter((option) => option.default === null).map(({ name }) => [name, 3]),
  );
  const neuron = makeNeuron("x", [makeDim("D", 1 + others.length)], definition, { options });
  const { indices, value } = activationOf(neuron);
  const states = Array.from(
    { length: POINTS },
    (_, k) => STATES.from + ((STATES.to - STATES.from) * k) / (POINTS - 1),
  );
  const at = (state: number) => ({ tensors: new Map([[neuron.state, [state, ...others]]]) });
  const lagrangian = states.map((x) => [x, evaluateScalar(neuron.lagrangian, at(x))] as const);
  const activation = states.map((x) => [x, evaluate(value, at(x), indices).data[0]] as const);
  return { lagrangian, activation };
}

/** The plot of L (dashed) and of the activation (solid) as SVG. */
export function lagrangianPicture({ lagrangian, activation }: Curves): string {
  return themed(
    `${[
      `<svg class="${CHART}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="Helvetica,Arial,sans-serif" font-size="11">`,
      line([STATES.from, 0], [STATES.to, 0]),
      line([0, VALUES.from], [0, VALUES.to]),
      ...[-2, 2].map((x) => label(String(x).replace("-", "−"), [x, 0], 0, 14, "middle")),
      ...[-1, 1, 2, 3].map((y) => label(String(y).replace("-", "−"), [0, y], -6, 4, "end")),
      label("x", [STATES.to, 0], 6, 4, "start"),
      `<path d="${path(lagrangian)}" fill="none" stroke="#999" stroke-width="1.5" stroke-dasharray="5 4"/>`,
      `<path d="${path(activation)}" fill="none" stroke="#1f6fb4" stroke-width="2"/>`,
      "</svg>",
    ].join("\n")}\n`,
  );
}

/** The value is null where it is beyond all numbers. */
type Point = readonly [state: number, value: number | null];

function place([state, value]: readonly [number, number]): readonly [number, number] {
  const across = (state - STATES.from) / (STATES.to - STATES.from);
  const up = (value - VALUES.from) / (VALUES.to - VALUES.from);
  return [MARGIN + across * (WIDTH - 2 * MARGIN), HEIGHT - MARGIN - up * (HEIGHT - 2 * MARGIN)];
}

/** A curve, broken where it leaves the picture or jumps. */
function path(points: readonly Point[]): string {
  let pen = "M";
  let last = Number.NaN;
  return points
    .flatMap(([state, found]) => {
      const value = found ?? Number.POSITIVE_INFINITY;
      const jumps = Math.abs(value - last) > 0.6;
      last = value;
      if (value < VALUES.from || value > VALUES.to) {
        pen = "M";
        return [];
      }
      const command = jumps ? "M" : pen;
      pen = "L";
      return [
        `${command}${place([state, value])
          .map((at) => at.toFixed(1))
          .join(" ")}`,
      ];
    })
    .join("");
}

function line(from: readonly [number, number], to: readonly [number, number]): string {
  const [[x1, y1], [x2, y2]] = [place(from), place(to)];
  return `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="#ccc" stroke-width="1"/>`;
}

function label(
  text: string,
  at: readonly [number, number],
  dx: number,
  dy: number,
  anchor: string,
): string {
  const [x, y] = place(at);
  return `<text x="${(x + dx).toFixed(1)}" y="${(y + dy).toFixed(1)}" fill="#555" text-anchor="${anchor}">${text}</text>`;
}
