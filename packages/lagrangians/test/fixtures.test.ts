// Every Lagrangian against the reference values: value, activation, Hessian-vector product.

import {
  activationOf,
  evaluate,
  evaluateScalar,
  hessianVectorProduct,
  indicesOf,
  makeDim,
  makeNeuron,
  makeTensor,
} from "@hamlet/graph";
import { LAGRANGIANS } from "@hamlet/lagrangians";
import { expect, test } from "vitest";
import cases from "../../../fixtures/lagrangians.json" with { type: "json" };

/** The reference is float32: 1e-5 of the largest entry (or of 1), which its own rounding needs. */
const TOLERANCE = 1e-5;

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  const scale = Math.max(1, ...expected.map(Math.abs));
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i] - value) / scale, `entry ${i}`).toBeLessThan(TOLERANCE);
  });
}

const flat = (nested: unknown): number[] => [nested].flat(Infinity) as number[];

test.each(
  cases.map(
    (item) =>
      [
        `${item.lagrangian} ${JSON.stringify(item.options)} on [${item.shape.join()}]`,
        item,
      ] as const,
  ),
)("%s has the reference value, activation and Hessian-vector product", (_, item) => {
  const definition = LAGRANGIANS.find(({ name }) => name === item.lagrangian)!;
  const axes = item.shape.map((size, axis) => makeDim(`D${axis}`, size));
  const neuron = makeNeuron("x", axes, definition, {
    options: item.options as unknown as Record<string, number>,
    over: [axes.at(-1)!],
  });
  const direction = makeTensor("v", "const", axes);
  const tensors = new Map([
    [neuron.state, flat(item.x)],
    [direction, flat(item.v)],
  ]);
  const { indices, value } = activationOf(neuron);
  const at = indicesOf(axes);
  const hvp = hessianVectorProduct(neuron.lagrangian, neuron.state, direction, at);
  const energy = evaluateScalar(neuron.lagrangian, { tensors });
  expect(Math.abs(energy - item.value) / Math.max(1, Math.abs(item.value))).toBeLessThan(TOLERANCE);
  expectClose(evaluate(value, { tensors }, indices).data, flat(item.activation));
  expectClose(evaluate(hvp, { tensors }, at).data, flat(item.hvp));
});
