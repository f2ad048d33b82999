// Layers whose scores are large and near to each other, in float32.

import { makeProgram, plan } from "@hamlet/core";
import { makeHypergraph } from "@hamlet/ham";
import {
  activationOf,
  energyOfStates,
  type EnergyGraph,
  evaluate,
  evaluateScalar,
  inStates,
  type LagrangianDefinition,
  makeDim,
  makeNeuron,
} from "@hamlet/graph";
import { LAGRANGIANS } from "@hamlet/lagrangians";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

/** Activations of these depend on differences of their scores alone. */
const LEVEL = ["softmax", "sparsemax", "entmax15", "layernorm"];
/** Finite in float32 for scores near ten million: all but exponentials. */
const FINITE = LAGRANGIANS.filter(({ name }) => name !== "exp" && name !== "rexp");
const [A, N, C] = [makeDim("A", 2), makeDim("N", 5), makeDim("C", 3)];

/** Whole scores: they stay exact when they are moved up. */
const SCORES = Array.from({ length: 30 }, (_, n) => ((n * n * 7) % 11 < 4 ? 1 : (n % 3) - 1));

function layer(definition: LagrangianDefinition, beta: number) {
  const has = (name: string) => definition.options.some((option) => option.name === name);
  return makeNeuron("x", [A, N, C], definition, {
    over: [N],
    options: { ...(has("beta") ? { beta } : {}), ...(has("n") ? { n: 3 } : {}) },
  });
}

type Layer = ReturnType<typeof layer>;

/** Activations and energy in float64, as the two are defined. */
function exact(neuron: Layer, scores: readonly number[]) {
  const tensors = new Map([[neuron.state, scores]]);
  const { indices, value } = activationOf(neuron);
  const activations = Array.from(evaluate(value, { tensors }, indices).data);
  const product = activations.reduce((total, entry, n) => total + entry * scores[n], 0);
  const lagrangian = evaluateScalar(neuron.lagrangian, { tensors });
  return { activations, energy: product - lagrangian, size: Math.abs(product) };
}

function inFloat32(neuron: Layer, scores: readonly number[]) {
  const graph: EnergyGraph = {
    dims: [A, N, C],
    tensors: [],
    neurons: [neuron],
    terms: [],
    recalls: [],
  };
  const outputs = [
    { name: "activations", ...activationOf(neuron), batched: false },
    { name: "energy", value: inStates(graph, energyOfStates(graph)), indices: [], batched: false },
  ];
  const leaf = () => ({ stage: "step" as const, batched: false });
  using program = makeProgram(plan(outputs, { leaf }));
  return tf.tidy(() => {
    const x = tf.tensor(scores, [2, 5, 3]);
    for (const stage of ["load", "param", "example"] as const) program.bind(stage, new Map());
    const results = program.step(new Map([[neuron.state, x]]), { batch: 1 });
    const [activations, energy] = outputs.map(({ name }) => [...results.get(name)!.dataSync()]);
    return { activations, energy: energy[0] };
  });
}

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(FINITE.map((definition) => [definition.name, definition] as const))(
    "%s",
    (name, definition) => {
      test.each([1, 0.3, 7])("with beta = %d keeps the digits of its scores", (beta) => {
        expectNoLeak(() => {
          const neuron = layer(definition, beta);
          for (const up of [0, 1000, -1e7, 1e7]) {
            const scores = SCORES.map((score) => score + up);
            const found = inFloat32(neuron, scores);
            const right = exact(neuron, scores);
            const level = LEVEL.includes(name) ? exact(neuron, SCORES) : right;
            level.activations.forEach((entry, n) => {
              const error = Math.abs(found.activations[n] - entry) / Math.max(1, Math.abs(entry));
              expect(error, `${up}: ${found.activations[n]} for ${entry}`).toBeLessThan(1e-5);
            });
            // Where the energy depends on differences alone, they are what it must be right to.
            const even = LEVEL.includes(name) || name === "ghostmax";
            const size = even ? 1 + Math.abs(right.energy) : 1 + right.size;
            const error = Math.abs(found.energy - level.energy) / size;
            expect(error, `${up}: ${found.energy} for ${level.energy}`).toBeLessThan(1e-5);
          }
        });
      });
    },
  );

  test("entmax15 of 1e7 + (1, 1, 1, 0, 0) is that of (1, 1, 1, 0, 0)", () => {
    const neuron = makeNeuron(
      "x",
      [N],
      LAGRANGIANS.find(({ name }) => name === "entmax15")!,
    );
    using ham = makeHypergraph({
      dims: [N],
      tensors: [],
      neurons: [neuron],
      terms: [],
      recalls: [],
    });
    const found = tf.tidy(() =>
      Array.from(
        ham.activations({ x: tf.tensor([1, 1, 1, 0, 0].map((x) => x + 1e7)) }).x.dataSync(),
      ),
    );
    // By bisection of the threshold in float64.
    [0.3296663, 0.3296663, 0.3296663, 0.00550056, 0.00550056].forEach((share, n) => {
      expect(found[n]).toBeCloseTo(share, 6);
    });
  });
});
