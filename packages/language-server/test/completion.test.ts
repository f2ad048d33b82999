// Only what fits a place is proposed there, and all of it.

import { expect, test, vi } from "vitest";
import { writeNpz } from "@hamlet/core";
import { completion } from "../src/completion.ts";
import { nearby } from "../src/nearby.ts";
import { at, FOLDER } from "./analysing.ts";

const FILE = `dim D = 3, K = 4
const beta: real > 0 = 2
data xi: [K, D] from "x.npz#xi"
given query: [D]
neuron v: [D] as identity
neuron h: [K] as softmax(beta = beta)
connect up: dense(v, h)
recall settle { start v = query  solver = euler(dt = 0.1) }
`;

async function proposed(
  line: string,
  more: Record<string, string | Uint8Array> = {},
): Promise<string[]> {
  const { document, position, project } = await at(`${FILE}${line}`, more);
  const items = await completion(
    document,
    position,
    nearby(project, document.source.name, [FOLDER]),
  );
  return items.map(({ label }) => label);
}

test.each<[string, string[]]>([
  ["neuron w: [D] as |", ["identity", "tanh", "softmax", "sign"]],
  ["neuron w: [D] as ta|", ["tanh"]],
  ["neuron w: [|", ["D", "K"]],
  ["neuron w: [D, |] as tanh", ["D", "K"]],
  ["neuron w: [D, K] as softmax(|", ["beta", "over"]],
  ["neuron w: [D, K] as softmax(beta = 2, |", ["over"]],
  ["neuron w: [D, K] as softmax(over = |", ["D", "K"]],
  ["neuron w: [D] as tanh { |", ["tau", "leak", "init"]],
  ["neuron w: [D] as tanh { leak = |", ["on", "off"]],
  ["connect |", ["dense", "hopfield", "lse"]],
  ["connect other: |", ["dense", "hopfield", "lse"]],
  ["connect other: dense(|", ["v", "h", "W"]],
  ["connect other: dense(v, h, |", ["v", "h", "W"]],
  ["connect other: dense(v, h) share |", ["up"]],
  ["energy e = -sum[i] |", ["i", "v", "xi", "beta", "sum", "exp"]],
  ["energy e = -sum[i] v[|", ["i"]],
  ["energy e = -sum[i: |", ["D", "K"]],
  ["let field[i, k: K] = |", ["i", "k"]],
  ["let field[i: D] = sum[m] |", ["i", "m"]],
  ["energy e = up.|", ["W"]],
  ["drive |", ["v", "h"]],
  ["drive v[i] = sum[m] |", ["i", "m", "v", "xi", "before"]],
  ["drive v[i] = sum[m] before |", ["v", "h"]],
  ["param P: |", ["real", "sign", "bit"]],
  ["param P: [D, |", ["D", "K"]],
  ["param P: [D] ~ |", ["normal", "uniform"]],
  ['data y: [D] from "y.npy" |', ["stored", "take"]],
  ["recall r { |", ["start", "clamp", "solver", "steps", "stop", "record", "return"]],
  ["recall r {\n  start |", ["v", "h"]],
  ["recall r {\n  start v[i] = |", ["i"]],
  ["recall r {\n  clamp v[i] = |", ["i"]],
  ["recall r {\n  start v ~ |", ["normal", "uniform", "bernoulli"]],
  ["recall r {\n  solver = |", ["euler", "async", "langevin"]],
  ["recall r {\n  solver = langevin(|", ["dt", "temperature"]],
  ["recall r {\n  solver = async(order = |", ["random", "cyclic"]],
  ["recall r {\n  stop when |", ["change", "energy", "settled", "step"]],
  ["recall r {\n  record |", ["energy", "v", "h"]],
  ["recall r {\n  schedule |", ["beta"]],
  ["recall r {\n  return v, |", ["v", "h"]],
  ["train {\n  unroll = |", ["settle"]],
  ["train {\n  optimiser = |", ["adam", "sgd", "adamw"]],
  ["train {\n  optimiser = adam(|", ["lr"]],
  ["train {\n  |", ["unroll", "loss", "optimiser", "feed"]],
  ['test "t" {\n  run |', ["settle"]],
  ['test "t" {\n  feed |', ["query"]],
  ['test "t" {\n  feed query[i] = |', ["i"]],
  ['test "t" {\n  feed query ~ |', ["normal", "flip"]],
  ['test "t" {\n  expect |', ["energy", "steps", "overlap", "falling", "v"]],
  ["@|", ["allow", "assume"]],
  ["@allow(|", ["unused", "not_monotone"]],
  ["@assume(|", ["convex"]],
  ["synapse s(a: [A]) {\n  |", ["energy", "const", "param", "let"]],
  ["synapse s(a: [A]) {\n  energy = -sum[i] |\n}", ["i", "a"]],
  ["synapse s(a: [A]) {\n  param W: [|\n}", ["A"]],
  // A line of a block that is finished makes room for the next.
  ["recall r {\n  start v = query\n  |\n}", ["start", "solver", "stop"]],
  ["recall r { start v = query | }", ["solver", "steps"]],
  ["recall r { start v = query solver = | }", ["euler", "async"]],
  ["recall r {\n  start v[i] = query[i] +\n  |\n}", ["i", "query", "xi"]],
  ["train { unroll = settle loss = | }", ["v", "h", "query"]],
  ['test "t" { run settle expect | }', ["energy", "v"]],
  ["synapse s(a: [A]) { const b: real = 1 energy = | }", ["a", "b"]],
  ["neuron w: [K] as tanh { tau = | }", ["beta", "query"]],
  ["|", ["neuron", "energy", "recall", "dim"]],
  ["ne|", ["neuron"]],
])("at %j", async (line, wanted) => {
  expect(await proposed(line)).toEqual(expect.arrayContaining(wanted));
});

