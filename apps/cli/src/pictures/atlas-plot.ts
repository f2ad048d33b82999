// How the fixed points of a model change with a const, as SVG: a bifurcation diagram.

import type { Sweep } from "@hamlet/ham/atlas";
import * as Plot from "@observablehq/plot";
import { COLOURS, drawChart } from "./chart.ts";

/** Kinds with their colours and how large their dots are: minima are what recalls end in. */
const KINDS = [
  { kind: "minimum", colour: COLOURS[1], r: 3 },
  { kind: "saddle", colour: COLOURS[0], r: 2 },
  { kind: "maximum", colour: COLOURS[2], r: 2 },
  { kind: "degenerate", colour: "#777", r: 2 },
] as const;

/** Draws every fixed point at its distance from 0, and a line where points come or go. */
export function drawAtlas({ tensor, values, censuses, bifurcations }: Sweep): string {
  const points = censuses.flatMap(({ points: found }, i) =>
    found.map(({ kind, states }) => ({
      value: values[i],
      kind,
      length: Math.hypot(...[...states.values()].flatMap((layer) => [...layer])),
    })),
  );
  const seen = KINDS.filter(({ kind }) => points.some((point) => point.kind === kind));
  // Points that are alike but for a symmetry change at one moment.
  const moments = bifurcations.filter(
    ({ kind, at }, i) =>
      !bifurcations
        .slice(0, i)
        .some((other) => other.kind === kind && Math.abs(other.at - at) < 1e-6),
  );
  return drawChart({
    x: { label: tensor.name, domain: [values[0], values.at(-1)!] },
    y: { label: "distance from 0", grid: true },
    color: {
      domain: seen.map(({ kind }) => kind),
      range: seen.map(({ colour }) => colour),
      legend: false,
    },
    marks: [
      Plot.ruleX(moments, { x: "at", stroke: "#999", strokeDasharray: "4 3" }),
      Plot.text(moments, {
        x: "at",
        frameAnchor: "top",
        text: ({ kind, at }: (typeof moments)[0]) => `${kind} ${at.toFixed(5)}`,
        fill: "#555",
        dy: -14,
      }),
      ...seen.map(({ kind, r }) =>
        Plot.dot(
          points.filter((point) => point.kind === kind),
          { x: "value", y: "length", fill: "kind", r },
        ),
      ),
      ...seen.map((one, i) =>
        Plot.text([one], {
          frameAnchor: "top-left",
          text: "kind",
          fill: "kind",
          fontWeight: 600,
          dx: 10,
          dy: 14 + 16 * i,
        }),
      ),
    ],
  });
}
