import {
  add,
  apply,
  certify,
  type EnergyGraph,
  type Expr,
  get,
  indicesOf,
  lit,
  makeDim,
  makeNeuron,
  makeTensor,
  mul,
  neg,
  pow,
  printCertificate,
  type Recall,
  reduce,
  select,
  sum,
  time,
} from "@hamlet/graph";
import { expect, test } from "vitest";

const D = makeDim("D");
const [i, j] = indicesOf([D, D]);
const W = makeTensor("W", "param", [D, D]);
const beta = makeTensor("beta", "const", [], { source: { from: "value", value: lit(2) } });

function model(strength: number): EnergyGraph {
  const v = makeNeuron("v", [D], {
    name: "wavy",
    summary: "",
    options: [],
    coupled: false,
    kind: "smooth",
    value: (x) => add(pow(x, lit(2)), mul(lit(strength), apply("sin", x))),
    references: [],
  });
  const read = (index: typeof i) => get(v.activation, [index]);
  const energy = neg(mul(get(beta), sum([i, j], mul(get(W, [i, j]), read(i), read(j)))));
  const recall = (name: string, solver: string): Recall => ({
    name,
    starts: [],
    clamps: [],
    solver: { name: solver, options: new Map() },
    steps: lit(10),
    stop: null,
    schedules: [],
    record: [],
    returns: [],
  });
  const anneal = {
    ...recall("anneal", "euler"),
    schedules: [{ tensor: beta, value: mul(lit(4), time()) }],
  };
  return {
    dims: [D],
    tensors: [W, beta],
    neurons: [v],
    terms: [{ name: "pull", energy }],
    recalls: [recall("settle", "euler"), recall("flip", "sync"), recall("one", "async"), anneal],
  };
}

test("a certificate says what is proven and why the rest is not", () => {
  expect(printCertificate(certify(model(1.5)))).toMatchInlineSnapshot(`
    "convex v         proven
    bounded          unknown: "pull" may fall like |v|^2, but v rises like |x|^2
    monotone settle  proven: for steps that are small enough
    monotone flip    unknown: nothing is known about \`sync\`
    monotone one     proven: coordinate descent
    monotone anneal  no: \`beta\` changes while it runs
    "
  `);
  expect(printCertificate(certify(model(3)))).toMatchInlineSnapshot(`
    "convex v         refuted: \`sin(v[d])\` is not known to be convex; L(-1, 2) + L(-1, 0) = 3.679 < 2 L(-1, 1) = 4
    bounded          unknown: the Lagrangian of v is not known to be convex
    monotone settle  unknown: the Lagrangian of v is not known to be convex
    monotone flip    unknown: the Lagrangian of v is not known to be convex
    monotone one     unknown: the Lagrangian of v is not known to be convex
    monotone anneal  no: \`beta\` changes while it runs
    "
  `);
});

test("a certificate is plain data", () => {
  const certificate = certify(model(1));
  expect(JSON.parse(JSON.stringify(certificate))).toEqual(certificate);
});

test("a certificate says where it rests on a claim", () => {
  const graph = model(3);
  const neurons = graph.neurons.map((v) => ({ ...v, assumed: ["convex", "bounded"] }));
  expect(printCertificate(certify({ ...graph, neurons }))).toMatchInlineSnapshot(`
    "convex v         assumed: its author says so
    bounded          proven: v is bounded
    monotone settle  proven: for steps that are small enough, if v is convex as assumed
    monotone flip    unknown: nothing is known about \`sync\`
    monotone one     proven: coordinate descent, if v is convex as assumed
    monotone anneal  no: \`beta\` changes while it runs
    "
  `);
});

test("a recall that follows slopes is not proven to fall where they mislead", () => {
  const graph = model(1);
  const settle = (other: Partial<EnergyGraph>) => certify({ ...graph, ...other }).monotone.settle;
  const [v] = graph.neurons;
  const tau = get(makeTensor("s", "param"));
  expect(settle({ neurons: [{ ...v, tau }] })).toBe(
    "unknown: the tau of v is not known to be above 0",
  );
  const jumps = (body: Expr) =>
    settle({ terms: [...graph.terms, { name: "gate", energy: sum([i], body) }] });
  const unit = get(v.activation, [i]);
  for (const body of [
    apply("step", unit),
    select(apply("lt", unit, lit(0)), lit(1), lit(0)),
    mul(unit, apply("le", unit, lit(0.5))),
    reduce("sum", [j], get(v.activation, [j]), apply("lt", unit, lit(0))),
  ]) {
    expect(jumps(body)).toBe('unknown: "gate" may jump, which no slope tells');
  }
  expect(jumps(apply("relu", unit))).toBe("proven: for steps that are small enough");
});
