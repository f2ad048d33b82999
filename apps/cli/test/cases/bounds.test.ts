// What a declaration says of entries holds on every road into a model, because proofs rest on it.

import { join } from "node:path";
import { key, readCheckpoint, writeCheckpoint, writeNpy, writeSafetensors } from "@hamlet/core";
import type { HamError } from "@hamlet/graph";
import { loadModel, type LoadOptions, type Model, type ModelFiles } from "@hamlet/model";
import { loadModelFile } from "@hamlet/model/node";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, describe, expect, test } from "vitest";

const CASES = join(import.meta.dirname, "../../../../fixtures/cases/40-bounds");
beforeAll(async () => {
  tf.env().set("PROD", true);
  await tf.setBackend("cpu");
});

/** A case of the folder; `from "train.npz"` of the one with digits is its `tr1b.npz`. */
function caseOf(name: string, data: Readonly<Record<string, string>> = {}): Promise<Model> {
  return loadModelFile(join(CASES, name), {
    data: Object.fromEntries(Object.entries(data).map(([key, file]) => [key, join(CASES, file)])),
  });
}

const float32 = (shape: number[], entries: readonly number[]) =>
  writeNpy({ shape, dtype: "float32", data: Float32Array.from(entries) });

function filesOf(arrays: Readonly<Record<string, Uint8Array>>): ModelFiles {
  return {
    read: (path) => Promise.resolve(arrays[path] ?? { path, folder: "models", near: null }),
  };
}

/** A model from its text, with arrays instead of files. */
function model(
  text: string,
  arrays: Readonly<Record<string, Uint8Array>> = {},
  options: Omit<LoadOptions, "files"> = {},
): Promise<Model> {
  return loadModel(
    { name: "m.ham", text: `ham 1\n${text}` },
    { ...options, files: filesOf(arrays) },
  );
}

/** Code and message of what a promise is rejected with. */
async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => expect.unreachable("nothing was refused"),
    (reason: HamError) => reason,
  );
  return `${error.code}\n${error.message.replaceAll(CASES, "cases")}`;
}

/** One layer that is pulled up by `p`; `text` declares `p`. */
const bowl = (text: string) => `dim N = 4
${text}
neuron v: [N] as identity { leak = off }
energy e = sum[i] p[i] * v[i]^2
recall r { start v = 1 solver = adaptive steps = 3 }`;

test("data below its bound is refused before anything is proven of it", async () => {
  expect(await refusal(caseOf("fcert.ham"))).toMatchInlineSnapshot(`
    "model/file-has-errors
    error[E0405] value_out_of_bounds: \`p\` must hold numbers > 0
     --> cases/fcert.ham:3:22
    3 | data p: [N] > 0 from "neg.npy"
      |                      ^^^^^^^^^ \`neg.npy\` has -1 at [0]
      = help: mend the entry, or declare \`p\` without \`> 0\`: what is proven of the model rests on it"
  `);
  expect(await refusal(caseOf("b_data.ham"))).toContain("`neg.npy` has -1 at [0]");
});

test("labels outside their bound stop before the training", async () => {
  const files = { image: "tr1b.npz#images", label: "tr1b.npz#labels" };
  expect(await refusal(caseOf("cls5.ham", files))).toMatchInlineSnapshot(`
    "model/file-has-errors
    error[E0405] value_out_of_bounds: \`label\` must hold whole numbers < 10
     --> cases/cls5.ham:7:28
    7 | given label: int < 10 from "train.npz#labels"
      |                            ^^^^^^^^^^^^^^^^^^ \`cases/tr1b.npz#labels\` has 10 at [11]
      = help: mend the entry, or declare \`label\` without \`< 10\`: what is proven of the model rests on it"
  `);
});

test("without a bound they are told of: no position is 10", async () => {
  const { readFile } = await import("node:fs/promises");
  const text = await readFile(join(CASES, "cls5.ham"), "utf8");
  const bytes = new Uint8Array(await readFile(join(CASES, "tr1b.npz")));
  const files = { read: () => Promise.resolve(bytes) };
  const source = { name: "m.ham", text: text.replace("int < 10", "int") };
  using loaded = await loadModel(source, { files });
  const labels = loaded.warnings.map(({ code, label }) => `${code} ${label}`);
  expect(labels.filter((label) => label.startsWith("W0612"))).toEqual([
    "W0612 has 10 at [11]: the condition holds nowhere",
  ]);
});

