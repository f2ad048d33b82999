import { isSound } from "@hamlet/dsl";
import { toHam } from "@hamlet/dsl/write";
import { apply, type EnergyGraph, fromJson, lit, modelId, select, toJson } from "@hamlet/graph";
import { describe, expect, test } from "vitest";
import { compiled, messages, type Uses } from "./compiling.ts";
import { shippedExamples } from "./fixtures.ts";

// A plugin lives in a package of its own.
const EXAMPLES = shippedExamples().filter(({ text }) => !/^use "@/m.test(text));

const FILES: Uses = Object.fromEntries(EXAMPLES.map(({ name, text }) => [name, text]));

/** Writes a graph out and compiles what was written. */
function rewritten(graph: EnergyGraph): EnergyGraph {
  const text = toHam(graph);
  const again = compiled(text);
  expect(isSound(again), `${text}\n${messages(again)}`).toBe(true);
  return again.graph;
}

function checkFlat(text: string, uses: Uses = {}): string {
  const compilation = compiled(text, uses);
  expect(isSound(compilation), messages(compilation)).toBe(true);
  expect(modelId(rewritten(compilation.graph)), toHam(compilation.graph)).toBe(
    modelId(compilation.graph),
  );
  return toHam(compilation.graph);
}

describe("a graph written as one flat file keeps its model id", () => {
  test.each(EXAMPLES)("of $name", ({ text }) => void checkFlat(text, FILES));
});

test("a chain of lets, each of which reads the one before twice, stays a chain", () => {
  const links = Array.from(
    { length: 30 },
    (_, i) => `let b${i + 1}[i] = tanh(b${i}[i]) + 0.1 * b${i}[i]^2`,
  );
  const text = checkFlat(`dim D = 4
neuron v: [D] as tanh
let b0[i] = 0.5 * v[i]
${links.join("\n")}
energy pull = sum[i] b30[i]`);
  expect(text.length).toBeLessThan(5000);
  expect(text).toMatch(/^let p\[i: D\] =/m);
});

test("what layers that are coupled share is written once", () => {
  const text = checkFlat(`dim D = 3, H = 2
const W: [D, D] = 0.1
neuron v: [D] as tanh
neuron h: [H] as tanh
let a[i, k] = tanh(sum[j] W[i, j] * v[j] + v[i] * h[k]) + exp(-v[i]^2 * h[k]^2 - sum[j] W[j, i] * v[j])
let b[i, k] = tanh(sum[j] W[i, j] * a[j, k]) + a[i, k]^2 + sqrt(1 + a[i, k]^2)
energy pull = sum[i, k] (b[i, k]^3 + cos(b[i, k]))`);
  expect(text.match(/^let /gm)!.length).toBeGreaterThan(0);
});

test("names with dots become names with underscores", () => {
  const text = checkFlat(
    "dim D = 3\nneuron v: [D] as tanh\nneuron h: [D] as tanh\nconnect enc: dense(v, h)",
  );
  expect(text).toContain("param enc_W: [D, D]");
  expect(text).toContain("energy enc = ");
});

test("a name that is taken already gets a number", () => {
  const text = toHam(
    compiled(`dim D = 3
neuron v: [D] as tanh
connect enc: hopfield(v)
param enc_W: [D] = 1
energy pull = -sum[i] enc_W[i] * v[i]`).graph,
  );
  expect(text).toContain("param enc_W: ");
  expect(text).toContain("param enc_W_2: ");
  expect(isSound(compiled(text))).toBe(true);
});

test("indices get names that nothing declared has", () => {
  const text = checkFlat(`dim D = 3, N = 2
const i = 2
neuron v: [D] as tanh
neuron d: [N] as identity
let total[a] = sum[j] v[j] * v[a]
energy e = -i * sum[a, n] total[a] * v[a] * d[n]
recall settle { start d[k] = 1 / (1 + k) solver = heun(dt = 0.1) steps = 10 }`);
  expect(text).not.toMatch(/\[i[,\]]/);
});

test("an index that nothing walks says its dim", () => {
  const text = checkFlat(`dim D = 3
const w = 2
neuron v: [D] as tanh
energy e = -v[0] * sum[i: D] i^2 / w`);
  expect(text).toContain("sum[i: D]");
});

test("derived sizes stay formulas", () => {
  const text = checkFlat(`dim H, W
dim A = H / 2, B = H * H - W + 1, C = ceil(H / 3), E = (H + 1) * (W - 2)
neuron a: [A, H / 2] as tanh
neuron b: [B, W * W] as tanh
neuron c: [C, E] as tanh
energy e = -a[0, 0] * b[0, 0] * c[0, 0] * (H / 2 + W^2)`);
  expect(text).toContain("H * H + 1 - W");
});

test("every line of a recall comes back", () => {
  checkFlat(`dim D = 4
const beta: real > 0 = 2
const T = 0.1
given q: [D] from "q.npz#x"
given known: bool[D]
neuron v: [D] as softmax(beta = beta, over = D) { tau = 3 leak = off }
neuron w: [D] as tanh
energy e = -sum[i] v[i] * w[i]
recall noisy {
  start v[k] = q[k] / 2 + k
  start w ~ uniform(-1, 1)
  clamp v[i] where known[i] and not (i == 2 or i > 3)
  clamp w = q
  schedule beta = 0.5 * 100^t
  solver = langevin(dt = 0.05, temperature = T^-0.5 / 2)
  steps = 2 * D
  stop when change < 1e-5 or settled
  record energy every 10
  record v
  return w, v
}`);
  checkFlat(`dim D = 4
neuron v: [D] as sign
energy e = -sum[i, j where i != j] v[i] * v[j]
recall settle { solver = async(order = cyclic) steps = 9 stop when settled }`);
});

test("data keeps its file, stored order, element type, bound and number of entries", () => {
  const text = checkFlat(`dim K = 5, D
data xi: sign[K, D] from "d/x.npz#images" stored [D, K] take K + 1
param g: real >= -1.5 = 0
param W: [D] < 2 ~ normal(0, 1 / sqrt(D))
neuron v: [D] as identity
energy e = -1/2 * sum[m] (sum[i] xi[m, i] * v[i] * W[i])^2 + g`);
  expect(text).toContain('data xi: sign[K, D] from "d/x.npz#images" stored [D, K] take 6');
});

test("own Lagrangians keep their text, and two of one name are told apart", () => {
  const part = `ham 1
dim D
lagrangian tanh(x) { const a: real > 0 = 2 param s: real > 0 = 1 value = a * s * softplus(x) }
neuron v: [D] as tanh(a = 3)
energy e = -sum[i] v[i]^4`;
  const text = checkFlat(
    `use "./p.ham" as p
dim D = 4
lagrangian tanh(x) { value = x^2 }
part one: p(D = D)
part two: p(D = D)
neuron own: [D] as tanh
energy e = -sum[i] one.v[i] * two.v[i] * own[i]`,
    { "p.ham": part },
  );
  expect(text.match(/^lagrangian /gm)).toHaveLength(2);
  expect(text).toContain("neuron one_v: [D] as tanh_2(a = 3, s = one_v_s)");
});

test("what has no notation is refused by name", () => {
  const { graph } = compiled("dim D = 2\nneuron v: [D] as tanh\nenergy e = -sum[i] v[i]^2");
  const [term] = graph.terms;
  const energy = select(apply("lt", term.energy, lit(0)), term.energy, lit(2));
  expect(() => toHam({ ...graph, terms: [{ ...term, energy }] })).toThrow(
    /the energy "e" uses a choice between two values/,
  );
  const read = fromJson(toJson(graph)).graph;
  expect(() => toHam(read)).toThrow(/the neuron "v" uses a Lagrangian that came without its/);
});

test("a chain of definitions that is too deep for one formula of a text is refused", () => {
  const chain = (links: number) =>
    compiled(
      ["ham 1", "dim D = 3", "neuron v: [D] as tanh", "let a0[i] = v[i]"]
        .concat(Array.from({ length: links }, (_, n) => `let a${n + 1}[i] = tanh(a${n}[i])`))
        .concat(`energy e = -sum[i] a${links}[i]`)
        .join("\n"),
    ).graph;
  expect(toHam(chain(25)).replace(/\s/g, "")).toContain("tanh(".repeat(25));
  expect(() => toHam(chain(120))).toThrow(/more calls inside of each other .* JSON instead/);
});
