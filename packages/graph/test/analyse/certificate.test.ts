import {
  add,
  apply,
  certify,
  type EnergyGraph,
  evaluate,
  evaluateScalar,
  type Expr,
  get,
  gradients,
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
import { describe, expect, test } from "vitest";

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
  expect(jumps(mul(lit(-1), apply("relu", unit)))).toBe("proven: for steps that are small enough");
});

describe("kinks", () => {
  const graph = model(1);
  const settleOf = (other: Partial<EnergyGraph>) => certify({ ...graph, ...other }).monotone.settle;
  const of = (value: (x: Expr) => Expr) =>
    makeNeuron("v", [D], {
      name: "own",
      summary: "",
      options: [],
      coupled: false,
      kind: "smooth",
      value,
      references: [],
      declaration: "lagrangian own(x) { … }",
    });
  const v = of((x) => mul(lit(0.5), pow(x, lit(2))));
  const unit = get(v.activation, [i]);
  const relu = apply("relu", unit);
  const largest = reduce("max", [j], get(v.activation, [j]));
  const beyond = apply("max", unit, lit(0.5));

  /** The largest rise of the energy, leak and all, over steps of `dt` from starts around `centre`. */
  function largestRise(energy: Expr, dt: number, { centre = 0, width = 1, steps = 20 }): number {
    const sizes = new Map([[D, 3]]);
    const leak = mul(lit(0.5), sum([j], pow(get(v.activation, [j]), lit(2))));
    const whole = add(leak, energy);
    const [slope] = gradients(whole, [{ tensor: v.activation, at: [i] }]);
    let rise = -Infinity;
    for (let start = 0; start < 8; start++) {
      let x = [0, 1, 2].map((k) => centre + width * Math.sin(7 * start + 2.3 * k));
      const at = () => ({ sizes, tensors: new Map([[v.activation, x]]) });
      let before = evaluateScalar(whole, at());
      for (let step = 0; step < steps; step++) {
        const { data } = evaluate(slope, at(), [i]);
        x = x.map((entry, k) => entry - dt * data[k]);
        const after = evaluateScalar(whole, at());
        rise = Math.max(rise, after - before);
        before = after;
      }
    }
    return rise;
  }

  // Tilted so that the kink is the minimum.
  test.each<[string, Expr, number, number]>([
    ["relu", relu, 0, -1],
    ["a size", apply("abs", unit), 0, 0],
    ["the largest unit", largest, 0, -1],
    ["a maximum", beyond, 0.5, -1],
    ["relu times more than its unit", mul(relu, add(lit(1), unit)), 0, -1],
    ["a subtracted minimum", neg(apply("min", unit, lit(-0.2))), -0.2, 1],
    ["the logarithm of a relu", apply("log", add(lit(1), relu)), 0, -1],
    ["the square of a maximum above 0", pow(beyond, lit(2)), 0.5, -1],
  ])(
    "%s bends upwards: a step across may raise the energy, whatever dt",
    (_, body, centre, tilt) => {
      const energy = add(
        mul(lit(3), sum([i], body)),
        mul(lit(1.5 * tilt), sum([j], get(v.activation, [j]))),
      );
      expect(settleOf({ neurons: [v], terms: [{ name: "gate", energy }] })).toBe(
        'unknown: across a kink of "gate" a step may raise it, the less the smaller dt is',
      );
      for (const dt of [1e-2, 1e-4]) {
        const rise = largestRise(energy, dt, { centre, width: dt, steps: 3 });
        expect(rise).toBeGreaterThan(0.1 * dt);
        expect(rise).toBeLessThan(50 * dt);
      }
    },
  );

  test.each<[string, Expr]>([
    ["a subtracted relu", neg(relu)],
    ["a subtracted size", neg(apply("abs", unit))],
    ["the largest unit, subtracted", neg(largest)],
    ["a minimum", apply("min", unit, lit(0.5))],
    ["the subtracted logarithm of a relu", neg(apply("log", add(lit(1), relu)))],
    ["the square of a relu", pow(relu, lit(2))],
    ["the cube of a size", pow(apply("abs", unit), lit(3))],
    ["a power of a maximum with 0", pow(apply("max", unit, lit(0)), lit(1.5))],
  ])("%s does not: small steps fall", (_, body) => {
    const energy = sum([i], body);
    expect(settleOf({ neurons: [v], terms: [{ name: "gate", energy }] })).toBe(
      "proven: for steps that are small enough",
    );
    expect(largestRise(energy, 0.02, {})).toBeLessThan(1e-12);
  });

  test("of a Lagrangian are jumps of its activation", () => {
    const settle = (value: (x: Expr) => Expr) => settleOf({ neurons: [of(value)], terms: [] });
    expect(settle((x) => apply("abs", x))).toBe("unknown: the activation of v may jump");
    expect(settle((x) => pow(apply("relu", x), lit(2)))).toBe(
      "proven: for steps that are small enough",
    );
  });
});