describe("the first entry that breaks a declaration is named", () => {
  const file = (shape: number[], entries: readonly number[]) => ({
    "p.npy": float32(shape, entries),
  });

  test.each([
    ["data p: [N] > 0", file([4], [1, 2, 0, -1]), "`p.npy` has 0 at [2]"],
    ["data p: [N] >= 0", file([4], [1, 2, 0, -1]), "`p.npy` has -1 at [3]"],
    ["data p: [N] < 1", file([4], [0, 0.5, 1, 2]), "`p.npy` has 1 at [2]"],
    ["data p: [N] <= 1", file([4], [0, 0.5, 1, 2]), "`p.npy` has 2 at [3]"],
    ["data p: [N] > 0", file([4], [1, NaN, 1, 1]), "`p.npy` has NaN at [1]"],
    ["data p: [N] > 0", file([4], [1, 1, 1, Infinity]), "`p.npy` has Infinity at [3]"],
    ["data p: int[N] > 0", file([4], [1, 1.5, 1, 1]), "`p.npy` has 1.5 at [1]"],
    ["data p: sign[N]", file([4], [1, -1, 0, 1]), "`p.npy` has 0 at [2]"],
    ["given p: [N] > 0", file([2, 4], [1, 1, 1, 1, 1, 1, -2, 1]), "`p.npy` has -2 at [1, 2]"],
    ["param p: [N] > 0", file([4], [1, 1, -3, 1]), "`p.npy` has -3 at [2]"],
    ["const p: [N] > 0", file([4], [1, 1, 1, -4]), "`p.npy` has -4 at [3]"],
  ])("%s", async (declaration, arrays, label) => {
    expect(await refusal(model(bowl(`${declaration} from "p.npy"`), arrays))).toContain(label);
  });

  test("an entry that float32 rounds onto the bound", async () => {
    const wide = { shape: [4], dtype: "float64", data: Float64Array.of(1, 1, 1e-60, 1) };
    const message = await refusal(
      model(bowl('data p: [N] > 0 from "p.npy"'), { "p.npy": writeNpy(wide) }),
    );
    expect(message).toContain("`p.npy` has 1e-60 at [2]");
    expect(message).toContain("float32 holds it as 0");
  });

  test("a bound and the same number in a file, both as float32", async () => {
    using loaded = await model(bowl('data p: [N] <= 0.1 from "p.npy"'), {
      "p.npy": float32([4], [0.1, 0, 0, 0]),
    });
    expect(loaded.entries("p").data[0]).toBe(Math.fround(0.1));
  });
});