test.each<[string, string[]]>([
  ["neuron w: [D] as |", ["v", "beta", "dense", "neuron"]],
  ["neuron w: [|", ["v", "beta", "xi"]],
  ["recall r {\n  start |", ["beta", "xi", "D"]],
  ["recall r {\n  schedule |", ["v", "xi"]],
  ["energy e = -sum[i] v[|", ["beta", "D"]],
  ["energy |", ["v"]],
  ["drive v[i] = before |", ["xi", "beta"]],
  ["energy e = v[i] + |", ["i"]],
  ["neuron |", ["v", "D"]],
  ["// neuron w: [D] as |", ["tanh"]],
  ["connect other: dense(v, h, W = xi, |", ["W"]],
  ["synapse s(a: [A]) {\n  energy = -sum[i] |\n}", ["v", "beta"]],
  ["use |", ["v"]],
  ["recall r {\n  start v = query\n  |\n}", ["beta", "sum", "v"]],
  ["recall r {\n  start v[i] = query[i]\n  solver = euler(dt = |\n}", ["i"]],
  ["neuron w: [K] as softmax(over = |", ["D"]],
  ["synapse s(a: [A]) { dim Y = | }", ["a"]],
  // Layers have values in energies alone, and one value for all examples follows none of them.
  ["const c: real = |", ["v", "h", "query", "up.W"]],
  ["let seen = sum[i] v[i]\nconst c: real = |", ["seen"]],
  ["param P: [D] ~ normal(|", ["v", "query"]],
  ["neuron w: [D] as tanh { tau = |", ["v", "h"]],
  ["neuron w: [D] as softmax(beta = |", ["v", "h"]],
  ["recall r {\n  start v = |", ["v", "h"]],
  ["recall r {\n  start v ~ normal(|", ["v", "query"]],
  ["recall r {\n  clamp v[i] where |", ["v", "h"]],
  ["recall r {\n  solver = euler(dt = |", ["v", "query"]],
  ["recall r {\n  stop when |", ["v", "query"]],
  ['test "t" {\n  feed query[i] = |', ["v", "h"]],
  ["assert |", ["v", "query"]],
])("not at %j", async (line, unwanted) => {
  const found = await proposed(line);
  expect(found.filter((label) => unwanted.includes(label))).toEqual([]);
});

