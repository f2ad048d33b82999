// The wasm backend remembers the right-hand matrix of a product by its buffer, and packs it once.
// A reshaped tensor shares its buffer: read as a matrix of another shape, it must not be mistaken
// for what was packed.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { useBackend, NODE_BACKENDS, expectNoLeak } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { runInstruction } from "../../src/run/tensors.ts";
import { type Instruction } from "../../src/plan/instruction.ts";

const MATMUL: Instruction & { readonly op: "matmul" } = {
  op: "matmul",
  inputs: [0, 1],
  numbers: [],
  tensor: null,
  stage: "step",
  shape: [],
};

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  test("one buffer as matrices of two shapes gives the products of both", async () => {
    await useBackend(backend);
    expectNoLeak(() => {
      tf.tidy(() => {
        const entries = tf.tensor([1, 2, 3, 4, 5, 6, 7, 8]);
        const product = (rows: tf.Tensor, matrix: tf.Tensor) =>
          Array.from(runInstruction(MATMUL, [rows, matrix], 1).dataSync());
        const column = product(tf.ones([1, 8]), tf.reshape(entries, [8, 1]));
        expect(column).toEqual([36]);
        const square = product(tf.ones([1, 2]), tf.reshape(entries, [2, 4]));
        expect(square).toEqual([6, 8, 10, 12]);
        const tall = product(tf.ones([1, 4]), tf.reshape(entries, [4, 2]));
        expect(tall).toEqual([16, 20]);
      });
    });
  });
});
