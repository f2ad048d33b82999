// The gradient of a loss through six steps, by backpropagation, against the reference.

import { key } from "@hamlet/core";
import {
  apply,
  type EnergyGraph,
  get,
  type LagrangianDefinition,
  lit,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mean,
  mul,
  pow,
  sub,
  sum,
} from "@hamlet/graph";
import { GRADIENTS } from "@hamlet/ham";
import { expectClose, expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import reference from "../../../../fixtures/unrolled-gradient.json" with { type: "json" };
import { identity, recallOf, setupOf } from "../models.ts";

const tanh: LagrangianDefinition = { ...identity, name: "tanh", value: (x) => apply("logcosh", x) };

const D = makeDim("D", 5);
const W = makeTensor("W", "param", [D, D]);
const start = makeTensor("start", "given", [D]);
const target = makeTensor("target", "given", [D]);
const h = makeNeuron("h", [D], tanh);
const [i, j] = [makeIndex("i", D), makeIndex("j", D)];
const product = mul(get(W, [i, j]), get(h.activation, [i]), get(h.activation, [j]));
const graph: EnergyGraph = {
  dims: [D],
  tensors: [W, start, target],
  neurons: [h],
  terms: [{ name: "weights", energy: mul(lit(-1 / 2), sum([i, j], product)) }],
  recalls: [],
};
const loss = mean([i], pow(sub(get(h.activation, [i]), get(target, [i])), lit(2)));
const recall = recallOf([[h, start]], { dt: 0.3, steps: lit(6) });

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  test.each([1, 2, 3, 4, 6, 100])("with every %ith state kept", async (every) => {
    await useBackend(backend);
    await expectNoLeak(async () => {
      const setup = setupOf(new Map());
      using gradient = GRADIENTS.get("unroll")!.make({
        graph,
        recall,
        loss,
        params: [W],
        setup,
        options: new Map([["every", every]]),
      });
      const weights = tf.tensor(reference.W);
      // Twice the same example: a mean over examples, not a sum.
      const givens = new Map([
        [start, tf.tensor([reference.start, reference.start])],
        [target, tf.tensor([reference.target, reference.target])],
      ]);
      const minibatch = { params: new Map([[W, weights]]), givens, batch: 2, key: key(0) };
      const { loss: value, gradients } = await gradient.gradient(minibatch);
      expect(Math.abs(value - reference.loss)).toBeLessThan(1e-5);
      expect(Math.abs((await gradient.loss(minibatch)) - reference.loss)).toBeLessThan(1e-5);
      const slope = await gradients.get(W)!.data();
      reference.grad_W.flat().forEach((entry, k) => {
        expect(Math.abs(slope[k] - entry), `entry ${k}`).toBeLessThan(1e-5);
      });
      expectClose(slope, reference.grad_W.flat(), { tolerance: 1e-4, floor: 1e-2 });
      tf.dispose([weights, ...givens.values(), ...gradients.values()]);
    });
  });
});