describe("formulas, draws and the command line", () => {
  test.each([
    ["param p: [N] > 0 ~ normal(0, 1)", "`normal` gives -"],
    ["param p: [N] < 0 ~ uniform(-1, 1)", "`uniform` gives 0."],
    ["param p: int[N] ~ uniform(0, 9)", "`uniform` gives "],
    ["param p: [N] > 0 = 0", "this is 0"],
    ["const p: [N] > 2 = 1/N", "this is 0.25"],
    ["const p: int[N] = 2.5", "`p` must hold whole numbers"],
    ["param p: sign[N] = 0", "`p` must hold -1 and +1"],
  ])("%s", async (declaration, label) => {
    const message = await refusal(model(bowl(declaration)));
    expect(message).toContain("E0405");
    expect(message).toContain(label);
  });

  test("a formula over sizes that only files give", async () => {
    const text = `dim N, K
data x: [N, K] from "x.npy"
const c: real > 0 = 3 - K
neuron v: [N] as identity
energy e = c * sum[i, m] x[i, m] * v[i]`;
    const arrays = { "x.npy": float32([1, 4], [1, 2, 3, 4]) };
    expect(await refusal(model(text, arrays))).toContain("its formula gives -1");
  });

  test("--set of an int and of a bound", async () => {
    const text = bowl("const n: int = 2\nconst b: real <= 3 = 2\nparam p: [N] = n * b");
    const set = (one: string) => refusal(model(text, {}, { set: [one] }));
    expect(await set("n=2.5")).toContain("`n` must hold whole numbers");
    expect(await set("b=3.1")).toContain("`b` must be <= 3");
  });

  test("whole numbers that float32 cannot hold", async () => {
    const text = bowl("const n: int = 2\nconst b = 2\nparam p: [N] = n * b");
    const message = await refusal(model(text, {}, { set: ["n=16777217"] }));
    expect(message).toContain("this becomes 16777216");
    using listed = await model(bowl("data p: [N] = [1, 2, 16777217, 4]"));
    expect(listed.warnings.map(({ code }) => code)).toContain("W0903");
    expect(await refusal(model(bowl("data p: int[N] = [1, 2, 16777217, 4]")))).toContain("E0405");
    using warned = await model(text, {}, { set: ["b=16777217"] });
    const rounded = warned.warnings.filter(({ code }) => code === "W0903");
    expect(rounded.map(({ message }) => message)).toEqual(["`16777217` is held as 16777216"]);
  });

  test("whole numbers that float64 cannot hold either, by their digits", async () => {
    const [odd, held] = ["9007199254740993", "9007199254740992"];
    const roundedIn = async (text: string, set: string[] = []) => {
      using loaded = await model(text, {}, { set });
      const found = loaded.warnings.filter(({ code }) => code === "W0903");
      return found.map(({ message }) => message);
    };
    const told = [`\`${odd}\` is held as ${held}`];
    const text = (entry: string) => bowl(`data p: [N] = [1, 2, ${entry}, 4]`);
    expect(await roundedIn(text(odd))).toEqual(told);
    expect(await roundedIn(text(held))).toEqual([]);
    expect(await roundedIn(text(`1${"0".repeat(37)}`))).toEqual([]);
    const scaled = (b: string) => bowl(`const b = ${b}\nparam p: [N] = b`);
    expect(await roundedIn(scaled(odd))).toEqual(told);
    expect(await roundedIn(scaled(`-${odd}`))).toEqual([`\`-${odd}\` is held as -${held}`]);
    expect(await roundedIn(scaled(`${odd} - ${held}`))).toEqual(told);
    expect(await roundedIn(scaled("2"), [`b=${odd}`])).toEqual(told);
    expect(await refusal(model(bowl(`param p: int[N] = ${odd}`)))).toContain(`becomes ${held}`);
    const file = (text: string) => ({ "p.csv": new TextEncoder().encode(text) });
    using read = await model(bowl('data p: [N] from "p.csv"'), file(`1,2,${odd},4`));
    const [warning] = read.warnings.filter(({ code }) => code === "W0903");
    expect(warning.label).toBe(`${odd} at [2] becomes ${held}`);
    const ints = model(bowl('data p: int[N] from "p.csv"'), file(`1,2,${odd},4`));
    expect(await refusal(ints)).toContain(`has ${odd} at [2]`);
    const whole = bowl("const n: int = 2\nparam p: [N] = n");
    expect(await refusal(model(whole, {}, { set: [`n=${odd}`] }))).toContain(`becomes ${held}`);
  });

  test("the bits of a draw become signs in a sign tensor", async () => {
    using loaded = await model(bowl("param p: sign[N] ~ bernoulli(0.5)"));
    expect([...loaded.entries("p").data].every((x) => Math.abs(x) === 1)).toBe(true);
  });

  test("params that a training wrote", async () => {
    const text = bowl("param p: [N] > 0 = 1");
    const entries = { shape: [4], dtype: "float32", data: Float32Array.of(1, 2, -1, 3) };
    const arrays = { "w.safetensors": writeSafetensors(new Map([["p", entries]])) };
    expect(await refusal(model(text, arrays, { params: "w.safetensors" }))).toMatchInlineSnapshot(`
      "model/param-value
      "p" takes numbers > 0, but the params file has -1 at [2]. Train it again, or take an earlier checkpoint."
    `);
  });
});

test.each(["0", "2.5", "16777217"])("nothing is recorded every %s steps", async (every) => {
  const text = (line: string) =>
    bowl("data p: [N] = [1, 1, 1, 1]").replace("steps", `${line} steps`);
  for (const what of ["energy", "v"]) {
    const message = await refusal(model(text(`record ${what} every ${every}`)));
    expect(message).toContain("`every` must");
    expect(message).toContain(`this is ${every}`);
  }
  using good = await model(text("record energy every 2"));
  expect(good.graph.recalls[0].record).toEqual([{ name: "energy", every: 2 }]);
});

