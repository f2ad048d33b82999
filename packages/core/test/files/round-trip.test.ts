import * as core from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import * as fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, test, vi } from "vitest";

import { anyArray, anyArrays } from "./any-array.ts";
import { law } from "../../../../tools/law.ts";

const byKey = <T>(map: Map<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

describe("what is written is read back", () => {
  test("from an .npy file", () => {
    law(
      fc.property(anyArray, (array) => {
        expect(core.readNpy(core.writeNpy(array))).toEqual(array);
      }),
      100,
    );
  });

  test("from an .npz file, stored and deflated", () => {
    law(
      fc.property(anyArrays, fc.boolean(), (arrays, compress) => {
        expect(core.readNpz(core.writeNpz(arrays, { compress }))).toEqual(arrays);
      }),
      100,
    );
  });

  test("from a safetensors file, with its metadata", () => {
    const names = fc.string().filter((name) => name !== "__proto__");
    law(
      fc.property(anyArrays, fc.dictionary(names, fc.string()), (arrays, metadata) => {
        const read = core.readSafetensors(core.writeSafetensors(arrays, { metadata }));
        expect(byKey(read.arrays)).toEqual(byKey(arrays));
        expect({ ...read.metadata }).toEqual({ ...metadata });
      }),
      100,
    );
  });

  test("through one array of a file, whatever the format", () => {
    law(
      fc.property(anyArray, (array) => {
        const arrays = new Map([
          ["other", array],
          ["W", array],
        ]);
        expect(core.readArrayFile("x", core.writeNpy(array))).toEqual(array);
        expect(core.readArrayFile("x#W", core.writeNpz(arrays))).toEqual(array);
        expect(core.readArrayFile("x", core.writeSafetensors(arrays), "W")).toEqual(array);
      }),
      100,
    );
  });
});

test("a file read from the middle of a buffer is the same file", () => {
  const array = { shape: [3], dtype: "float64", data: Float64Array.of(1, 2, 3) };
  for (const file of [core.writeNpy(array), core.writeNpz(new Map([["a", array]]))]) {
    const buffer = new Uint8Array(file.length + 3);
    buffer.set(file, 3);
    expect(core.readArrayFile("middle", buffer.subarray(3))).toEqual(array);
  }
});

test("an archive whose files have comments and fields of their own is read as without", () => {
  const arrays = new Map(
    ["a", "b", "c"].map((name, k) => [
      name,
      { shape: [2], dtype: "float32", data: Float32Array.of(k, -k) },
    ]),
  );
  const about = { comment: "by another program", extra: { 0x7075: Uint8Array.of(1, 2, 3) } };
  const files = [...arrays].map(([name, array]) => [
    `${name}.npy`,
    [core.writeNpy(array), about] as const,
  ]);
  expect(core.readNpz(zipSync(Object.fromEntries(files)))).toEqual(arrays);
});

test("equal arrays are written as equal bytes, whenever", () => {
  const arrays = new Map([["a", { shape: [1], dtype: "float32", data: Float32Array.of(1) }]]);
  vi.useFakeTimers({ now: new Date(2026, 1, 1) });
  try {
    const before = core.writeNpz(arrays);
    vi.setSystemTime(new Date(2027, 2, 2));
    expect(core.writeNpz(arrays)).toEqual(before);
  } finally {
    vi.useRealTimers();
  }
});

test("safetensors payloads start at a multiple of their element size", () => {
  const arrays = new Map([
    ["small", { shape: [3], dtype: "uint8", data: Uint8Array.of(1, 2, 3) }],
    ["wide", { shape: [1], dtype: "float64", data: Float64Array.of(1) }],
  ]);
  const file = core.writeSafetensors(arrays);
  expect(new DataView(file.buffer).getBigUint64(0, true) % 8n).toBe(0n);
  expect([...core.readSafetensors(file).arrays.keys()]).toEqual(["wide", "small"]);
});

test("a name too long for an archive is an error", () => {
  const arrays = new Map([
    ["x".repeat(70_000), { shape: [0], dtype: "int8", data: new Int8Array() }],
  ]);
  expect(() => core.writeNpz(arrays)).toThrowErrorMatchingSnapshot();
});

describe("an array that contradicts itself is not written", () => {
  const wrong: Record<string, core.ArrayData> = {
    "too few elements": { shape: [2, 2], dtype: "float32", data: new Float32Array(3) },
    "the wrong kind of array": { shape: [2], dtype: "float32", data: new Float64Array(2) },
    "an unknown dtype": { shape: [1], dtype: "complex64", data: new Float32Array(1) },
    "a negative dimension": { shape: [-1, -1], dtype: "uint8", data: new Uint8Array(1) },
  };

  test.each(Object.keys(wrong))("%s", (name) => {
    const write = () => core.writeNpy(wrong[name]);
    expect(write).toThrow(HamError);
    expect(write).toThrowErrorMatchingSnapshot();
    expect(() => core.writeNpz(new Map([["W", wrong[name]]]))).toThrow(HamError);
    expect(() => core.writeSafetensors(new Map([["W", wrong[name]]]))).toThrow(HamError);
  });
});
