// Convexity in numbers: uᵀ ∇²L(x) u ≥ 0 at thousands of points, for the whole catalogue.

import {
  evaluate,
  hessianVectorProduct,
  indicesOf,
  makeDim,
  makeDraws,
  makeNeuron,
  makeTensor,
} from "@hamlet/graph";
import { LAGRANGIANS } from "@hamlet/lagrangians";
import { expect, test } from "vitest";
import { samples, seed } from "../../../tools/samples.ts";

const POINTS = samples(2500);
const UNITS = 5;
/** Rounding of sums whose terms cancel, as a part of the sum of their sizes. */
const ROUNDING = 1e-12;

/** Independent points are rows of one layer: what is mixed is the last axis only. */
const B = makeDim("B", POINTS);
const D = makeDim("D", UNITS);

test.each(LAGRANGIANS.map((definition) => [definition.name, definition] as const))(
  "%s has a positive semi-definite Hessian at thousands of points",
  (name, definition) => {
    const options: Record<string, number> = name === "repu" ? { n: 2.5 } : {};
    const neuron = makeNeuron("x", [B, D], definition, { options, over: [D] });
    const direction = makeTensor("u", "const", [B, D]);
    const at = indicesOf([B, D]);
    const product = hessianVectorProduct(neuron.lagrangian, neuron.state, direction, at);
    const draws = makeDraws(seed());
    // Small, ordinary and large states in turn.
    const x = Float64Array.from(
      { length: POINTS * UNITS },
      (_, i) => [0.1, 1, 10][Math.floor(i / UNITS) % 3] * draws.normal(),
    );
    const u = Float64Array.from(x, () => draws.normal());
    const tensors = new Map([
      [neuron.state, x],
      [direction, u],
    ]);
    const { data } = evaluate(product, { tensors }, at);
    let curved = 0;
    for (let row = 0; row < POINTS; row++) {
      let bend = 0;
      let scale = 1;
      for (let k = row * UNITS; k < (row + 1) * UNITS; k++) {
        bend += u[k] * data[k];
        scale += Math.abs(u[k] * data[k]);
      }
      expect(
        bend,
        `x = [${x.slice(row * UNITS, (row + 1) * UNITS).join()}]`,
      ).toBeGreaterThanOrEqual(-ROUNDING * scale);
      if (bend > ROUNDING * scale) curved++;
    }
    // A Hessian that is 0 everywhere would pass; only those of binary layers are.
    if (definition.kind === "binary") expect(curved).toBe(0);
    else expect(curved).toBeGreaterThan(POINTS / 10);
  },
);
