// Readings in every layout that NumPy and safetensors write, and broken ones: the same numbers, or a
// refusal that says why. What is right was read with NumPy 2.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDataFile } from "@hamlet/core";
import { loadModelFile } from "@hamlet/model/node";
import { beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../../src/backend.ts";

const CASE = fileURLToPath(new URL("../../../../fixtures/cases/20-array-files/", import.meta.url));
const open = async (name: string) =>
  await openDataFile(name, new Uint8Array(readFileSync(join(CASE, name.replace(/#.*/, "")))));

const ROWS = [1, 2, 3, 4, 5, 6];
const BIG = [3, 4, 5, 6, 7, 8].map((last) => 9_007_199_254_740_990n + BigInt(last));

/** What NumPy reads, by its name of the type; 16-bit floats become float32. */
const READ: readonly (readonly [
  name: string,
  dtype: string,
  entries: readonly (number | bigint)[],
])[] = [
  ["c.npy", "float32", ROWS],
  ["fortran.npy", "float32", ROWS],
  ["transposed.npy", "float32", ROWS],
  ["strided.npy", "float32", [0, 2, 4, 12, 14, 16]],
  ["big_endian.npy", "float32", ROWS],
  ["f8be.npy", "float64", ROWS],
  ["half.npy", "float32", ROWS],
  ["bool.npy", "bool", [0, 0, 0, 1, 1, 1]],
  ["i8.npy", "int64", ROWS.map(BigInt)],
  ["u64.npy", "uint64", ROWS.map(BigInt)],
  ["i64big.npy", "int64", BIG],
  ["inf.npy", "float32", [1, Infinity, 3, 4, 5, 6]],
  ["nan.npy", "float32", [1, Number.NaN, 3, 4, 5, 6]],
  ["v1.npy", "float32", ROWS],
  ["v2.npy", "float32", ROWS],
  ["v3.npy", "float32", ROWS],
  ["order.npy", "float32", ROWS],
  ["dq.npy", "float32", ROWS],
  ["py2.npy", "float32", ROWS],
  ["comment.npz", "float32", ROWS],
  ["comp.npz", "float32", ROWS],
  ["dup.npz", "float32", ROWS],
  ["dup.npz#a", "float32", ROWS],
  ["stream.npz", "float32", ROWS],
  ["stream_comp.npz", "float32", ROWS],
  ["subdir.npz", "float32", ROWS],
  ["subdir.npz#layer/weights/a", "float32", ROWS],
  ["with_text.npz#a", "float32", ROWS],
  ["bf16.safetensors", "float32", ROWS],
  ["f16.safetensors", "float32", ROWS],
  ["f64.safetensors", "float64", ROWS],
  ["i64.safetensors", "int64", ROWS.map(BigInt)],
  ["mixed.safetensors#a", "float32", ROWS],
];

test.each(READ)("%s is read as NumPy reads it", async (name, dtype, entries) => {
  const { shape, dtype: found, data } = (await open(name)).read();
  expect({ shape, dtype: found, entries: [...data] }).toEqual({ shape: [2, 3], dtype, entries });
});

test("arrays without axes and without entries are read as what they are", async () => {
  const scalars = await Promise.all(["with_text.npz#scalar", "mixed.safetensors#s"].map(open));
  expect(scalars.map((entry) => entry.read())).toEqual([
    { shape: [], dtype: "float32", data: Float32Array.of(2) },
    { shape: [], dtype: "float32", data: Float32Array.of(3) },
  ]);
  expect((await open("with_text.npz#empty")).read().shape).toEqual([0, 3]);
});

describe("what holds no numbers, or others than it says, is refused with the reason", () => {
  test.each([
    // NumPy reads these four; numbers of that kind have no place in a model, and the last hides a mistake.
    ["complex.npy", 'found elements of type "<c8"'],
    ["longdouble.npy", 'found elements of type "<f16"'],
    ["bz.npz", "compression method 12 (bzip2)"],
    ["extra.npy", "24 bytes of data for shape [2, 3] of float32 and nothing behind them, found 28"],
    ["trunc.npy", "24 bytes of data for shape [2, 3] of float32, found 20"],
    ["prefix.npz", "226 bytes that are none of them"],
    ["with_text.npz", "expected one array, found a, names, obj, empty, scalar, rec"],
    ["with_text.npz#names", 'found elements of type "<U7"'],
    ["with_text.npz#obj", 'found elements of type "|O"'],
    ["with_text.npz#rec", 'found elements of type "structured"'],
    ["subdir.npz#README.txt", 'expected an array named "README.txt"'],
    ["cut.safetensors", "found bytes 0 to 24 of 20"],
    ["f8.safetensors", 'found elements of type "F8_E4M3"'],
    ["mixed.safetensors#q", 'found elements of type "F8_E5M2"'],
  ])("%s", async (name, reason) => {
    await expect(open(name).then((entry) => entry.read())).rejects.toThrow(reason);
  });
});

test("every file of the case is named here", () => {
  const text = readFileSync(fileURLToPath(import.meta.url), "utf8");
  const names = readdirSync(CASE).filter((name) => !name.endsWith(".ham"));
  expect(names.filter((name) => !text.includes(`"${name}`))).toEqual([]);
});

describe("a model", () => {
  beforeAll(() => startBackend("cpu"));
  const load = (a: string) => loadModelFile(join(CASE, "f.ham"), { data: { a: `${CASE}${a}` } });

  test.each(["c.npy", "fortran.npy", "half.npy", "dq.npy", "stream_comp.npz", "bf16.safetensors"])(
    "takes the numbers of %s",
    async (name) => {
      using model = await load(name);
      expect([...model.entries("a").data]).toEqual(ROWS);
    },
  );

  test("is told of whole numbers that float32 changes", async () => {
    using model = await load("i64big.npy");
    expect(model.warnings.map(({ message, label }) => [message.replace(CASE, ""), label])).toEqual([
      [
        "`i64big.npy` holds int64; read as float32, whole numbers above 2^24 are lost",
        "9007199254740993 at [0, 0] becomes 9007199254740992",
      ],
    ]);
    using exact = await load("i8.npy");
    expect(exact.warnings).toEqual([]);
  });

  test("is refused an array of no rows, and entries that are no numbers", async () => {
    await expect(load("with_text.npz#empty")).rejects.toThrow(
      "the file has shape (0, 3), float32: it has no entries",
    );
    await expect(load("nan.npy")).rejects.toThrow("has NaN at [0, 1]");
    await expect(load("inf.npy")).rejects.toThrow("has Infinity at [0, 1]");
  });
});
