// Defects of the sources, each with the value that they give beside ours.

import {
  activationOf,
  evaluate,
  evaluateScalar,
  type LagrangianDefinition,
  makeDim,
  makeNeuron,
} from "@hamlet/graph";
import { makeEnergyGraph, makeHypergraph, synBias, synDense } from "@hamlet/ham";
import {
  lagrExp,
  lagrIdentity,
  lagrLayernorm,
  lagrSigmoid,
  lagrSoftmax,
  lagrSphere,
  lagrTanh,
} from "@hamlet/lagrangians";
import { differenceGradient, expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

const TOKENS = 3;
const D = 4;
const GAMMA = 1.5;
const DELTA = 0.25;
const EPS = 1e-5;
const x = [0.3, -1.2, 0.8, 0.1, 2.5, -0.4, 0.6, -2.1, 1.1, 0.7, -0.9, 0.2];

const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => total(values) / values.length;
const tokens = (values: ArrayLike<number>) =>
  Array.from({ length: TOKENS }, (_, t) => Array.from(values).slice(t * D, (t + 1) * D));
const variance = (token: readonly number[]) => mean(token.map((v) => (v - mean(token)) ** 2));

/** Value and activation of a layer [tokens, D] that mixes its last axis. */
function ours(definition: LagrangianDefinition, options: Record<string, number>) {
  const axes = [makeDim("N", TOKENS), makeDim("D", D)];
  const neuron = makeNeuron("x", axes, definition, { options, over: [axes[1]] });
  const tensors = new Map([[neuron.state, x]]);
  const { indices, value } = activationOf(neuron);
  return {
    value: evaluateScalar(neuron.lagrangian, { tensors }),
    activation: [...evaluate(value, { tensors }, indices).data],
  };
}

/** What a layer norm should give: every token by itself. */
const layerNorm = x.map((v, i) => {
  const token = tokens(x)[Math.floor(i / D)];
  return (GAMMA * (v - mean(token))) / Math.sqrt(variance(token) + EPS) + DELTA;
});

test("E5: δ counts once, not once per token", () => {
  const scaled = total(tokens(x).map((t) => D * GAMMA * Math.sqrt(variance(t) + EPS)));
  const shift = DELTA * total(x);
  const layer = ours(lagrLayernorm, { gamma: GAMMA, delta: DELTA, eps: EPS });
  expect(layer.value).toBeCloseTo(scaled + shift, 10);
  expect(layer.value).not.toBeCloseTo(scaled + TOKENS * shift, 1);
  layer.activation.forEach((v, i) => expect(v).toBeCloseTo(layerNorm[i], 10));

  const norms = total(tokens(x).map((t) => GAMMA * Math.sqrt(total(t.map((v) => v * v)) + EPS)));
  const sphere = ours(lagrSphere, { gamma: GAMMA, delta: DELTA, eps: EPS });
  expect(sphere.value).toBeCloseTo(norms + shift, 10);
  expect(sphere.value).not.toBeCloseTo(norms + TOKENS * shift, 1);
});

test("E6: the root is taken token by token, so that its gradient is the layer norm", () => {
  /** All tokens under one root. */
  const together = (state: Float64Array) =>
    D * GAMMA * Math.sqrt(total(tokens(state).map(variance)) + EPS) + DELTA * total([...state]);
  const wrong = differenceGradient(together, Float64Array.from(x));
  const off = Math.max(...wrong.map((v, i) => Math.abs(v - layerNorm[i])));
  expect(off).toBeGreaterThan(0.5);
  const { activation } = ours(lagrLayernorm, { gamma: GAMMA, delta: DELTA, eps: EPS });
  activation.forEach((v, i) => expect(v).toBeCloseTo(layerNorm[i], 10));
});

test("E9: softmax over tokens is one number, the sum of one for each token", () => {
  const each = tokens(x).map((t) => Math.log(total(t.map(Math.exp))));
  expect(each).toHaveLength(TOKENS);
  expect(ours(lagrSoftmax, {}).value).toBeCloseTo(total(each), 10);
});

describe("on a backend", () => {
  beforeAll(() => useBackend("cpu"));

  test.each([
    ["sigmoid", lagrSigmoid, 100, (s: tf.Tensor) => tf.log(tf.add(1, tf.exp(s))), 100],
    ["tanh", lagrTanh, 100, (s: tf.Tensor) => tf.log(tf.cosh(s)), 100 - Math.log(2)],
  ] as const)(
    "E7: %s has a value where the plain formula is infinite",
    (_, lagr, at, wrong, right) => {
      const neuron = makeNeuron("x", [makeDim("D", 1)], lagr);
      using ham = makeHypergraph(
        makeEnergyGraph({ neurons: [neuron], hypersynapses: {}, connections: [] }),
      );
      tf.tidy(() => {
        const xs = { x: tf.tensor1d([at]) };
        expect(wrong(xs.x).dataSync()[0]).toBe(Infinity);
        const xhats = ham.activations(xs);
        expect(xhats["x"].dataSync()[0]).toBe(1);
        // The energy of the layer is ⟨x, x̂⟩ − L.
        expect(at - ham.energy(xhats, xs).dataSync()[0]).toBeCloseTo(right, 4);
      });
    },
  );

  test("E7: exp has no other form: where float32 ends, so does its number", () => {
    const neuron = makeNeuron("x", [makeDim("D", 1)], lagrExp);
    using ham = makeHypergraph(
      makeEnergyGraph({ neurons: [neuron], hypersynapses: {}, connections: [] }),
    );
    tf.tidy(() => {
      const at = (state: number) => ham.activations({ x: tf.tensor1d([state]) })["x"].dataSync()[0];
      expect(at(88) / Math.exp(88)).toBeCloseTo(1, 5);
      expect(at(89)).toBe(Infinity);
    });
  });

  test("E8: a batch of states is made like one state", () => {
    expectNoLeak(() => {
      const neuron = makeNeuron("x", [makeDim("D", 4)], lagrIdentity);
      using ham = makeHypergraph(
        makeEnergyGraph({ neurons: [neuron], hypersynapses: {}, connections: [] }),
      );
      const [one, five] = [ham.initStates(), ham.initStates(5)];
      expect([one["x"].shape, five["x"].shape]).toEqual([[4], [5, 4]]);
      tf.dispose([one, five]);
    });
  });

  test("E8: a bias has an energy for every sample, not their sum", () => {
    const neuron = makeNeuron("x", [makeDim("D", 2)], lagrIdentity);
    const graph = makeEnergyGraph({
      neurons: [neuron],
      hypersynapses: { push: synBias },
      connections: [[[neuron], "push"]],
    });
    const b = tf.tensor1d([1, 2]);
    const xhats = {
      x: tf.tensor2d([
        [1, 0],
        [0, 1],
        [1, 1],
      ]),
    };
    using ham = makeHypergraph(graph, { weights: { "push.b": b } });
    const { push } = ham.connectionEnergies(xhats);
    const summed = tf.tidy(() => tf.neg(tf.sum(tf.mul(b, xhats.x))).dataSync()[0]);
    expect(summed).toBe(-6);
    expect([...push.dataSync()]).toEqual([-1, -2, -3]);
    tf.dispose([b, xhats, push]);
  });

  test("E8: agreement is negative in every synapse, and two synapses draw two streams", () => {
    const [A, B] = [makeDim("A", 3), makeDim("B", 3)];
    const a = makeNeuron("a", [A], lagrIdentity);
    const b = makeNeuron("b", [B], lagrIdentity);
    using ham = makeHypergraph(
      makeEnergyGraph({
        neurons: [a, b],
        hypersynapses: { one: synDense, two: synDense },
        connections: [
          [[a, b], "one"],
          [[a, b], "two"],
        ],
      }),
    );
    const [W, other] = [ham.weights["one.W"], ham.weights["two.W"]];
    // The same key for both would make them equal.
    expect([...W.dataSync()]).not.toEqual([...other.dataSync()]);
    const found = tf.tidy(() => {
      const xhats = { a: tf.tensor1d([1, -2, 0.5]), b: tf.tensor1d([0.25, 1, -1]) };
      const agreement = tf.sum(tf.mul(tf.outerProduct(xhats.a, xhats.b), W));
      return [ham.connectionEnergies(xhats)["one"].dataSync()[0], agreement.dataSync()[0]];
    });
    expect(found[1]).not.toBe(0);
    expect(found[0]).toBeCloseTo(-found[1], 6);
  });
});
