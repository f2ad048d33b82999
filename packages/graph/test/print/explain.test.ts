import {
  add,
  apply,
  type EnergyGraph,
  explain,
  explainLatex,
  explainText,
  explanationRows,
  type Expr,
  get,
  type LagrangianDefinition,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mul,
  neg,
  pow,
  printText,
  sum,
} from "@hamlet/graph";
import { renderToString } from "katex";
import { expect, test } from "vitest";

const identity: LagrangianDefinition = {
  name: "identity",
  summary: "",
  options: [],
  coupled: false,
  kind: "smooth",
  value: (x) => mul(lit(1 / 2), pow(x, lit(2))),
  references: [],
};
const softmax: LagrangianDefinition = {
  ...identity,
  name: "softmax",
  coupled: true,
  value: (x, _, over) => logsumexp(over, x),
};

const [D, H, K] = [makeDim("D", 7), makeDim("H", 9), makeDim("K", 4)];
const x = makeNeuron("x", [D], identity);
const hidden = makeNeuron("hidden", [H], softmax, { tau: lit(0.5) });
const W = makeTensor("W", "param", [D, H]);
const [d, h] = [makeIndex("d", D), makeIndex("h", H)];
const twoLayers: EnergyGraph = {
  dims: [D, H],
  tensors: [W],
  neurons: [x, hidden],
  terms: [
    {
      name: "enc",
      energy: neg(
        sum([d, h], mul(get(W, [d, h]), get(x.activation, [d]), get(hidden.activation, [h]))),
      ),
    },
  ],
  recalls: [],
};

const xi = makeTensor("xi", "data", [K, D]);
const v = makeNeuron("v", [D], identity, { leak: false });
const [i, j, m] = [makeIndex("i", D), makeIndex("j", D), makeIndex("m", K)];
const overlap = sum([i], mul(get(xi, [m, i]), get(v.activation, [i])));
const hebb = sum(
  [i, j],
  mul(
    sum([m], mul(get(xi, [m, i]), get(xi, [m, j]))),
    get(v.activation, [i]),
    get(v.activation, [j]),
  ),
);
const memory: EnergyGraph = {
  dims: [D, K],
  tensors: [xi],
  neurons: [v],
  terms: [
    { name: "lse", energy: neg(logsumexp([m], overlap)) },
    { name: "hebb", energy: mul(lit(-1 / 2), hebb) },
  ],
  recalls: [],
};

test("two layers read as in the papers: W x̂ one way, its transpose the other way", () => {
  expect(explainText(explain(twoLayers))).toMatchInlineSnapshot(`
    "Energy
      + <x_x, x> - L(x_x)   the layer's own
      + <x_hidden, hidden> - L(x_hidden)   the layer's own
      + -sum[d, h] W[d, h] * x[d] * hidden[h]   enc

    Activations
      x[d] = x_x[d]   identity
      hidden[h] = softmax[h] x_hidden[h]   softmax

    Update rules
      d/dt x_x[d] = sum[h] W[d, h] * hidden[h] - x_x[d]
      0.5 * d/dt x_hidden[h] = sum[d] W[d, h] * x[d] - x_hidden[h]
    "
  `);
});

test("a softmax that a rule uses gets a name, and what needs no activation is computed ahead", () => {
  expect(explainText(explain(memory))).toMatchInlineSnapshot(`
    "Energy
      + -logsumexp[m] sum[i] xi[m, i] * v[i]   lse
      + -0.5 * sum[i, j] v[i] * v[j] * sum[m] xi[m, i] * xi[m, j]   hebb

    Activations
      v[d] = x_v[d]   identity

    Update rules
      d/dt x_v[d] = 0.5 * sum[i] v[i] * sum[m] xi[m, i] * xi[m, d] + 0.5 * sum[j] v[j] * sum[m] xi[m, d] * xi[m, j] + sum[m] p[m] * xi[m, d]

    where
      p[m] = softmax[m] sum[i] xi[m, i] * v[i]

    Computed ahead
      sum[m] xi[m, d] * xi[m, j]   once, when the model is loaded
    "
  `);
});

test("the name of a shared part is one that the model does not use", () => {
  const taken = { ...memory, tensors: [...memory.tensors, makeTensor("p", "const")] };
  expect(explainText(explain(taken))).toContain("q[m] = softmax[m]");
});

test.each([
  ["two layers", twoLayers],
  ["a memory", memory],
])("the LaTeX of %s compiles", (_, graph) => {
  const latex = explainLatex(explain(graph));
  const html = renderToString(latex, {
    throwOnError: true,
    strict: "error",
    displayMode: true,
  });
  expect(html).toContain("katex");
  expect(latex).toContain("\\hat{");
});

