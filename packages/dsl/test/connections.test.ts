import { printText, verifyGraph } from "@hamlet/graph";
import { describe, expect, test } from "vitest";
import { compiled, errors } from "./compiling.ts";

const HEAD = `dim D = 4, H = 3
neuron x: [D] as identity
neuron h: [H] as softmax
`;

/** The terms and params of a sound model, as text. */
function model(text: string) {
  const compilation = compiled(text);
  expect(errors(compilation)).toBe("");
  expect(verifyGraph(compilation.graph)).toEqual([]);
  const { terms, tensors, dims } = compilation.graph;
  return {
    terms: Object.fromEntries(terms.map(({ name, energy }) => [name, printText(energy)])),
    tensors: tensors.map(
      ({ name, kind, axes }) => `${kind} ${name}[${axes.map((dim) => dim.name).join(", ")}]`,
    ),
    dims: dims.map(({ name }) => name),
    graph: compilation.graph,
  };
}

test("a connection is a term with weights of its own, named by its path", () => {
  const { terms, tensors } = model(`${HEAD}connect enc: dense(x, h)`);
  expect(terms).toEqual({ enc: "-sum[i, j] enc.W[i, j] * x[i] * h[j]" });
  expect(tensors).toEqual(["param enc.W[D, H]"]);
});

test("an unnamed connection is called like its synapse", () => {
  const { terms } = model(`${HEAD}connect dense(x, h)`);
  expect(Object.keys(terms)).toEqual(["dense"]);
});

test("weights start as the synapse says", () => {
  const { graph } = model(`${HEAD}connect enc: dense(x, h)`);
  const source = graph.tensors[0].source;
  expect(
    source?.from === "draw" && [source.distribution, ...source.args.map((arg) => printText(arg))],
  ).toEqual(["normal", "0", "0.02"]);
});

test("`share` reuses every param of another connection", () => {
  const { terms, tensors } = model(`${HEAD}
neuron y: [D] as identity
connect enc: dense(x, h)
connect enc2: dense(y, h) share enc`);
  expect(terms["enc2"]).toBe("-sum[i, j] enc.W[i, j] * y[i] * h[j]");
  expect(tensors).toEqual(["param enc.W[D, H]"]);
});

describe("`from` reads what a connection knows from a file", () => {
  const read = (text: string) => {
    const { graph } = model(`${HEAD}${text}`);
    return graph.tensors.map(({ name, source }) => [
      name,
      source?.from === "file" && [source.file, source.key],
    ]);
  };

  test("a single param is the array that the text names, or the only one of the file", () => {
    expect(read('connect enc: dense(x, h) from "w.npy"')).toEqual([["enc.W", ["w.npy", null]]]);
    expect(read('connect enc: dense(x, h) from "w.npz#enc"')).toEqual([
      ["enc.W", ["w.npz", "enc"]],
    ]);
  });

  test("several params are arrays of their names, or those of a group", () => {
    expect(read('connect enc: dense_bias(x, h) from "w.npz#enc"')).toEqual([
      ["enc.W", ["w.npz", "enc.W"]],
      ["enc.c", ["w.npz", "enc.c"]],
    ]);
  });

  test("a memory of random features is its sums, its rows and its inverse temperature", () => {
    const { terms, tensors, dims } = model(`${HEAD}connect m: drdam(x) from "m.safetensors"`);
    expect(tensors).toEqual([
      "param m.T_cos[m.Y]",
      "param m.T_sin[m.Y]",
      "param m.omega[m.Y, D]",
      "param m.beta[]",
    ]);
    expect(dims).toEqual(["D", "H", "m.Y"]);
    expect(terms["m"]).toContain("m.T_cos[y]");
    const positive = model(`${HEAD}connect m: drdam(x, features = positive) from "m.safetensors"`);
    expect(positive.tensors.slice(0, 2)).toEqual(["param m.T_plus[m.Y]", "param m.T_minus[m.Y]"]);
  });

  test("and others can share it", () => {
    const { tensors, terms } = model(`${HEAD}
neuron y: [D] as identity
connect m: drdam(x) from "m.safetensors"
connect n: drdam(y) share m`);
    expect(tensors).toHaveLength(4);
    expect(terms["n"]).toBe(terms["m"].replaceAll("x[", "y["));
  });

  test("in a used file, beside that file", () => {
    const { graph } = compiled(`dim D = 4\npart p: u(D = D)\nuse "parts/u.ham" as u`, {
      "parts/u.ham":
        'ham 1\ndim D\nneuron x: [D] as identity\nconnect m: drdam(x) from "m.safetensors"',
    });
    expect(graph.tensors.map(({ source }) => source?.from === "file" && source.file)).toEqual(
      graph.tensors.map(() => "parts/m.safetensors"),
    );
    expect(graph.tensors).toHaveLength(4);
  });

  test("so nothing of it can be given", () => {
    expect(errors(compiled(`${HEAD}connect m: drdam(x, beta = 3) from "m.safetensors"`)))
      .toMatchInlineSnapshot(`
        "error[E0402] unknown_argument: \`beta\` comes from the file of the connection
         --> m.ham:5:21
        5 | connect m: drdam(x, beta = 3) from "m.safetensors"
          |                     ^^^^
          |                                    --------------- leave one of them out
        "
      `);
  });
});

