// The table of kernels is what TensorFlow.js really runs.

import { KERNELS } from "@hamlet/core";
import { NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { runInstruction } from "../../src/run/tensors.ts";

/** Constants that make an operation run on matrices of two by two. */
const NUMBERS: Readonly<Record<string, readonly number[]>> = {
  constant: [1],
  range: [4],
  sum: [1],
  prod: [1],
  max: [1],
  min: [1],
  transpose: [1, 0],
  reshape: [4],
  tile: [2, 1],
  gather: [1, 0],
  indices: [0, 1],
  pad: [0],
};
const BINARY = "add sub mul div pow maximum minimum eq ne lt le and or matmul".split(" ");

/** Kernels that only move or make data, and differ with the backend and the shape. */
const INCIDENTAL = new Set(["Reshape", "Identity", "Transpose"]);

function instruction(op: string): Parameters<typeof runInstruction>[0] {
  return {
    op: op as keyof typeof KERNELS,
    inputs: [],
    numbers: NUMBERS[op] ?? [],
    tensor: null,
    stage: "step",
    shape: [],
  };
}

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  test.each(Object.entries(KERNELS))("%s runs the kernels %j", async (op, kernels) => {
    await useBackend(backend);
    const { kernelNames } = await tf.profile(() => {
      if (op === "take" || op === "pad") {
        const cube = tf.tensor3d([1, 0, 0, 1], [2, 2, 1]);
        const inputs = op === "take" ? [cube, tf.tensor1d([1, 0], "int32")] : [cube];
        return runInstruction(instruction(op), inputs, 1);
      }
      if (op === "tile") {
        // A row is repeated in another way than a matrix.
        for (const shape of [
          [2, 2],
          [1, 4],
        ]) {
          runInstruction(instruction(op), [tf.tensor([1, 0, 0, 1], shape)], 1);
        }
        return tf.scalar(0);
      }
      const x = tf.tensor2d([1, 0, 0, 1], [2, 2]);
      const count = op === "select" ? 3 : BINARY.includes(op) ? 2 : 1;
      return runInstruction(instruction(op), Array<tf.Tensor>(count).fill(x), 1);
    });
    const called = kernelNames
      .filter((name) => !INCIDENTAL.has(name) || kernels.includes(name))
      // Kernels of our own, which no backend can lack.
      .filter((name) => !name.startsWith("Hamlet"));
    expect(new Set(called)).toEqual(new Set(kernels));
    const known = new Set(tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName));
    expect(kernels.filter((name) => !known.has(name))).toEqual([]);
  });
});
