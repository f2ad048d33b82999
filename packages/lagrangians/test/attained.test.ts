// No activation of any Lagrangian is called one that its layer never has, and what is beyond is.

import {
  activationOf,
  evaluate,
  lit,
  makeDim,
  makeNeuron,
  type Neuron,
  unattained,
} from "@hamlet/graph";
import { LAGRANGIANS } from "@hamlet/lagrangians";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { law } from "../../../tools/law.ts";

const N = makeDim("N", lit(4));
const OPTIONS: Readonly<Record<string, Record<string, number>>> = { repu: { n: 3 } };

function layerOf(name: string): Neuron {
  const definition = LAGRANGIANS.find((one) => one.name === name)!;
  return makeNeuron("v", [N], definition, { options: OPTIONS[name] ?? {} });
}

function activationAt(neuron: Neuron, state: readonly number[]): number[] {
  const { indices, value } = activationOf(neuron);
  const tensors = new Map([[neuron.state, state]]);
  // As float32, as it would be saved.
  return [...Float32Array.from(evaluate(value, { tensors }, indices).data)];
}

const NAMES = LAGRANGIANS.map(({ name }) => name);

test.each(NAMES)("whatever the state of %s, its activation is one", (name) => {
  const neuron = layerOf(name);
  const size = fc.constantFrom(1e-3, 1, 30);
  const state = fc.tuple(
    size,
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
  );
  law(
    fc.property(fc.array(state, { minLength: 1, maxLength: 3 }), (states) => {
      const all = states.flatMap(([scale, x]) =>
        activationAt(
          neuron,
          x.map((one) => scale * (Math.abs(one) + 1e-3) * (one < 0 ? -1 : 1)),
        ),
      );
      expect(unattained(neuron, all, {})).toBeNull();
    }),
    60,
  );
});

/** What a layer never has, after an example that it has, and the nearest that it has. */
const BEYOND: Readonly<Record<string, readonly (readonly [readonly number[], string, number])[]>> =
  {
    entmax15: [
      [[-1, 1, 1, 0], "unit", 0],
      [[0.5, 0.5, 0.5, 0.5], "sum", 1],
      [[0.1, 0.2, 0.3, 0.1], "sum", 1],
    ],
    exp: [[[1, 2, -0.5, 1], "unit", 0]],
    ghostmax: [
      [[2, 0, 0, 0], "unit", 1],
      [[0.5, 0.5, 0.5, 0.5], "sum", 1],
    ],
    identity: [],
    layernorm: [
      [[1, 1, 1, 1], "sum", 0],
      [[4, -4, 0, 0], "unit", Math.sqrt(3)],
      [[1.7, -1.7, 1.7, -1.7], "length", 2],
    ],
    relu: [[[1, 2, -0.5, 1], "unit", 0]],
    repu: [[[1, 2, -0.5, 1], "unit", 0]],
    rexp: [[[1, 2, -0.5, 1], "unit", 0]],
    sigmoid: [
      [[0.5, 1.5, 0, 0], "unit", 1],
      [[0.5, 0.5, -1, 0], "unit", 0],
    ],
    sign: [
      [[1, -1, 0.5, 1], "unit", 1],
      [[1, 3, 1, 1], "unit", 1],
      [[1, -1, -0.2, 1], "unit", -1],
    ],
    softmax: [
      [[-1, 1, 1, 0], "unit", 0],
      [[0.5, 0.5, 0.5, 0.5], "sum", 1],
      [[0.1, 0.2, 0.3, 0.1], "sum", 1],
    ],
    sparsemax: [
      [[-1, 1, 1, 0], "unit", 0],
      [[0.5, 0.5, 0.5, 0.5], "sum", 1],
    ],
    sphere: [
      [[3, 0, 0, 0], "unit", 1],
      [[0.9, 0.9, -0.9, -0.9], "length", 1],
    ],
    step: [
      [[1, 0, 0.5, 1], "unit", 0],
      [[1, -1, 0, 1], "unit", 0],
    ],
    tanh: [
      [[3, 0, 0, 0], "unit", 1],
      [[0, 0, -1.5, 1], "unit", -1],
    ],
  };

test("every Lagrangian is asked for what it never has", () => {
  expect(Object.keys(BEYOND).sort()).toEqual([...NAMES].sort());
});

describe.each(NAMES.filter((name) => BEYOND[name].length > 0))("%s", (name) => {
  test.each(BEYOND[name])("never has %j: %s", (activation, of, nearest) => {
    const neuron = layerOf(name);
    const all = [...activationAt(neuron, [0.5, -0.3, 2, 0.1]), ...activation];
    const found = unattained(neuron, all, {});
    expect(found).toMatchObject({ example: 1, of });
    expect(found!.nearest).toBeCloseTo(nearest, 3);
  });
});

test("limits have the scale and the slope of the options", () => {
  const definition = LAGRANGIANS.find(({ name }) => name === "layernorm")!;
  const neuron = makeNeuron("v", [N], definition, { options: { gamma: 3, delta: 1 } });
  expect(unattained(neuron, activationAt(neuron, [4, 1, -2, 7]), {})).toBeNull();
  expect(unattained(neuron, [1, 1, 1, 2], {})).toMatchObject({ of: "sum", value: 5 });
});
