import { printText, verifyGraph } from "@hamlet/graph";
import { describe, expect, test } from "vitest";
import { compiled, errors, messages, type Uses } from "./compiling.ts";

const MEMORY = `ham 1
dim D, K
const beta: real > 0 = 8.0
data xi: [K, D] from "memories.npy"
given query: [D]
neuron v: [D] as identity
energy lse = -1/beta * logsumexp[m] beta * sum[i] xi[m, i] * v[i]
recall denoise { start v = query  solver = euler(dt = 0.1) }
`;

const STACK = `use "./memory.ham" as memory
dim D = 4, K = 5
const beta: real > 0 = 4.0
data bank: [K, D] from "bank.npy"
part fast: memory(D = D, K = K, beta = beta, xi = bank)
part slow: memory(D = D, K = K, beta = 2 * beta, xi = bank)
energy mix = -sum[i] fast.v[i] * slow.v[i]
given cue: [D]
recall settle { start fast.v = cue  record slow.v  schedule beta = 1 + t  return slow.v }
`;

function sound(text: string, uses: Uses) {
  const compilation = compiled(text, uses);
  expect(errors(compilation)).toBe("");
  expect(verifyGraph(compilation.graph)).toEqual([]);
  return compilation.graph;
}

describe("a part", () => {
  const graph = sound(STACK, { "memory.ham": MEMORY });

  test("has its neurons and energies in the model, under its name", () => {
    expect(graph.neurons.map(({ name }) => name)).toEqual(["fast.v", "slow.v"]);
    expect(graph.terms.map(({ name }) => name)).toEqual(["mix", "fast.lse", "slow.lse"]);
  });

  test("shares what it is given instead of copying it", () => {
    expect(graph.dims.map(({ name }) => name)).toEqual(["D", "K"]);
    expect(graph.tensors.map(({ name }) => name)).toEqual(["beta", "bank", "cue"]);
    const slow = graph.terms.find(({ name }) => name === "slow.lse")!;
    expect(printText(slow.energy)).toBe(
      "-(logsumexp[m] 2 * beta * sum[i] bank[m, i] * slow.v[i]) / (2 * beta)",
    );
  });

  test("can be started, recorded and returned", () => {
    const [recall] = graph.recalls;
    expect(graph.recalls).toHaveLength(1);
    expect(recall.starts.map(({ neuron }) => neuron.name)).toEqual(["fast.v"]);
    expect(recall.record).toEqual([{ name: "slow.v", every: 1 }]);
    expect(recall.returns.map(({ name }) => name)).toEqual(["slow.v"]);
  });
});

test("what a part is not given is its own, under its name", () => {
  const graph = sound(
    `use "./parts/memory.ham" as memory
part fast: memory(D = 4)
energy push = -fast.beta * sum[i] fast.v[i]`,
    { "parts/memory.ham": MEMORY },
  );
  expect(graph.dims.map(({ name }) => name)).toEqual(["fast.D", "fast.K"]);
  expect(graph.tensors.map(({ name }) => name)).toEqual(["fast.beta", "fast.xi"]);
  const { source } = graph.tensors[1];
  expect(source?.from === "file" && source.file).toBe("parts/memories.npy");
});

test("parts have parts, and weights are reached through all of them", () => {
  const graph = sound(
    `use "./outer.ham" as outer
dim D = 4
part all: outer(D = D)
energy decay = sum[i, j] all.left.enc.W[i, j]^2 * all.left.v[i]`,
    {
      "outer.ham": `ham 1
use "./inner.ham" as inner
dim D
part left: inner(D = D)`,
      "inner.ham": `ham 1
dim D
neuron v: [D] as tanh
connect enc: dense(v, v)`,
    },
  );
  expect(graph.tensors.map(({ name }) => name)).toEqual(["all.left.enc.W"]);
  expect(graph.terms.map(({ name }) => name)).toEqual(["decay", "all.left.enc"]);
});

test("definitions of a used file are named behind its name", () => {
  const graph = sound(
    `use "./kit.ham" as kit
dim D = 3
neuron v: [D] as kit.soft
connect kit.pull(v)`,
    {
      "kit.ham": `ham 1
lagrangian soft(x) { value = softplus(x) }
synapse pull(a: [A]) { energy = -sum[i] a[i] }`,
    },
  );
  expect(graph.neurons[0].lagrangianName).toBe("soft");
  expect(graph.terms.map(({ name }) => name)).toEqual(["pull"]);
});

test("files that use each other are an error, and no loop", () => {
  const compilation = compiled(`use "./a.ham" as a\npart p: a()\n`, {
    "a.ham": `ham 1\nuse "./b.ham" as b\npart q: b()\n`,
    "b.ham": `ham 1\nuse "./a.ham" as a\npart r: a()\n`,
  });
  expect(messages(compilation)).toMatchInlineSnapshot(`
    "error[E0204] cycle: \`a.ham\` uses itself
     --> b.ham:2:5
    2 | use "./a.ham" as a
      |     ^^^^^^^^^ a.ham uses b.ham uses a.ham
      = help: move what both need into a third file
    "
  `);
});

test("a name that is declared wider than in the part is refused", () => {
  const uses = {
    "memory.ham":
      "ham 1\ndim D = 2\nconst beta: real > 0 = 1\nneuron v: [D] as tanh\nenergy e = -beta * sum[i] v[i]^2",
  };
  const text = (beta: string) =>
    `use "./memory.ham" as memory\nparam b: ${beta} = 2\npart fast: memory(beta = b)`;
  expect(errors(compiled(text("real"), uses))).toContain(
    "the part takes numbers > 0 here, and `b` may be others",
  );
  expect(errors(compiled(text("real > 1"), uses))).toBe("");
});

test("a mistake in a used file is reported once, where it is", () => {
  const compilation = compiled(STACK, {
    "memory.ham": MEMORY.replace("beta * sum", "betta * sum"),
  });
  expect(messages(compilation)).toMatchInlineSnapshot(`
    "error[E0201] unknown_name: there is no \`betta\` here
     --> memory.ham:7:37
    7 | energy lse = -1/beta * logsumexp[m] betta * sum[i] xi[m, i] * v[i]
      |                                     ^^^^^ not declared in this file
      = help: did you mean \`beta\` (const, line 3)?
    "
  `);
});
