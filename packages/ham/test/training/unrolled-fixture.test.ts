// The gradient of a loss through six steps, by backpropagation, against the reference.

import { key } from "@hamlet/core";
import { GRADIENTS } from "@hamlet/ham";
import { expectClose, expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { setupOf } from "../models.ts";
import { graph, loss, recall, reference, start, target, W } from "./tanh-model.ts";

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
      const measured = await gradient.measure(minibatch);
      expect(Math.abs(measured.loss - reference.loss)).toBeLessThan(1e-5);
      const slope = await gradients.get(W)!.data();
      reference.grad_W.flat().forEach((entry, k) => {
        expect(Math.abs(slope[k] - entry), `entry ${k}`).toBeLessThan(1e-5);
      });
      expectClose(slope, reference.grad_W.flat(), { tolerance: 1e-4, floor: 1e-2 });
      tf.dispose([weights, ...givens.values(), ...gradients.values()]);
    });
  });
});

test.each([...GRADIENTS.values()])(
  "$name leaves nothing behind when something is missing",
  async (method) => {
    await useBackend("wasm");
    await expectNoLeak(async () => {
      using gradient = method.make({
        graph,
        recall,
        loss,
        params: [W],
        setup: setupOf(new Map()),
        options: new Map(),
      });
      const weights = tf.tensor(reference.W);
      // The start is given, so the recall runs; the loss at its end cannot be computed.
      const givens = new Map([[start, tf.tensor([reference.start])]]);
      const minibatch = { params: new Map([[W, weights]]), givens, batch: 1, key: key(0) };
      for (const attempt of [
        () => gradient.gradient(minibatch),
        () => gradient.measure(minibatch),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: "core/missing-input" });
      }
      tf.dispose([weights, ...givens.values()]);
    });
  },
);
