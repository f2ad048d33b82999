// Loss against step, as SVG: every minibatch, and the examples held back.

import type { TrainResult } from "@hamlet/ham";
import * as Plot from "@observablehq/plot";
import { COLOURS, drawChart } from "./chart.ts";

const [MINIBATCHES, HELD_BACK] = ["minibatches", "held back"];

/** Draws the losses of a training; on a logarithmic axis where all of them are above 0. */
export function drawLosses({
  losses,
  validation,
}: Pick<TrainResult, "losses" | "validation">): string {
  const steps = losses.map((loss, step) => ({ name: MINIBATCHES, step: step + 1, loss }));
  const held = validation.map((point) => ({ name: HELD_BACK, ...point }));
  const lowest = held.toSorted((a, b) => a.loss - b.loss).slice(0, 1);
  const positive = [...steps, ...held].every(({ loss }) => loss > 0);
  return drawChart({
    x: { label: "step" },
    y: {
      type: positive ? "log" : "linear",
      label: "mean loss",
      ticks: 6,
      tickFormat: "~r",
    },
    color: { domain: [MINIBATCHES, HELD_BACK], range: [COLOURS[1], COLOURS[0]] },
    marks: [
      Plot.line(steps, {
        x: "step",
        y: "loss",
        stroke: "name",
        strokeWidth: 1,
        strokeOpacity: 0.6,
      }),
      Plot.line(held, { x: "step", y: "loss", stroke: "name", strokeWidth: 2 }),
      Plot.dot(held, { x: "step", y: "loss", fill: "name", r: 3 }),
      // The params after this step are kept.
      Plot.dot(lowest, { x: "step", y: "loss", stroke: "name", r: 7 }),
      ...[steps, held].map((points) =>
        Plot.text(points.slice(0, 1), {
          x: "step",
          y: "loss",
          text: "name",
          fill: "name",
          textAnchor: "start",
          dx: 12,
          dy: points === held ? -8 : 10,
          fontWeight: 600,
        }),
      ),
    ],
  });
}
