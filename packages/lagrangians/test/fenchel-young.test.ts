// The sparse Lagrangians against what defines them: the conjugate of a Tsallis entropy, whose
// maximiser is found here by bisection for the threshold.

import {
  activationOf,
  evaluate,
  evaluateScalar,
  type LagrangianDefinition,
  makeDim,
  makeDraws,
  makeNeuron,
} from "@hamlet/graph";
import { lagrEntmax15, lagrSoftmax, lagrSparsemax } from "@hamlet/lagrangians";
import { describe, expect, test } from "vitest";
import { seed } from "../../../tools/samples.ts";

interface Conjugate {
  readonly definition: LagrangianDefinition;
  /** The Tsallis entropy of its α. */
  readonly entropy: (p: readonly number[]) => number;
  /** Unit i of the maximiser, for a threshold t. */
  readonly unit: (z: number, t: number) => number;
}

const total = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0);

const CONJUGATES: readonly Conjugate[] = [
  {
    definition: lagrSparsemax,
    entropy: (p) => (1 - total(p.map((x) => x * x))) / 2,
    unit: (z, t) => Math.max(z - t, 0),
  },
  {
    definition: lagrEntmax15,
    entropy: (p) => (4 / 3) * (1 - total(p.map((x) => x ** 1.5))),
    unit: (z, t) => Math.max(z / 2 - t, 0) ** 2,
  },
];

/** The maximiser of `⟨p, z⟩ + entropy(p)` on the simplex. */
function maximiser(z: readonly number[], { unit }: Conjugate): number[] {
  let [low, high] = [-Math.max(...z.map(Math.abs)) - 2, Math.max(...z.map(Math.abs)) + 2];
  for (let k = 0; k < 200; k++) {
    const middle = (low + high) / 2;
    if (total(z.map((x) => unit(x, middle))) > 1) low = middle;
    else high = middle;
  }
  return z.map((x) => unit(x, (low + high) / 2));
}

function valueAndActivation(definition: LagrangianDefinition, x: readonly number[], beta: number) {
  const neuron = makeNeuron("x", [makeDim("D", x.length)], definition, { options: { beta } });
  const tensors = new Map([[neuron.state, x]]);
  const { indices, value } = activationOf(neuron);
  return {
    value: evaluateScalar(neuron.lagrangian, { tensors }),
    activation: [...evaluate(value, { tensors }, indices).data],
  };
}

const draws = makeDraws(seed());
const POINTS = [
  ...Array.from({ length: 200 }, (_, k) =>
    Array.from({ length: 1 + (k % 9) }, () => [0.1, 1, 5][k % 3] * draws.normal()),
  ),
  [2, 2, 2],
  [1, 1, -3, 1],
  [0, 0],
];

describe.each(CONJUGATES.map((item) => [item.definition.name, item] as const))("%s", (_, item) => {
  const { definition, entropy } = item;

  test.each([1, 2.5])("is the conjugate of the negative entropy at beta = %d", (beta) => {
    for (const x of POINTS) {
      const z = x.map((entry) => beta * entry);
      const p = maximiser(z, item);
      const { value, activation } = valueAndActivation(definition, x, beta);
      const largest = total(p.map((share, i) => share * z[i])) + entropy(p);
      expect(Math.abs(value - largest / beta)).toBeLessThan(1e-11 * (1 + Math.abs(value)));
      activation.forEach((share, i) => expect(Math.abs(share - p[i])).toBeLessThan(1e-10));
    }
  });

  test("gives exact zeros, between one unit and all of them", () => {
    const { activation } = valueAndActivation(definition, [3, 2.5, -1, 0], 1);
    expect(activation.slice(0, 2).every((share) => share > 0)).toBe(true);
    expect(activation.slice(2)).toEqual([0, 0]);
    expect(valueAndActivation(definition, [9, 0, 0], 1).activation).toEqual([1, 0, 0]);
    const few = valueAndActivation(definition, [0.1, 0, -0.1], 1).activation;
    expect(few.every((share) => share > 0)).toBe(true);
  });

  test("keeps its values for states of a million, where differences still count", () => {
    const far = [1e6, 1e6 - 0.5, -1e6];
    const near = [0, -0.5, -2e6];
    const { value, activation } = valueAndActivation(definition, far, 1);
    const shifted = valueAndActivation(definition, near, 1);
    expect(value - 1e6).toBeCloseTo(shifted.value, 9);
    activation.forEach((share, i) => expect(share).toBeCloseTo(shifted.activation[i], 9));
  });
});

test("the sharper the entropy, the fewer units: sparsemax, entmax15, softmax", () => {
  const x = [1.2, 1, 0.5, 0.1, -0.6, -1];
  const on = [lagrSparsemax, lagrEntmax15, lagrSoftmax].map(
    (definition) => valueAndActivation(definition, x, 1).activation.filter((p) => p > 0).length,
  );
  expect(on).toEqual([2, 4, 6]);
});