describe("what is bound to a declared name keeps the declaration", () => {
  const layers = `dim D = 2, H = 2
neuron v: [D] as tanh
neuron h: [H] as tanh
synapse s(a: [A], b: [B]) {
  param W: [A, B] > 0 = 1
  const g: real > 0 = 1
  energy = -g * sum[i, j] W[i, j] * a[i] * b[j]
}
synapse whole(a: [A], b: [B]) {
  param n: int[A, B] = 1
  energy = -sum[i, j] n[i, j] * a[i] * b[j]
}
param U: [D, H] > 0 = 1
param n: int[D, H] = 1
const c = 1
`;
  const recall = (lines: string) => `recall r { ${lines} solver = euler(dt = 0.1) steps = 3 }`;

  test.each([
    ["let L[i, j] = U[i, j] - 2\nconnect s(v, h, W = L)", "`L` may be others"],
    ["let L[i, j] = n[i, j] / 2\nconnect whole(v, h, n = L)", "`L` may be others"],
    ["connect s(v, h, g = c - 2)", "`c - 2` may be others"],
    [`connect s(v, h, g = c)\n${recall("schedule c = 1 - 2 * t")}`, "`c` may be others"],
    [`connect s(v, h, g = 2 * c)\n${recall("schedule c = 1 - 2 * t")}`, "`2 * c` may be others"],
    ["connect s(v, h, g = -1)", "this is -1"],
  ])("%s", async (lines, label) => {
    const message = await refusal(model(layers + lines));
    expect(message).toContain("E0405");
    expect(message).toContain(label);
  });

  test.each([
    "let L[i, j] = U[i, j] + 2\nconnect s(v, h, W = L)",
    "let L[i, j] = 2 * n[i, j] + 1\nconnect whole(v, h, n = L)",
    "connect s(v, h, W = U, g = 2 * c)",
    `connect s(v, h, g = max(c, 0.1))\n${recall("schedule c = 1 - 2 * t")}`,
  ])("%s is all right", async (lines) => {
    using loaded = await model(layers + lines);
    expect(loaded.warnings.filter(({ code }) => code === "E0405")).toEqual([]);
  });

  test("a formula that a part is given", async () => {
    const part = `ham 1
dim D = 2
const beta: real > 0 = 1
neuron v: [D] as identity
energy e = beta * sum[i] v[i]^2`;
    const text = (beta: string) => `const b = -1\nuse "./p.ham" as p\npart q: p(beta = ${beta})`;
    const arrays = {
      "./p.ham": new TextEncoder().encode(part),
      "p.ham": new TextEncoder().encode(part),
    };
    expect(await refusal(model(text("2 * b"), arrays))).toContain("`2 * b` may be others");
    using loaded = await model(text("-2 * b"), arrays);
    expect(loaded.graph.neurons).toHaveLength(1);
  });
});

const CUED = `dim N = 3
given q: [N] > 0
given s: sign[N]
neuron v: [N] as identity
neuron w: [N] as sign
energy e = -sum[i] log(q[i]) * v[i] - sum[i] s[i] * w[i]
recall r { start v = q start w = s clamp w solver = euler(dt = 0.1) steps = 2 }`;

