// Amounts that no machine has: told by name, axes and size before any of them is taken.

import { writeNpy, writeNpz } from "@hamlet/core";
import { loadModel, type ModelFiles } from "@hamlet/model";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => useBackend("cpu"));

const FREE = 8e9;

/** An `.npy` header that announces a shape, and nothing behind it. */
function header(shape: readonly number[], dtype = "<f4"): Uint8Array {
  const whole = writeNpy({ shape: [0], dtype: "float32", data: new Float32Array() });
  const text = new TextDecoder("latin1").decode(whole).slice(10);
  const dict = text
    .replace("(0,)", `(${shape.join(", ")},)`)
    .replace("<f4", dtype)
    .trimEnd();
  const bytes = Uint8Array.from(`${dict}\n`, (letter) => letter.charCodeAt(0));
  return Uint8Array.of(...whole.subarray(0, 8), bytes.length & 255, bytes.length >> 8, ...bytes);
}

function modelOf(lines: string, contents: Readonly<Record<string, Uint8Array>> = {}) {
  const files: ModelFiles = {
    read: (path) => Promise.resolve(contents[path] ?? { path, folder: "memory", near: null }),
  };
  const text = `ham 1\n${lines}\n`;
  return (set: readonly string[] = []) =>
    loadModel({ name: "m.ham", text }, { files, set, memory: FREE });
}

describe("sizes that do not fit are refused with name, axes and size", () => {
  test.each([
    [
      "a param",
      "dim D\nparam W: [D, D] ~ normal(0, 1)\nneuron v: [D] as tanh\nenergy e = -sum[i, j] W[i, j] * v[i] * v[j]",
      ["D=1000000"],
      "`W` [D = 1000000, D = 1000000] needs 4 TB",
    ],
    [
      "a const",
      "dim K, D\nconst xi: [K, D] = 1\nneuron v: [D] as tanh\nenergy e = -sum[m, i] xi[m, i] * v[i]",
      ["K=1000000000", "D=6"],
      "`xi` [K = 1000000000, D = 6] needs 24 GB",
    ],
    [
      "a layer",
      "dim D\nneuron v: [D] as tanh\nenergy e = -sum[i] v[i]",
      ["D=9000000000000000"],
      "`v` [D = 9000000000000000] needs 36 PB",
    ],
  ])("%s", async (_, lines, set, message) => {
    await expectNoLeak(async () => {
      await expect(modelOf(lines)(set)).rejects.toThrow(message);
      await expect(modelOf(lines)(set)).rejects.toThrow("E0911");
    });
  });

  const LINES = `dim K, D
data xi: [K, D] from "xi.npz"
neuron v: [D] as tanh
energy e = -1/2 * sum[m] (sum[i] xi[m, i] * v[i])^2`;

  test("an archive whose array is honest, and does not fit the declaration", async () => {
    const bomb = zeros([3, 5, 2 ** 16]);
    expect(bomb.length).toBeLessThan(2 ** 13);
    await expect(modelOf(LINES, { "xi.npz": bomb })()).rejects.toThrow(
      "the file has shape (3, 5, 65536), float32: 3 axes",
    );
  });

  test("an array of a file, by its header alone", async () => {
    const model = modelOf(LINES.replace("xi.npz", "xi.npy"), {
      "xi.npy": header([2 ** 20, 2 ** 12]),
    });
    await expect(model()).rejects.toThrow("17179869184 bytes of data");
  });

  test("examples of a given", async () => {
    const lines = `dim D
given q: [D] from "q.npz"
neuron v: [D] as tanh
energy e = -sum[i] q[i] * v[i]`;
    const q = zeros([4, 2 ** 18]);
    const files: ModelFiles = { read: () => Promise.resolve(q) };
    const source = { name: "m.ham", text: `ham 1\n${lines}\n` };
    await expect(loadModel(source, { files, memory: 5e6 })).rejects.toThrow(
      "`q` [B = 4, D = 262144] needs 4.2 MB, but 5 MB of memory are free",
    );
  });
});

/** An archive of one array of zeros, which deflates to a thousandth. */
function zeros(shape: number[]): Uint8Array {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  return writeNpz(new Map([["zeros", { shape, dtype: "float32", data }]]));
}

test.each([
  ["the first", "dim A = 1000, B = 10"],
  ["the last", "dim A = 10, B = 1000"],
])("the largest of two layers is named, %s", async (_, dims) => {
  const layers = "neuron a: [A] as tanh\nneuron b: [B] as tanh\nenergy e = -sum[i, j] a[i] * b[j]";
  using model = await modelOf(`${dims}\n${layers}`)();
  const [name] = /. = 1000/.exec(dims)!;
  await expect(model.recall({ batch: 1e9 })).rejects.toThrow(
    `"${name[0].toLowerCase()}" [B = 1000000000, ${name}] is the largest layer`,
  );
});

test("a recall of more examples than fit is refused, and so is a search from more starts", async () => {
  using model = await modelOf("dim D = 1000\nneuron v: [D] as tanh\nenergy e = -sum[i] v[i]")();
  await expectNoLeak(async () => {
    await expect(model.recall({ batch: 1e9 })).rejects.toThrow(
      'A recall of 1000000000 examples at once needs 24 TB, but 8 GB of memory are free; "v" [B = 1000000000, D = 1000] is the largest layer.',
    );
    await expect(model.fixedPoints({ starts: 1e9 })).rejects.toMatchObject({
      code: "model/too-large",
    });
  });
});

test("what fits is loaded", async () => {
  const lines = `dim K, D
data xi: [K, D] from "xi.npz"
neuron v: [D] as tanh
energy e = -1/2 * sum[m] (sum[i] xi[m, i] * v[i])^2`;
  const xi = { shape: [2, 2], dtype: "float32", data: Float32Array.of(1, 2, 3, 4) };
  using model = await modelOf(lines, { "xi.npz": writeNpz(new Map([["xi", xi]])) })();
  expect([...model.entries("xi").data]).toEqual([1, 2, 3, 4]);
});