test("random features are drawn as an option or a distribution says", () => {
  const { graph } = model(`${HEAD}dim Y = 8, K = 2
const omega: [Y, D] ~ structured_features()
connect one: drdam(x, K = K, rows = orthogonal)
connect other: drdam(x, K = K, omega = omega, features = positive)
connect plain: drdam(x, K = K)`);
  const drawn = graph.tensors.flatMap(({ name, source }) =>
    source?.from === "draw" && name.endsWith("omega") ? [[name, source.distribution]] : [],
  );
  expect(drawn).toEqual([
    ["omega", "structured_features"],
    ["one.omega", "orthogonal_features"],
    ["plain.omega", "normal"],
  ]);
});

test("what stands after `~` says what it draws", () => {
  expect(
    errors(
      compiled(`${HEAD}dim Y = 8
const omega: [Y, D] ~ orthogonal_features(2)
connect s: drdam(x, K = 2, omega = omega)
recall go { start x ~ orthogonal_features() }`),
    ),
  ).toMatchInlineSnapshot(`
    "error[E0401] wrong_arity: \`orthogonal_features\` takes no numbers
     --> m.ham:6:42
    6 | const omega: [Y, D] ~ orthogonal_features(2)
      |                                          ^^^

    error[E0407] distribution: \`~\` draws random numbers; \`orthogonal_features()\` is not a distribution
     --> m.ham:8:23
    8 | recall go { start x ~ orthogonal_features() }
      |                       ^^^^^^^^^^^^^^^^^^^^^
      = help: distributions: normal, uniform, bernoulli
      = note: \`~\` always means “draw once from this declaration's own seeded stream”, never a prior
    "
  `);
});

test("weights of a connection can be read by their path", () => {
  const { terms } = model(`${HEAD}
connect enc: dense(x, h)
energy decay = sum[i, j] enc.W[i, j]^2 * x[i]`);
  expect(terms["decay"]).toBe("sum[i, j] enc.W[i, j]^2 * x[i]");
});

describe("a param of a synapse may be bound", () => {
  test("to a param of the file", () => {
    const { terms, tensors } = model(`${HEAD}
param V: [D, H] ~ normal(0, 1)
connect enc: dense(x, h, W = V)`);
    expect(terms["enc"]).toBe("-sum[i, j] V[i, j] * x[i] * h[j]");
    expect(tensors).toEqual(["param V[D, H]"]);
  });

  test("to a let, which is put in its place", () => {
    const { terms } = model(`${HEAD}
dim K = 2
data xi: [K, D] from "xi.npy"
let T[i, j] = sum[m] xi[m, i] * xi[m, j]
connect rec: dense(x, x, W = T)`);
    expect(terms["rec"]).toBe("-sum[i, j] x[i] * x[j] * sum[m] xi[m, i] * xi[m, j]");
  });

  test("to data that brings the number of patterns with it", () => {
    const { terms, dims } = model(`${HEAD}
dim K
data xi: [K, D] from "xi.npy"
connect store: dam(x, xi = xi, n = 3)`);
    expect(terms["store"]).toContain("relu");
    expect(dims).toEqual(["D", "H", "K"]);
  });
});

test("a dim that no argument has is given by name, and belongs to the connection", () => {
  const { tensors, dims } = model(`${HEAD}connect store: lse(x, K = 10, beta = 2.0)`);
  expect(tensors).toEqual(["param store.xi[store.K, D]"]);
  expect(dims).toContain("store.K");
});

test("options may be words, and default to what the catalogue says", () => {
  const text = `dim N = 5, D = 4
neuron tok: [N, D] as layernorm(over = D)
`;
  const off = model(`${text}connect att: attention(tok, heads = 2, width = 3)`).terms["att"];
  const on = model(`${text}connect att: attention(tok, heads = 2, width = 3, self = on)`).terms[
    "att"
  ];
  expect(off).toContain("where b != c");
  expect(on).not.toContain("where");
});

