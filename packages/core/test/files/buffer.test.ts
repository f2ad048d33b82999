import { readArrayFile, writeNpy, writeNpz, writeSafetensors } from "@hamlet/core";
import { expect, test } from "vitest";

const array = { shape: [2, 3], dtype: "float32", data: Float32Array.of(1, 2, 3, 4, 5, 6) };

test.each([
  ["an .npy file", writeNpy(array)],
  ["an .npz file", writeNpz(new Map([["x", array]]))],
  ["a stored .npz file", writeNpz(new Map([["x", array]]), { compress: false })],
  ["a safetensors file", writeSafetensors(new Map([["x", array]]))],
])("%s is read from a Buffer inside a larger one, as Node hands them out", (_, bytes) => {
  const pool = Buffer.alloc(bytes.length + 64, 0xff);
  pool.set(bytes, 24);
  const read = readArrayFile("x", pool.subarray(24, 24 + bytes.length));
  expect(read.shape).toEqual([2, 3]);
  expect([...(read.data as Float32Array)]).toEqual([1, 2, 3, 4, 5, 6]);
});