describe("givens through the interface", () => {
  const q = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
  const s = { shape: [2, 3], data: Float32Array.of(1, -1, 1, -1, 1, 1) };

  test("arrays and tensors, with nothing left behind", async () => {
    using loaded = await model(CUED);
    const before = tf.memory().numTensors;
    const bad = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 0, 6) };
    const message = await refusal(loaded.recall({ givens: { q: bad, s } }));
    expect(message).toMatchInlineSnapshot(`
      "model/given-value
      "q" takes numbers > 0: found 0 in example 1, at [1]. Give other values, or declare it without that limit."
    `);
    const tensor = tf.tensor(bad.data, [2, 3]);
    expect(await refusal(loaded.recall({ givens: { q: tensor, s } }))).toBe(message);
    tensor.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("a NaN is no number of any bound", async () => {
    using loaded = await model(CUED);
    const bad = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, NaN) };
    expect(await refusal(loaded.recall({ givens: { q: bad, s } }))).toContain("found NaN");
    expect(await refusal(loaded.fixedPoints({ givens: { q: bad, s } }))).not.toBe("");
  });

  test.each([NaN, Infinity, -Infinity])(
    "%d is no entry of a given without a bound",
    async (bad) => {
      using loaded = await model(`dim N = 3
given q: [N]
neuron v: [N] as identity
energy e = -sum[i] q[i] * v[i]
recall r { start v = q solver = euler(dt = 0.1) steps = 2 }`);
      const entries = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, bad) };
      const message = await refusal(loaded.recall({ givens: { q: entries } }));
      expect(message).toContain(`found ${bad}`);
      const tensor = tf.tensor(entries.data, [2, 3]);
      const told = await refusal(loaded.recall({ givens: { q: tensor } }));
      tensor.dispose();
      expect(told).toBe(message);
      expect(await refusal(loaded.energies({ givens: { q: entries } }))).toContain(`found ${bad}`);
    },
  );

  test("0 and 1 become signs, as in a file; a zero among signs is refused", async () => {
    using loaded = await model(CUED);
    const bits = { shape: [2, 3], data: Float32Array.of(1, 0, 1, 0, 1, 1) };
    using fromBits = await loaded.recall({ givens: { q, s: bits } });
    using fromSigns = await loaded.recall({ givens: { q, s } });
    expect(fromBits.outcomes).toEqual(fromSigns.outcomes);
    const mixed = { shape: [2, 3], data: Float32Array.of(1, 0, 1, -1, 1, 1) };
    expect(await refusal(loaded.recall({ givens: { q, s: mixed } }))).toContain(
      "found 0 in example 0",
    );
  });

  test("a compiled recall checks its tensors too", async () => {
    using loaded = await model(CUED);
    using compiled = loaded.compileRecall();
    const given = (name: string) => loaded.graph.tensors.find((one) => one.name === name)!;
    const tensors = [tf.tensor([[1, 2, -3]]), tf.tensor([[1, -1, 1]])];
    const givens = new Map([
      [given("q"), tensors[0]],
      [given("s"), tensors[1]],
    ]);
    expect(await refusal(compiled.run({ givens }))).toContain("ham/value-refused");
    expect(() => compiled.descend({ givens })).toThrow(/found -3 at \[0, 2\]/);
    tf.dispose(tensors);
  });
});

test("feeds of tests and trainings", async () => {
  const text = `${CUED}
test "fed" { feed q ~ normal(0, 1) feed s ~ bernoulli(0.5) run r expect steps > 0 }`;
  using loaded = await model(text);
  expect(await refusal(loaded.runTests())).toContain('"q" takes numbers > 0');
});

test("a schedule keeps the declaration of its const", async () => {
  const text = (formula: string) => `dim N = 2
const beta: real > 0 = 1
neuron v: [N] as tanh
energy e = -beta * sum[i] v[i]^2
recall r { schedule beta = ${formula} solver = euler(dt = 0.1) steps = 11 }`;
  using good = await model(text("1 - 0.9 * t"));
  (await good.recall()).dispose();
  using bad = await model(text("1 - 2 * t"));
  expect(await refusal(bad.recall())).toMatchInlineSnapshot(`
    "ham/value-refused
    The recall "r": "beta" takes numbers > 0, but its schedule gives 0 at time 0.5. Change the schedule, or the declaration of "beta"."
  `);
});

test("a trained param stays inside a strict bound, however far it is pushed", async () => {
  const text = `dim N = 2
given x: [N] from "x.npy"
param s: real > 1 = 1.5
neuron v: [N] as identity
energy e = -s * sum[i] v[i] * x[i]
recall r { solver = euler(dt = 1) steps = 1 }
train { unroll = r loss = sum[i] v[i] optimiser = sgd(lr = 1000) batch = 1 epochs = 3 }`;
  using loaded = await model(text, { "x.npy": float32([4, 2], [1, 1, 1, 1, 1, 1, 1, 1]) });
  (await loaded.train()).dispose();
  const [s] = loaded.entries("s").data;
  expect(s).toBeGreaterThan(1);
  expect(s).toBeLessThan(1 + 1e-6);
});

