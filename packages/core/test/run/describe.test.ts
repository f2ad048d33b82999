// What the parts of a step move and compute, against numbers counted by hand.

import { float64, makeProgram, type Part, plan, simd, type Target } from "@hamlet/core";
import {
  apply,
  type Expr,
  get,
  logsumexp,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  sum,
} from "@hamlet/graph";
import { expect, test } from "vitest";
import { energyAndSlope, leaf } from "../../conformance/descent.ts";

const [K, D, B] = [1000, 64, 8];
const [rows, entries] = [makeDim("K", K), makeDim("D", D)];
const [k, i, j] = [makeIndex("k", rows), makeIndex("i", entries), makeIndex("j", entries)];
const xi = makeTensor("xi", "data", [rows, entries]);
const v = makeTensor("v", "activation", [entries]);
const scores = sum([i], mul(get(xi, [k, i]), get(v, [i])));

function programOf<Value, Given>(energy: Expr, target: Target<Value, Given>) {
  return makeProgram(plan(energyAndSlope(energy, v, [j]), { leaf }), { target });
}

const totalOf = (parts: readonly Part[], of: "bytes" | "flops" | "functions") =>
  parts.reduce((all, part) => all + part[of], 0);

test("a band of a log-sum-exp memory reads its matrix once, and nothing of the length of its rows", () => {
  using program = programOf(logsumexp([k], scores), simd);
  const parts = program.describe({ batch: B });
  const bands = parts.filter(({ kind }) => kind === "band");
  expect(bands).toHaveLength(1);
  const [band] = bands;
  expect(band.rows).toBe(K);
  expect(band.block).toBeLessThan(K);
  expect(band.reads).toEqual(
    expect.arrayContaining([
      { name: "xi", shape: [K, D] },
      { name: "v", shape: [B, D] },
    ]),
  );
  const long = [...band.reads, ...band.writes].filter(({ shape }) => shape.includes(K));
  expect(long.map(({ name }) => name)).toEqual(["xi"]);
  const products = 2 * 2 * K * D * B;
  expect(band.flops).toBeGreaterThan(products);
  expect(band.flops).toBeLessThan(1.1 * products);
  // One exp a score, and a few for every block where a maximum grows.
  expect(band.functions).toBeGreaterThanOrEqual(K * B);
  expect(band.functions).toBeLessThan(1.05 * K * B);
  const least = 4 * (K * D + 2 * B * D);
  expect(totalOf(parts, "bytes")).toBeGreaterThan(least);
  expect(totalOf(parts, "bytes")).toBeLessThan(1.1 * least);
  expect(parts.flatMap(({ writes }) => writes.map(({ name }) => name))).toEqual(
    expect.arrayContaining(["energy", "slope"]),
  );
});

/** A memory of pictures, as they are or prepared once. */
function pictures(prepared: (pattern: Expr) => Expr) {
  const [H, W, KS] = [makeDim("H", 5), makeDim("W", 4), makeDim("K", 70)];
  const [m, y, x] = [makeIndex("m", KS), makeIndex("y", H), makeIndex("x", W)];
  const images = makeTensor("images", "data", [KS, H, W]);
  const state = makeTensor("state", "activation", [H, W]);
  const pattern = prepared(get(images, [m, y, x]));
  const energy = logsumexp([m], sum([y, x], mul(pattern, get(state, [y, x]))));
  const at = [makeIndex("p", H), makeIndex("q", W)];
  return {
    tensors: { images, state },
    outputs: energyAndSlope(energy, state, at),
  };
}

test.each([
  ["as they are", (pattern: Expr) => pattern],
  ["prepared", (pattern: Expr) => apply("tanh", pattern)],
])("pictures %s are read once, and what is computed of them is right", (_, prepared) => {
  const { outputs, tensors } = pictures(prepared);
  const own = plan(outputs, { leaf });
  const wave = (count: number) =>
    Float32Array.from({ length: count }, (__, n) => Math.sin(2.3 * n));
  const inputs = new Map([
    [tensors.images, wave(70 * 20)],
    [tensors.state, wave(3 * 20)],
  ]);
  using program = makeProgram(own, { target: simd });
  using exact = makeProgram(own, { target: float64 });
  const bands = program.describe({ batch: 3 }).filter(({ kind }) => kind === "band");
  expect(bands.map(({ reads }) => reads.filter(({ shape }) => shape.includes(70)))).toEqual([
    [expect.objectContaining({ shape: expect.arrayContaining([70]) as number[] })],
  ]);
  for (const stage of ["load", "param", "example"] as const) {
    program.bind(stage, inputs);
    exact.bind(stage, inputs);
  }
  const right = exact.step(inputs, { batch: 3 });
  for (const [name, value] of program.step(inputs, { batch: 3 })) {
    right.get(name)!.data.forEach((number, n) => expect(value.data[n]).toBeCloseTo(number, 4));
    simd.free(value);
  }
});

test("what is not asked for is not described", () => {
  using program = programOf(sum([i], apply("tanh", get(v, [i]))), simd);
  const [all, energy] = [{}, { outputs: ["energy"] }].map((wanted) =>
    program.describe({ batch: B, ...wanted }),
  );
  const names = (parts: readonly Part[]) =>
    parts.flatMap(({ writes }) => writes.map(({ name }) => name));
  expect(names(all)).toContain("slope");
  expect(names(energy)).toContain("energy");
  expect(names(energy)).not.toContain("slope");
  expect(energy).toMatchObject([{ kind: "loop", ops: ["tanh", "sum"], flops: 2 * B * D }]);
  expect(totalOf(energy, "functions")).toBe(B * D);
});

test("without a target that joins them, every operation is a part", () => {
  using program = programOf(sum([k], mul(scores, scores)), float64);
  const parts = program.describe({ batch: B });
  expect(new Set(parts.map(({ kind }) => kind))).toEqual(new Set(["operation"]));
  const products = parts.filter(({ ops }) => ops[0] === "matmul");
  expect(products.map(({ flops }) => flops)).toEqual([2 * K * D * B, 2 * K * D * B]);
  expect(products[0].bytes).toBe(8 * (K * D + B * D + K * B));
});

test("a step of no examples moves and computes nothing for them", () => {
  const energy = sum([i], apply("tanh", get(v, [i])));
  using compiled = programOf(energy, simd);
  using exact = programOf(energy, float64);
  for (const program of [compiled, exact]) {
    const parts = program.describe({ batch: 0 });
    expect(parts.length).toBeGreaterThan(0);
    expect(totalOf(parts, "functions")).toBe(0);
  }
});

test("a step that is cut moves its matrix once a slice", () => {
  const options = { target: float64, budget: 8 * K * 2 };
  const energy = sum([k], apply("tanh", scores));
  const own = plan([{ name: "energy", value: energy, indices: [], batched: true }], { leaf });
  using whole = makeProgram(own, { target: float64 });
  using cut = makeProgram(own, options);
  const [all, slices] = [whole, cut].map((program) => program.describe({ batch: B }));
  expect(totalOf(slices, "flops")).toBe(totalOf(all, "flops"));
  expect(totalOf(slices, "bytes") - totalOf(all, "bytes")).toBe(8 * (B / 2 - 1) * K * D);
});