test.each([
  ["two layers", twoLayers],
  ["a memory", memory],
])("the rows of %s begin with the whole energy, and mark what they name", (_, graph) => {
  const explanation = explain(graph);
  const rows = explanationRows(explanation);
  expect(rows.map(({ part }) => part)).toEqual([
    "energy",
    ...explanation.energies.map(() => "energy"),
    ...explanation.activations.map(() => "activation"),
    ...explanation.rules.map(() => "rule"),
    ...explanation.shared.map(() => "shared"),
  ]);
  // The whole is the sum of what stands below it, and of the layers' own parts.
  const parts = rows[0].right.split(" + ");
  expect(parts).toHaveLength(explanation.leaking.length + explanation.energies.length);
  expect(parts.slice(explanation.leaking.length)).toEqual(
    rows.slice(1, 1 + explanation.energies.length).map(({ left }) => left),
  );
  const names = new Set<string>();
  const marked = explanationRows(explanation, {
    mark: (latex, name) => {
      names.add(name);
      return `\\htmlData{name=${name}}{${latex}}`;
    },
  });
  const known = [...graph.tensors, ...graph.neurons, ...graph.terms, ...graph.dims];
  const shared = explanation.shared.map(({ left }) => printText(left as Expr).split("[")[0]);
  const all = [...known.map(({ name }) => name), ...shared];
  for (const { name } of [...graph.neurons, ...graph.terms]) expect([...names]).toContain(name);
  for (const name of names) expect(all).toContain(name);
  for (const { left, right } of marked) {
    const html = renderToString(`${left} = ${right}`, { trust: true, strict: false });
    expect(html).toContain("data-name=");
  }
});

test("a binary layer has no velocity: its units take the value of lower energy", () => {
  const sign: LagrangianDefinition = {
    ...identity,
    name: "sign",
    kind: "binary",
    value: (state) => apply("abs", state),
  };
  const s = makeNeuron("s", [D], sign);
  const stored = neg(sum([m], pow(sum([i], mul(get(xi, [m, i]), get(s.activation, [i]))), lit(2))));
  const hopfield: EnergyGraph = {
    dims: [D, K],
    tensors: [xi],
    neurons: [s],
    terms: [{ name: "stored", energy: stored }],
    recalls: [],
  };
  const lines = explainText(explain(hopfield)).split("\n");
  expect(lines.slice(0, 3)).toEqual([
    "Energy",
    "  + -sum[m] (sum[i] xi[m, i] * s[i])^2   stored",
    "",
  ]);
  expect(lines[lines.indexOf("Update rules") + 1]).toBe(
    "  -dE/d(s[d]) = 2 * sum[m] xi[m, d] * sum[i] xi[m, i] * s[i]   a unit takes its value of lower energy",
  );
  expect(explainLatex(explain(hopfield))).toContain(
    "-\\frac{\\partial E}{\\partial \\hat{s}_{d}} &=",
  );
});

test("an activation that no line can hold is shown as the gradient of its Lagrangian", () => {
  const long: LagrangianDefinition = {
    ...identity,
    name: "long",
    value: (state) =>
      add(...Array.from({ length: 60 }, (_, k) => apply("logcosh", mul(lit(k + 2), state)))),
  };
  const v = makeNeuron("v", [D], long);
  const graph: EnergyGraph = { dims: [D], tensors: [], neurons: [v], terms: [], recalls: [] };
  expect(explainText(explain(graph))).toContain("\n  v[d] = dL/d(x_v[d])   long\n");
  expect(explainLatex(explain(graph))).toContain(
    "\\hat{v}_{d} &= \\frac{\\partial L}{\\partial v_{d}} ",
  );
});

test("a clipped layer is max(0, x), without the step that its derivative brings", () => {
  const repu = (n: number): LagrangianDefinition => ({
    ...identity,
    name: "repu",
    value: (state) => mul(lit(1 / n), pow(apply("relu", state), lit(n))),
  });
  const [a, b] = [makeNeuron("a", [D], repu(2)), makeNeuron("b", [D], repu(3))];
  const energy = sum(
    [i],
    mul(pow(apply("relu", get(a.activation, [i])), lit(2)), get(b.activation, [i])),
  );
  const clipped = explain({
    dims: [D],
    tensors: [],
    neurons: [a, b],
    terms: [{ name: "e", energy }],
    recalls: [],
  });
  expect(explainLatex(clipped)).toMatchInlineSnapshot(`
    "\\begin{aligned}
    \\hat{a}_{d} &= \\max\\left(0, a_{d}\\right) \\\\
    \\hat{b}_{d} &= {\\max\\left(0, b_{d}\\right)}^{2} \\\\
    \\frac{d\\,a_{d}}{dt} &= -a_{d} - 2 \\, \\hat{b}_{d} \\, \\max\\left(0, \\hat{a}_{d}\\right) \\\\
    \\frac{d\\,b_{d}}{dt} &= -b_{d} - {\\max\\left(0, \\hat{a}_{d}\\right)}^{2}
    \\end{aligned}
    "
  `);
});

test("a step of one unit stays beside the relu of another", () => {
  const [other, at] = [makeNeuron("u", [D], identity), get(v.activation, [i])];
  const energy = sum([i], mul(apply("relu", at), apply("relu", get(other.activation, [i]))));
  const text = explainText(
    explain({
      dims: [D],
      tensors: [],
      neurons: [v, other],
      terms: [{ name: "e", energy }],
      recalls: [],
    }),
  );
  expect(text).toContain("d/dt x_v[d] = -relu(u[d]) * step(v[d])");
});