describe("what a training ends with, and goes on from", () => {
  const text = (lr: number) => `dim N = 2
given x: [N] from "x.npy"
param s: [N] > 1 = 1.5
neuron v: [N] as identity
energy e = -sum[i] s[i] * v[i] * x[i]
recall r { solver = euler(dt = 1) steps = 1 }
train { unroll = r loss = 100 * sum[i] v[i] optimiser = sgd(lr = ${lr}) batch = 2 epochs = 2 }`;
  const arrays = { "x.npy": float32([4, 2], [1, 1, 1, 1, 1, 1, 1, 1]) };

  /** The checkpoint after all epochs, with one of its arrays changed. */
  async function changed(name: string, entry: number): Promise<Uint8Array> {
    using loaded = await model(text(0.1), arrays);
    using result = await loaded.train({ validation: 0.5 });
    const { arrays: kept, ...rest } = readCheckpoint(await result.checkpoint());
    const array = kept.get(name)!;
    const data = Float64Array.from(array.data as Float32Array);
    data[0] = entry;
    const other = { shape: array.shape, dtype: "float64" as const, data };
    return writeCheckpoint({ ...rest, arrays: new Map([...kept, [name, other]]) });
  }

  test.each([
    ["param/s", NaN, '"param/s" holds NaN at [0]'],
    ["param/s", Infinity, '"param/s" holds Infinity at [0]'],
    ["best/param/s", 0.5, 'best "s" holds 0.5 at [0], which it cannot take'],
    ["best/param/s", NaN, 'best "s" holds NaN at [0]'],
  ])("%s of %d", async (name, entry, label) => {
    const resume = await changed(name, entry);
    using loaded = await model(text(0.1), arrays);
    const before = tf.memory().numTensors;
    for (const epochs of [2, 3]) {
      const message = await refusal(loaded.train({ resume, validation: 0.5, epochs }));
      expect(message).toContain("core/bad-checkpoint");
      expect(message).toContain(label);
    }
    expect(tf.memory().numTensors).toBe(before);
    expect([...loaded.entries("s").data]).toEqual([1.5, 1.5]);
  });

  test("untouched, it goes on", async () => {
    const resume = await changed("best/param/s", 1.25);
    using loaded = await model(text(0.1), arrays);
    using result = await loaded.train({ resume, validation: 0.5, epochs: 3 });
    expect(result.steps).toBe(3);
  });

  test("a last step that is too large for float32 is told of, not kept", async () => {
    using loaded = await model(text(1e38).replace(" > 1", ""), arrays);
    const message = await refusal(loaded.train({ epochs: 1 }));
    expect(message).toContain("ham/loss-not-finite");
    expect([...loaded.entries("s").data]).toEqual([1.5, 1.5]);
  });
});

test("a param of whole numbers is not trained", async () => {
  const text = `dim N = 2
given x: [N] from "x.npy"
param s: int = 1
neuron v: [N] as identity
energy e = -s * sum[i] v[i] * x[i]
recall r { solver = euler(dt = 1) steps = 1 }
train { unroll = r loss = sum[i] v[i]^2 optimiser = sgd(lr = 1) }`;
  const message = await refusal(model(text, { "x.npy": float32([1, 2], [1, 1]) }));
  expect(message).toContain("E0409");
  expect(message).toContain("no gradient can train `s`, which takes whole numbers");
});

test("case 17: the square of a norm holds a fall that is slower", async () => {
  const path = join(CASES, "../17-norm-at-zero/squared.ham");
  using loaded = await loadModelFile(path);
  expect(loaded.warnings.filter(({ code }) => code === "W0603")).toEqual([]);
  const { certify } = await import("@hamlet/graph");
  expect(certify(loaded.graph).bounded).toBe("proven: v rises like |x|^2");
});

test("a hypergraph and a model from JSON check their weights", async () => {
  const { fromJson, toJson } = await import("@hamlet/graph");
  const { makeHypergraph, makeRecall } = await import("@hamlet/ham");
  using loaded = await model(bowl("param p: [N] > 0 = 1"));
  const { graph } = fromJson(toJson(loaded.graph));
  const p = graph.tensors.find(({ name }) => name === "p")!;
  const tensor = tf.tensor([1, 1, -1, 1]);
  const sizes = new Map();
  expect(() => makeHypergraph(graph, { weights: { p: tensor } })).toThrow(/found -1 at \[2\]/);
  const numbers = new Map([[p, [1, 1, 1, -2]]]);
  const values = new Map([[p, tensor]]);
  const recall = graph.recalls[0];
  expect(() => makeRecall(graph, recall, { sizes, values, numbers })).toThrow(/found -2 at \[3\]/);
  using unread = makeRecall(graph, recall, { sizes, values, numbers: new Map() });
  expect(await refusal(unread.run({ key: key(0) }))).toContain("found -1 at [2]");
  tensor.dispose();
});
