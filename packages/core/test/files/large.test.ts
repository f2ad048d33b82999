// Files that are not held: the same arrays, read where they are asked for.

import {
  type ArrayData,
  inspectArrayFile,
  readArrayFile,
  writeNpy,
  writeNpz,
  writeSafetensors,
} from "@hamlet/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openArrayFile } from "../../src/files/array-file.ts";
import { anyArray, anyArrays } from "./any-array.ts";
import { openFileOf } from "./open-file.ts";
import { law } from "../../../../tools/law.ts";

const WRITTEN = {
  npy: (arrays: Map<string, ArrayData>) => writeNpy([...arrays.values()][0]),
  npz: (arrays: Map<string, ArrayData>) => writeNpz(arrays),
  "stored npz": (arrays: Map<string, ArrayData>) => writeNpz(arrays, { compress: false }),
  safetensors: (arrays: Map<string, ArrayData>) => writeSafetensors(arrays),
};

describe("an open file gives the arrays of its bytes", () => {
  test.each(Object.entries(WRITTEN))("%s", (format, write) => {
    const some = anyArrays.filter((arrays) => arrays.size > 0);
    law(
      fc.property(some, (arrays) => {
        const bytes = write(arrays);
        expect(inspectArrayFile("x", openFileOf(bytes))).toEqual(inspectArrayFile("x", bytes));
        const names = format === "npy" ? [undefined] : [...arrays.keys()];
        for (const name of names) {
          expect(readArrayFile("x", openFileOf(bytes), name)).toEqual(
            readArrayFile("x", bytes, name),
          );
        }
      }),
      100,
    );
  });
});

const COUNT = 300_001;
const LARGE: readonly ArrayData[] = [
  { shape: [COUNT], dtype: "float64", data: new Float64Array(COUNT).map((_, i) => i / 7) },
  { shape: [COUNT], dtype: "float32", data: new Float32Array(COUNT).map((_, i) => i / 7) },
  {
    shape: [COUNT],
    dtype: "int64",
    data: BigInt64Array.from({ length: COUNT }, (_, i) => BigInt(i) - 150_000n),
  },
];

test.each(LARGE)("its elements come in pieces, one behind the other: $dtype", (array) => {
  for (const bytes of [writeNpy(array), writeSafetensors(new Map([["a", array]]))]) {
    const file = openFileOf(bytes);
    const { pieces } = openArrayFile("x", file);
    expect(file.read).toBeLessThan(1000);
    const joined: (number | bigint)[] = [];
    let largest = 0;
    for (const piece of pieces!) {
      for (const element of piece) joined.push(element);
      largest = Math.max(largest, piece.byteLength);
    }
    expect(joined).toEqual([...array.data]);
    expect(largest).toBeLessThanOrEqual(2 ** 20);
    // Whoever wants only the first few does not read the rest.
    const other = openFileOf(bytes);
    for (const piece of openArrayFile("x", other).pieces!) if (piece.length > 0) break;
    expect(other.read).toBeLessThan(2 ** 21);
  }
});

test("an array whose bytes are its elements is a view of the file", () => {
  law(
    fc.property(anyArray, (array) => {
      const bytes = writeNpy(array);
      const { data } = readArrayFile("x", bytes);
      expect(data.buffer).toBe(bytes.buffer);
      const shifted = new Uint8Array(bytes.length + 1);
      shifted.set(bytes, 1);
      expect(readArrayFile("x", shifted.subarray(1))).toEqual(array);
    }),
    100,
  );
});
