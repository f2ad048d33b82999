// Couplings that are not symmetric: an energy holds their symmetric part, and that is said.

import { join } from "node:path";
import { writeNpy, writeSafetensors } from "@hamlet/core";
import { hebb } from "@hamlet/ham";
import { loadModel, type LoadOptions, type Model } from "@hamlet/model";
import { loadModelFile } from "@hamlet/model/node";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, expect, test } from "vitest";

const CASES = join(import.meta.dirname, "../../../../fixtures/cases");
beforeAll(async () => {
  tf.env().set("PROD", true);
  await tf.setBackend("cpu");
});

/** A model whose "W.npy" is a square matrix; it stands in "W.safetensors" as well. */
function matrix(
  text: string,
  entries: ArrayLike<number>,
  options: LoadOptions = {},
): Promise<Model> {
  const size = Math.sqrt(entries.length);
  const array = { shape: [size, size], dtype: "float32", data: Float32Array.from(entries) };
  const arrays: Readonly<Record<string, Uint8Array>> = {
    "W.npy": writeNpy(array),
    "W.safetensors": writeSafetensors(new Map([["W", array]])),
  };
  const files = {
    read: (path: string) => Promise.resolve(arrays[path] ?? { path, folder: "models", near: null }),
  };
  return loadModel({ name: "m.ham", text: `ham 1\n${text}` }, { ...options, files });
}

/** Warnings about symmetry. */
function said({ warnings }: Model): string[] {
  return warnings
    .filter(({ code }) => code === "W0611" || code === "W0605")
    .map(({ code, message, label }) => `${code} ${message}: ${label}`);
}

test.each(["seq.ham", "conn3.ham"])("case 09, %s: no energy holds a sequence", async (name) => {
  using model = await loadModelFile(join(CASES, "09-asymmetric-sequence", name));
  const { shape, data } = model.entries("W");
  const [size] = shape;
  const gaps = data.map((x, at) => Math.abs(x - data[(at % size) * size + Math.floor(at / size)]));
  const largest = Number(Math.max(...gaps).toPrecision(4));
  expect(said(model)).toHaveLength(1);
  expect(said(model)[0]).toContain(`up to ${largest} from its mirror image`);
  const [warning] = model.warnings.filter(({ code }) => code === "W0611");
  expect(warning.why?.join()).toContain("from a pattern to the next");
});

test("case 41: a coupling that is not symmetric is measured", async () => {
  using model = await loadModelFile(join(CASES, "41-symmetry/wasym.ham"));
  expect(said(model)).toMatchInlineSnapshot(`
    [
      "W0611 \`W\` is not symmetric, and this energy holds only its symmetric part: up to 0.12 from its mirror image; first 0.01 at [0, 1] and -0.03 at [1, 0]",
    ]
  `);
});

const TRIANGLE = [0, 0, 0, 1, 0, 0, -2, 3, 0];
const HOPFIELD = `dim N
data W: [N, N] from "W.npy"
neuron s: [N] as sign
connect h: hopfield(s, W = W)
recall r { start s = 1 solver = async steps = 12 }`;

test("hopfield reads both triangles: a lower one has its half of the energy", async () => {
  using model = await matrix(HOPFIELD, TRIANGLE);
  using result = await model.recall();
  const s = await result.activations.get(model.graph.neurons[0])!.data();
  const energy = -0.5 * (s[1] * s[0] - 2 * s[2] * s[0] + 3 * s[2] * s[1]);
  expect(result.outcomes[0].energyAfter).toBeCloseTo(energy, 12);
  expect(energy).toBe(-2);
});

test("hopfield of a symmetric matrix has the energy of its upper triangle, twice", async () => {
  const W = [0.5, 0.3, -0.7, 0.3, 0.25, 1.1, -0.7, 1.1, -0.1];
  const upper = HOPFIELD.replace(
    "connect h: hopfield(s, W = W)",
    "energy h = -sum[i, j where i < j] W[i, j] * s[i] * s[j] - 1/2 * sum[i] W[i, i] * s[i]^2",
  );
  using model = await matrix(HOPFIELD, W);
  using other = await matrix(upper, W);
  using result = await model.recall();
  using right = await other.recall();
  expect(said(model)).toEqual([]);
  const { energyBefore, energyAfter } = result.outcomes[0];
  expect(energyBefore).toBeCloseTo(right.outcomes[0].energyBefore, 7);
  expect(energyAfter).toBeCloseTo(right.outcomes[0].energyAfter, 7);
});

test("stored patterns are silent", async () => {
  const data = [1, -1, 1, 1, -1, -1, 1, 1, -1, 1, 1, -1];
  using model = await matrix(HOPFIELD, await hebb({ shape: [3, 4], data }));
  expect(said(model)).toEqual([]);
});

test.each([
  ["two layers", "neuron u: [N] as tanh\nenergy e = -sum[i, j] W[i, j] * v[i] * u[j]", 0],
  ["a triangle", "energy e = -sum[i, j where i < j] W[i, j] * v[i] * v[j]", 0],
  ["a written form", "energy e = -sum[i, j] W[i, j] * v[i] * v[j]", 1],
  ["a dense layer with itself", "connect e: dense(v, v, W = W)", 1],
])("%s", async (_, energy, count) => {
  const text = `dim N\ndata W: [N, N] from "W.npy"\nneuron v: [N] as tanh\n${energy}`;
  using model = await matrix(text, TRIANGLE);
  expect(said(model)).toHaveLength(count);
});

test.each([
  ["(W[i, j] + W[j, i]) / 2 * v[i] * v[j]", false],
  ["(0.5 * W[i, j] + 0.5 * W[j, i]) * v[i] * v[j]", false],
  ["W[i, j] * v[i] * v[j] where i != j", true],
  ["(W[i, j] + W[i, j]) * v[i] * v[j]", true],
])("a symmetric part that is written out is meant: %s", async (body, isTold) => {
  const [formula, where = ""] = body.split(/ (?=where)/);
  const text = `dim N
data W: [N, N] from "W.npy"
neuron v: [N] as tanh
energy e = -sum[i, j ${where}] ${formula}`;
  using loaded = await matrix(text, [0, 1, 2, 3]);
  expect(said(loaded)).toHaveLength(isTold ? 1 : 0);
});

test("params are told of by their form, and measured when they are loaded", async () => {
  const text = (energy: string) => `dim N = 3\nneuron v: [N] as tanh\n${energy}`;
  const written = text(
    "param W: [N, N] ~ normal(0, 1)\nenergy e = -sum[i, j] W[i, j] * v[i] * v[j]",
  );
  const form = "W0605 only the symmetric part of `W` has any effect here: both ends are `v`";
  using drawn = await matrix(written, TRIANGLE);
  expect(said(drawn)).toEqual([form]);
  using loaded = await matrix(written, TRIANGLE, { params: "W.safetensors" });
  expect(said(loaded)).toHaveLength(2);
  using own = await matrix(text("connect h: hopfield(v)"), TRIANGLE);
  expect(said(own)).toEqual([]);
});
