import { readFileSync } from "node:fs";

import {
  inspectArrayFile,
  readArrayFile,
  readNpy,
  readNpz,
  readSafetensors,
  writeNpy,
} from "@hamlet/core";
import { float16ToFloat32 } from "npyjs";
import { describe, expect, test } from "vitest";

const file = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../fixtures/arrays/${name}`, import.meta.url)));

const rows = [0, 1, 2, 3, 4, 5];

describe("arrays written by NumPy", () => {
  test.each([
    ["b1", "bool", Uint8Array.of(0, 1, 0, 1, 0, 1)],
    ["i1", "int8", Int8Array.from(rows)],
    ["u1", "uint8", Uint8Array.from(rows)],
    ["i2", "int16", Int16Array.from(rows)],
    ["u2", "uint16", Uint16Array.from(rows)],
    ["i4", "int32", Int32Array.from(rows)],
    ["u4", "uint32", Uint32Array.from(rows)],
    ["i8", "int64", BigInt64Array.from(rows, BigInt)],
    ["u8", "uint64", BigUint64Array.from(rows, BigInt)],
    ["f2", "float32", Float32Array.from(rows)],
    ["f4", "float32", Float32Array.from(rows)],
    ["f8", "float64", Float64Array.from(rows)],
  ])("of type %s are read as %s", (code, dtype, data) => {
    expect(readNpy(file(`${code}.npy`))).toEqual({ shape: [2, 3], dtype, data });
  });

  test.each(["b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8", "scalar", "empty"])(
    "are written to the byte as %s.npy is",
    (name) => {
      expect(writeNpy(readNpy(file(`${name}.npy`)))).toEqual(file(`${name}.npy`));
    },
  );

  test("in big-endian order are read", () => {
    expect(readNpy(file("big-endian.npy")).data).toEqual(Float64Array.from(rows));
    expect(readNpy(file("big-endian-i2.npy")).data).toEqual(Int16Array.from(rows));
  });

  test("in column-major order are read as rows", () => {
    const { shape, data } = readNpy(file("fortran.npy"));
    expect(shape).toEqual([2, 3, 4]);
    expect(data).toEqual(Float32Array.from({ length: 24 }, (_, i) => i));
  });

  test("without dimensions, without elements and in format version 2 are read", () => {
    expect(readNpy(file("scalar.npy"))).toEqual({
      shape: [],
      dtype: "float32",
      data: Float32Array.of(2.5),
    });
    expect(readNpy(file("empty.npy")).shape).toEqual([0, 3]);
    expect(readNpy(file("version2.npy")).data).toEqual(Float32Array.from(rows));
  });

  test("of 16-bit floats are what another reader takes them for", () => {
    const words = Uint16Array.from({ length: 2 ** 16 }, (_, word) => word);
    const written = writeNpy({ shape: [2 ** 16], dtype: "uint16", data: words });
    written[written.indexOf("u".charCodeAt(0), 12)] = "f".charCodeAt(0);
    expect(readNpy(written).data).toEqual(Float32Array.from(words, float16ToFloat32));
  });

  test("of 16-bit floats keep infinities, NaN, signed zero and subnormal numbers", () => {
    const half = 2 ** -24;
    expect([...readNpy(file("special.npy")).data]).toEqual([
      Infinity,
      -Infinity,
      Number.NaN,
      -0,
      65504,
      half,
    ]);
  });

  test("of strings, complex numbers and records are refused by name", () => {
    for (const name of ["unicode.npy", "complex.npy", "record.npy"]) {
      expect(() => readNpy(file(name), name)).toThrowErrorMatchingSnapshot();
    }
  });
});

describe("archives written by NumPy", () => {
  test.each(["stored.npz", "deflated.npz"])("%s gives each array by its name", (name) => {
    expect(readArrayFile(`${name}#W`, file(name)).data).toEqual(Float32Array.from(rows));
    expect(readArrayFile(name, file(name), "bias").data).toEqual(Float64Array.of(0.5, -1.5));
  });

  test("an archive with strings beside its numbers is read array by array only", () => {
    expect(() => readNpz(file("stored.npz"), "stored.npz")).toThrowErrorMatchingSnapshot();
  });

  test("headers are listed without reading payloads, also of types that cannot be read", () => {
    expect(inspectArrayFile("deflated.npz", file("deflated.npz"))).toMatchSnapshot();
    expect(inspectArrayFile("f2.npy", file("f2.npy"))).toMatchSnapshot();
  });
});

describe("a safetensors file written by Python", () => {
  const bytes = file("mixed.safetensors");

  test("gives 16-bit floats as float32", () => {
    expect(readArrayFile("m#half", bytes).data).toEqual(Float32Array.of(1.5, -2));
    expect(readArrayFile("m#brain", bytes).data).toEqual(Float32Array.of(1.5, -2));
    expect(readArrayFile("m#W", bytes).data).toEqual(Float32Array.from(rows));
  });

  test("is listed with its metadata", () => {
    expect(inspectArrayFile("mixed.safetensors", bytes)).toMatchSnapshot();
  });

  test("with 8-bit floats is refused by name", () => {
    expect(() => readSafetensors(bytes, "mixed.safetensors")).toThrowErrorMatchingSnapshot();
  });
});
