import {
  apply,
  checkBoundedness,
  type EnergyGraph,
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
  printBoundedness,
  sub,
  sum,
} from "@hamlet/graph";
import { expect, test } from "vitest";

const [D, K] = [makeDim("D"), makeDim("K")];
const [i, m] = [makeIndex("i", D), makeIndex("m", K)];
const W = makeTensor("W", "param", [D, D]);
const xi = makeTensor("xi", "data", [K, D]);
const beta = makeTensor("beta", "const", [], { bound: { op: ">", value: 0 } });

const per = (name: string, value: (x: Expr) => Expr): LagrangianDefinition => ({
  name,
  summary: "",
  options: [],
  coupled: false,
  kind: "smooth",
  value,
  references: [],
});
const identity = per("identity", (x) => mul(lit(0.5), pow(x, lit(2))));
const cubic = per("repu", (x) => mul(lit(1 / 3), pow(apply("relu", x), lit(3))));
const exponential = per("exp", (x) => apply("exp", x));
const bounded = per("tanh", (x) => apply("logcosh", x));

function verdict(
  definition: LagrangianDefinition,
  energy: (v: (index: typeof i) => Expr) => Expr,
  leak = true,
): string {
  const neuron = makeNeuron("v", [D], definition, { leak });
  const graph: EnergyGraph = {
    dims: [D, K],
    tensors: [W, xi, beta],
    neurons: [neuron],
    terms: [{ name: "e", energy: energy((index) => get(neuron.activation, [index])) }],
    recalls: [],
  };
  return printBoundedness(checkBoundedness(graph));
}

const j = makeIndex("j", D);
const quadratic = (v: (index: typeof i) => Expr) =>
  neg(sum([i, j], mul(get(W, [i, j]), v(i), v(j))));
const overlap = (v: (index: typeof i) => Expr) =>
  mul(get(beta), sum([i], mul(get(xi, [m, i]), v(i))));
const attention = (v: (index: typeof i) => Expr) => neg(logsumexp([m], overlap(v)));
const distance = (v: (index: typeof i) => Expr) =>
  neg(logsumexp([m], mul(neg(get(beta)), sum([i], pow(sub(v(i), get(xi, [m, i])), lit(2))))));

test.each<[string, string]>([
  ["a quadratic form over bounded activations", verdict(bounded, quadratic)],
  ["attention over linear activations", verdict(identity, attention)],
  ["distances over linear activations without a leak", verdict(identity, distance, false)],
  ["attention over cubic units", verdict(cubic, attention)],
  ["attention over exponential units", verdict(exponential, attention)],
])("%s is bounded", (_, text) => {
  expect(text).toMatch(/^proven/);
});

test.each<[string, string, string]>([
  [
    "a quadratic form over linear activations",
    verdict(identity, quadratic),
    'unknown: "e" may fall like |v|^2, but v rises like |x|^2',
  ],
  [
    "attention over linear activations without a leak",
    verdict(identity, attention, false),
    'unknown: "e" may fall like |v|^1, but v has no energy of its own',
  ],
  [
    "an exponential of linear activations",
    verdict(identity, (v) => neg(sum([i], apply("exp", v(i))))),
    'unknown: no power of v bounds the fall of "e"',
  ],
  [
    "a power that linear units cannot hold",
    verdict(identity, (v) => neg(sum([i], pow(v(i), lit(3))))),
    'unknown: "e" may fall like |v|^3, but v rises like |x|^2',
  ],
])("%s is not proven bounded", (_, text, expected) => {
  expect(text).toBe(expected);
});

test("an energy that only rises is bounded without any leak", () => {
  expect(verdict(identity, (v) => sum([i], pow(v(i), lit(4))), false)).toBe(
    "proven: no term falls in v",
  );
});

test("a Lagrangian that is not convex leaves the energy without a proof", () => {
  const wavy = per("wavy", (x) => apply("sin", x));
  expect(verdict(wavy, attention)).toBe("unknown: the Lagrangian of v is not known to be convex");
});
