// Files that are not held are read a piece at a time: the same entries, messages and warnings as from
// their bytes, each file once, and closed whatever happens.

import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ArrayData, type FileBytes, writeNpy, writeNpz, writeSafetensors } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { loadModel } from "@hamlet/model";
import { diskFiles } from "@hamlet/model/disk";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openFileOf } from "../../core/test/files/open-file.ts";

const folder = mkdtempSync(join(tmpdir(), "ham-large-"));
beforeAll(() => useBackend("cpu"));
afterAll(() => rmSync(folder, { recursive: true }));

/** More than a piece of every element type of 8 bytes, and of 4. */
const K = 150_001;
const source = (type: string, take = "", file = "xi.npy") => ({
  name: "m.ham",
  text: `ham 1
dim K, D
data xi: ${type} from "${file}"${take}
neuron v: [D] as tanh
energy e = -1/2 * sum[m] (sum[i] xi[m, i] * v[i])^2
`,
});

/** Everything that loading a model tells, with what was opened. */
async function loaded(text: ReturnType<typeof source>, bytes: FileBytes) {
  let reads = 0;
  const files = {
    read: () => {
      reads++;
      return Promise.resolve(bytes);
    },
  };
  try {
    using model = await loadModel(text, { files });
    const { shape, data } = model.entries("xi");
    const sum = data.reduce((total, entry, i) => (total * 31 + entry * (i % 7)) % 1e9, 0);
    return { reads, shape, sum, ends: [data.at(0), data.at(-1)], warnings: model.warnings };
  } catch (error) {
    if (!HamError.isInstance(error)) throw error;
    return { reads, message: error.message };
  }
}

const N = 2 * K;
const floats = new Float64Array(N).map((_, i) => i / 3);
const float64 = (f: (x: number) => number) => array("float64", floats.map(f));
const int64 = (f: (i: number) => number) =>
  array(
    "int64",
    BigInt64Array.from(floats, (_, i) => BigInt(f(i))),
  );

function array(dtype: string, data: ArrayData["data"], last?: number | bigint): ArrayData {
  if (last !== undefined) (data as BigInt64Array).fill(last as bigint, N - 1);
  return { shape: [K, 2], dtype, data };
}

test.each([
  ["float64", "[K, D]", float64((x) => x), "none"],
  ["float64 in whole", "[K, D]", array("float64", floats.map(Math.floor), 2 ** 24 + 1), "16777217"],
  ["float64 close together", "[K, D]", float64((x) => 1e9 + x / 1e6), "W0903"],
  ["float32", "[K, D]", array("float32", new Float32Array(floats)), "none"],
  ["no number at the end", "[K, D]", array("float32", new Float32Array(N), NaN), "[150000, 1]"],
  ["one beyond a bound", "[K, D] < 9", array("float64", new Float64Array(N), 10), "[150000, 1]"],
  ["int64", "int[K, D]", int64((i) => i), "none"],
  ["large int64", "[K, D]", array("int64", new BigInt64Array(N), 2n ** 60n + 1n), "W0903"],
  [
    "refused int64",
    "int[K, D]",
    array("int64", new BigInt64Array(N), 2n ** 24n + 1n),
    "[150000, 1]",
  ],
  ["uint64", "[K, D]", array("uint64", new BigUint64Array(N), 2n ** 64n - 1n), "W0903"],
  ["signs as bits", "sign[K, D]", int64((i) => i % 2), "none"],
  ["signs", "sign[K, D]", int64((i) => 2 * (i % 2) - 1), "none"],
  ["a zero beside signs", "sign[K, D]", array("int8", new Int8Array(N).fill(-1), 0), "[150000, 1]"],
])("%s", async (_, type, stored, says) => {
  const names = new Map([["xi", stored]]);
  for (const [format, bytes] of [
    ["npy", writeNpy(stored)],
    ["npz", writeNpz(names, { compress: false })],
    ["safetensors", writeSafetensors(names)],
  ] as const) {
    const file = openFileOf(bytes);
    const text = source(type, "", `xi.${format}`);
    const whole = await loaded(text, bytes);
    expect(await loaded(text, file)).toEqual(whole);
    expect(file.closed).toBe(1);
    expect(
      JSON.stringify(whole.message ?? (whole.warnings?.length ? whole.warnings : "none")),
    ).toContain(says);
  }
});

test("of an array that is taken in part the rest is not read", async () => {
  const stored = array("float32", new Float32Array(floats), NaN);
  const file = openFileOf(writeNpy(stored));
  const found = await loaded(source("[K, D]", " take 1000"), file);
  expect(found).toMatchObject({ shape: [1000, 2], ends: [0, new Float32Array(floats)[1999]] });
  expect(file.read).toBeLessThan(2 ** 21 + 1000);
});

test("two arrays of one file are read from it at once", async () => {
  const text = {
    name: "m.ham",
    text: `ham 1
dim K, D
data xi: [K, D] from "x.npz#a"
data eta: [K, D] from "x.npz#b"
neuron v: [D] as tanh
energy e = -sum[m, i] (xi[m, i] + eta[m, i]) * v[i]
`,
  };
  const one = { shape: [1, 2], dtype: "float32", data: Float32Array.of(1, 2) };
  const bytes = writeNpz(
    new Map([
      ["a", one],
      ["b", one],
    ]),
  );
  const found: string[] = [];
  const files = { read: (path: string) => (found.push(path), Promise.resolve(bytes)) };
  await expectNoLeak(async () => {
    using model = await loadModel(text, { files });
    expect(model.entries("eta").data).toEqual(one.data);
  });
  expect(found).toEqual(["x.npz"]);
});

test("files of the disk beyond the budget are read where they are asked for", async () => {
  const path = join(folder, "m.ham");
  const stored = array("float64", floats);
  writeFileSync(join(folder, "xi.npy"), writeNpy(stored));
  const text = source("[K, D]");
  const load = async (held?: number) => {
    using model = await loadModel(text, {
      files: diskFiles(path, held === undefined ? {} : { held }),
    });
    return model.entries("xi").data;
  };
  expect(Buffer.from((await load(1000)).buffer)).toEqual(
    Buffer.from(new Float32Array(floats).buffer),
  );
  expect(await load()).toEqual(new Float32Array(floats));
});

test("a file that is cut short while it is read is told", async () => {
  const path = join(folder, "m.ham");
  const cut = join(folder, "cut.npy");
  writeFileSync(cut, writeNpy(array("float64", floats)));
  const files = diskFiles(path, { held: 1000 });
  const reading = {
    ...files,
    read: async (name: string, from: "model" | "caller") => {
      const file = await files.read(name, from);
      truncateSync(cut, 2 ** 20);
      return file;
    },
  };
  await expect(loadModel(source("[K, D]", "", "cut.npy"), { files: reading })).rejects.toThrow(
    "found the end after 1048576: it was cut short while it was read",
  );
});