const ARRAY = { shape: [2], dtype: "float32" as const, data: new Float32Array(2) };

test("the arrays of a file that is at hand, and the models beside", async () => {
  const bytes = writeNpz(
    new Map([
      ["images", ARRAY],
      ["labels", ARRAY],
    ]),
  );
  const more = { "set.npz": bytes, "part.ham": "ham 1\n" };
  expect(await proposed('data y: [D] from "set.npz#|"', more)).toEqual([
    "set.npz#images",
    "set.npz#labels",
  ]);
  expect(await proposed('data y: [D] from "other.npz#|"', more)).toEqual([]);
  expect(await proposed('use "|" as p', more)).toEqual(["./part.ham"]);
});

test("a file too large to be held is closed again, whatever is in it", async () => {
  for (const content of [writeNpz(new Map([["images", ARRAY]])), "not an array"]) {
    const { document, position, project } = await at(`${FILE}data y: [D] from "set.npz#|"`);
    const close = vi.fn(() => Promise.resolve());
    const bytes = Buffer.from(content);
    const { length } = bytes;
    const readInto = (target: Uint8Array, from: number) => void bytes.copy(target, 0, from);
    const subarray = (from?: number, to?: number) => bytes.subarray(from, to);
    project.bytes = () => Promise.resolve({ length, readInto, subarray, close });
    await completion(document, position, nearby(project, document.source.name, [FOLDER]));
    expect(close).toHaveBeenCalledOnce();
  }
});

test("what a part and a used file hold", async () => {
  const more = {
    "part.ham": `ham 1
dim D
const gain = 2
lagrangian bent(x) { value = softplus(x) }
synapse pull(a: [A]) { energy = sum[i] a[i] }
neuron inner: [D] as bent
connect link: hopfield(inner)
`,
  };
  const use = 'use "./part.ham" as kit\n';
  expect(await proposed(`${use}part p: |`, more)).toEqual(["kit"]);
  expect(await proposed(`${use}part p: kit(|`, more)).toEqual(["D", "gain"]);
  expect(await proposed(`${use}neuron w: [D] as kit.|`, more)).toEqual(["bent"]);
  expect(await proposed(`${use}connect c: kit.|`, more)).toEqual(["pull"]);
  const part = `${use}part p: kit(D = D)\n`;
  expect(await proposed(`${part}energy e = p.|`, more)).toEqual(["D", "gain", "inner", "link"]);
  expect(await proposed(`${part}energy e = p.link.|`, more)).toEqual(["W"]);
});

test("a proposal replaces the word that is being typed", async () => {
  const { document, position, project } = await at(`${FILE}neuron w: [D] as ta|n`);
  const items = await completion(document, position, nearby(project, document.source.name, []));
  const tanh = items.find(({ label }) => label === "tanh")!;
  const { line } = position;
  expect(tanh.textEdit).toEqual({
    range: { start: { line, character: 17 }, end: { line, character: 20 } },
    newText: "tanh",
  });
});

test("a proposal says what its declaration says of it", async () => {
  const text = `${FILE}/// How strongly the field pulls.\nconst pull: real > 0 = 1\nenergy e = -sum[i] pu|`;
  const { document, position, project } = await at(text);
  const items = await completion(document, position, nearby(project, document.source.name, []));
  const found = items.find(({ label }) => label === "pull");
  expect(found).toMatchObject({ detail: "const real > 0" });
  expect(JSON.stringify(found!.documentation)).toContain("How strongly the field pulls.");
});