describe("a synapse of the file", () => {
  const PULL = `synapse pull(a: [A]) {
  const gain: real > 0 = 2.0
  const half = gain / 2
  param w: [A] ~ normal(0, 1 / sqrt(A))
  let s = sum[i] w[i] * a[i]
  energy = -half * s^2
}
`;

  test("is instantiated for the axes of its neurons", () => {
    const { terms, tensors, graph } = model(`${HEAD}${PULL}connect pull(x, gain = 3.0)`);
    expect(terms).toEqual({ pull: "-1.5 * (sum[i] pull.w[i] * x[i])^2" });
    expect(tensors).toEqual(["param pull.w[D]"]);
    const source = graph.tensors[0].source;
    expect(source?.from === "draw" && source.args.map((arg) => printText(arg))).toEqual([
      "0",
      "0.5",
    ]);
  });

  test("may be connected twice, with different neurons", () => {
    const { terms } = model(`${HEAD}${PULL}connect a: pull(x)
connect b: pull(h)`);
    expect(terms).toEqual({
      a: "-(sum[i] a.w[i] * x[i])^2",
      b: "-(sum[i] b.w[i] * h[i])^2",
    });
  });

  test("takes a const of the file as an option", () => {
    const { terms } = model(`${HEAD}${PULL}const g: real > 0 = 4.0
connect pull(x, gain = g)`);
    expect(terms["pull"]).toBe("-0.5 * g * (sum[i] pull.w[i] * x[i])^2");
  });

  test("may join a neuron with itself", () => {
    const { terms } = model(`dim N = 3
neuron v: [N] as tanh
neuron s: [N, N] as tanh
synapse tripartite(pre: [A], post: [B], syn: [A, B]) {
  energy = -sum[i, j] syn[i, j] * pre[i] * post[j]
}
connect tripartite(v, v, s)`);
    expect(terms["tripartite"]).toBe("-sum[i, j] s[i, j] * v[i] * v[j]");
  });

  test("has axes that follow from others, compared by size", () => {
    const { terms } = model(`dim H = 8
dim R = 4
neuron fine: [H] as tanh
neuron coarse: [R] as tanh
synapse pool(a: [H], b: [H / window]) {
  const window = 2
  energy = -sum[r] b[r] * max[h where window * r <= h and h < window * (r + 1)] a[h]
}
connect pool(fine, coarse)`);
    expect(terms["pool"]).toBe(
      "-sum[r] coarse[r] * max[h where 2 * r <= h and h < 2 * (r + 1)] fine[h]",
    );
  });

  test("may have dims of its own, given by name or derived from others", () => {
    const text = `dim D = 4
neuron v: [D] as sphere
synapse store(a: [A]) {
  dim K
  dim M = 2 * A
  param xi: [K, M, A] ~ normal(0, 1)
  energy = -logsumexp[k, m] sum[i] xi[k, m, i] * a[i]
}
connect store(v, K = 5)`;
    const { tensors, graph } = model(text);
    expect(tensors).toEqual(["param store.xi[store.K, store.M, D]"]);
    expect(graph.dims.map(({ name, size }) => `${name} = ${printText(size!)}`)).toEqual([
      "D = 4",
      "store.K = 5",
      "store.M = 8",
    ]);
  });

  test("may say how long an axis is", () => {
    const text = (size: number) => `dim D = ${size}
neuron v: [D] as sphere
synapse pair(a: [2]) { energy = -sum[i] a[i] }
connect pair(v)`;
    expect(Object.keys(model(text(2)).terms)).toEqual(["pair"]);
    expect(compiled(text(3)).diagnostics.map(({ code }) => code)).toEqual(["E0305"]);
  });

  test("comes before a built-in one of the same name", () => {
    const { terms } = model(`${HEAD}synapse bias(a: [A]) { energy = -sum[i] a[i] }
connect bias(x)`);
    expect(terms["bias"]).toBe("-sum[i] x[i]");
  });
});

test("an option and a param of a synapse are bound to nothing that is declared wider", () => {
  const text = (beta: string) => `dim D = 2, K = 3
param b: ${beta} = 2
data xi: [K, D] from "xi.npy"
neuron v: [D] as sphere
connect store: lse(v, xi = xi, beta = b)`;
  expect(errors(compiled(text("real")))).toMatchInlineSnapshot(`
    "error[E0405] value_out_of_bounds: \`beta\` takes numbers > 0 here, and \`b\` may be others
     --> m.ham:6:39
    6 | connect store: lse(v, xi = xi, beta = b)
      |                                       ^ declared wider
      = help: declare it \`real > 0\` too
    "
  `);
  expect(errors(compiled(text("real > 0")))).toBe("");
  const own = (declared: string) => `dim D = 2
data w: ${declared} from "w.npy"
neuron v: [D] as tanh
synapse pull(a: [A]) {
  param p: [A] > 0 ~ uniform(1, 2)
  energy = sum[i] log(p[i]) * a[i]
}
connect e: pull(v, p = w)`;
  expect(errors(compiled(own("[D]")))).toContain(
    "`pull` takes numbers > 0 here, and `w` may be others",
  );
  expect(errors(compiled(own("[D] > 1")))).toBe("");
});

test("a convolution takes one stride, or one for rows and one for columns", () => {
  const text = (stride: string) =>
    `dim H = 8, W = 9, C = 1, F = 2\nneuron a: [H, W, C] as tanh\nneuron b: [Y, X, F] as tanh\ndim Y = 4, X = 3\nconnect c: conv2d(a, b, kernel = [3, 3], stride = ${stride})`;
  expect(errors(compiled(text("[2, 3]")))).toBe("");
  expect(errors(compiled(text("2")))).toContain("dim_mismatch");
  for (const [stride, said] of [
    ["[2]", "`stride` is a list of 2 numbers"],
    ["[2, 3, 1]", "`stride` is a list of 2 numbers"],
    ["[2, 0]", "`stride` must be >= 1"],
  ]) {
    expect(errors(compiled(text(stride)))).toContain(said);
  }
});
