// No certificate of a random small model is contradicted by its energy: what is called bounded does not
// fall without end as units come near the edges of their domain, a pole, or infinity.

import {
  activationOf,
  add,
  apply,
  checkBoundedness,
  checkConvexity,
  children,
  type EnergyGraph,
  evaluate,
  evaluateScalar,
  type Expr,
  get,
  type Index,
  type LagrangianDefinition,
  lit,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mul,
  neg,
  type Neuron,
  neuronEnergy,
  pow,
  printText,
  reduce,
  select,
  softmax,
  sub,
  sum,
  type Tensor,
} from "@hamlet/graph";
import { LAGRANGIANS } from "@hamlet/lagrangians";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { law } from "../../../tools/law.ts";
import { samples } from "../../../tools/samples.ts";

const UNITS = 2;
const D = makeDim("D", UNITS);
const [i, j] = [makeIndex("i", D), makeIndex("j", D)];

/** Data of every sign that a declaration can promise, and entries that keep the promise. */
const DATA = new Map<Tensor, readonly number[]>([
  [makeTensor("above", "data", [D], { bound: { op: ">", value: 0 } }), [0.5, 2]],
  [makeTensor("least", "data", [D], { bound: { op: ">=", value: 0 } }), [1, 0.25]],
  [makeTensor("most", "data", [D], { bound: { op: "<=", value: 0 } }), [-0.5, -1]],
  [makeTensor("below", "data", [D], { bound: { op: "<", value: 0 } }), [-2, -0.25]],
  [makeTensor("any", "data", [D]), [1, -2]],
]);

type Point = readonly number[];

/** Where the units of a layer can be, and what its own energy is there. */
interface Domain {
  /** Points inside; the domain holds every line between two of them. */
  readonly inner: readonly Point[];
  /** Points at the edge, or where something may happen. */
  readonly edges: readonly Point[];
  /** Directions in which the layer goes to infinity. */
  readonly rays: readonly Point[];
  /** What rises in the layer; a bounded layer's own energy is bounded. */
  readonly own: (v: number) => number;
}

const none = () => 0;
const square = (v: number) => v ** 2 / 2;
const grid = (values: readonly number[]): Point[] =>
  values.flatMap((a) => values.map((b) => [a, b]));
const half = {
  inner: [
    [0.7, 1.3],
    [2, 0.4],
  ],
  edges: grid([0, 0.5, 1, 2]),
  rays: [
    [1, 0],
    [1, 1],
    [0, 1],
  ],
};
const simplex = {
  inner: [[0.3, 0.7]],
  edges: [
    [0, 1],
    [1, 0],
    [0.5, 0.5],
  ],
  rays: [],
  own: none,
};

const DOMAINS: Readonly<Record<string, Domain>> = {
  identity: {
    inner: [
      [0.7, 1.3],
      [-0.6, 0.4],
    ],
    edges: grid([-2, -1, -0.5, 0, 0.5, 1, 2]),
    rays: grid([-1, 0, 1]).filter(([a, b]) => a !== 0 || b !== 0),
    own: square,
  },
  relu: { ...half, own: square },
  repu: { ...half, own: (v) => (2 / 3) * v ** 1.5 },
  exp: { ...half, own: (v) => v * Math.log(v) - v },
  rexp: { ...half, own: (v) => (1 + v) * (Math.log1p(v) - 1) },
  tanh: { inner: [[0.3, -0.7]], edges: grid([-1, -0.5, 0, 0.5, 1]), rays: [], own: none },
  sigmoid: { inner: [[0.3, 0.7]], edges: grid([0, 0.5, 1]), rays: [], own: none },
  softmax: simplex,
  ghostmax: { ...simplex, inner: [[0.2, 0.3]], edges: [...simplex.edges, [0, 0], [0, 0.5]] },
  sparsemax: simplex,
  entmax15: simplex,
  layernorm: {
    inner: [[0.6, -0.6]],
    edges: [
      [1, -1],
      [-1, 1],
      [0, 0],
      [0.5, -0.5],
    ],
    rays: [],
    own: none,
  },
  sphere: {
    inner: [[0.3, -0.4]],
    edges: [
      [1, 0],
      [0, -1],
      [-0.6, 0.8],
      [0, 0],
      [0.5, 0.5],
      [Math.SQRT1_2, Math.SQRT1_2],
    ],
    rays: [],
    own: none,
  },
  sign: {
    inner: [
      [1, -1],
      [1, 1],
    ],
    edges: [],
    rays: [],
    own: none,
  },
  step: {
    inner: [
      [1, 0],
      [0, 0],
    ],
    edges: [],
    rays: [],
    own: none,
  },
};

/** Reads numbers off a list, so that fast-check can make what comes of them smaller. */
type Choose = (count: number) => number;

function chooser(choices: readonly number[]): Choose {
  let next = 0;
  return (count) => choices[next++ % choices.length] % count;
}

const FUNCTIONS = ["abs", "relu", "softplus", "logcosh", "tanh", "sin", "exp", "sqrt"] as const;
const EXPONENTS = [2, -1, 0.5, 3, -2, 1.5, 4, -0.5] as const;
const NUMBERS = [1, 0.5, 2, -1] as const;

/** A random expression; `leaf` gives what may run away. */
function grow(choose: Choose, leaf: (index: Index) => Expr, depth: number): Expr {
  const real = (index: Index, left: number): Expr => {
    if (left <= 0 || choose(5) === 0) return atom(index);
    const part = () => real(index, left - 1);
    switch (choose(16)) {
      case 0:
        return mul(part(), part());
      case 1:
        return add(part(), part());
      case 2:
        return sub(lit(NUMBERS[choose(4)]), part());
      case 3:
      case 4:
        return pow(part(), lit(EXPONENTS[choose(8)]));
      case 5:
        return apply("log", part());
      case 6:
      case 7:
        return apply(FUNCTIONS[choose(8)], part());
      case 8:
        return apply(choose(2) ? "max" : "min", part(), part());
      case 9:
        return select(apply("lt", part(), lit(NUMBERS[choose(4)])), part(), part());
      case 10: {
        const x = part();
        return mul(x, apply("log", x));
      }
      case 11:
        return pow(sub(lit(1), pow(part(), lit(2))), lit(-1));
      case 12: {
        const op = (["max", "min", "logsumexp", "sum", "prod"] as const)[choose(5)];
        const where = choose(2) ? apply("lt", real(j, left - 2), lit(NUMBERS[choose(4)])) : null;
        return reduce(op, [j], real(j, left - 1), where);
      }
      case 13:
        return neg(part());
      case 14:
        return pow(part(), atom(index));
      default:
        return softmax([index], part());
    }
  };
  const atom = (index: Index): Expr => {
    const pick = choose(8);
    if (pick < 5) return leaf(index);
    return pick === 5 ? lit(NUMBERS[choose(4)]) : get([...DATA.keys()][choose(5)], [index]);
  };
  return sum([i], real(i, depth));
}

interface Model {
  readonly graph: EnergyGraph;
  readonly [fc.toStringMethod]: () => string;
}

function modelOf(neurons: readonly Neuron[], energies: readonly Expr[]): Model {
  const graph: EnergyGraph = {
    dims: [D],
    tensors: [...DATA.keys()],
    neurons,
    terms: energies.map((energy, k) => ({ name: `e${k}`, energy })),
    recalls: [],
  };
  const layers = neurons.map(({ name, lagrangianName, lagrangian, leak }) =>
    [name, lagrangianName, lagrangianName === "own" ? printText(lagrangian) : "", leak].join(" "),
  );
  return {
    graph,
    [fc.toStringMethod]: () =>
      [...layers, ...energies.map((energy) => printText(energy))].join("; "),
  };
}

const arbitraryChoices = fc.array(fc.nat({ max: 9999 }), { minLength: 12, maxLength: 60 });

/** One to three layers of the catalogue, and one or two energies over all of them. */
const arbitraryModel = arbitraryChoices.map((choices) => {
  const choose = chooser(choices);
  const neurons = Array.from({ length: 1 + choose(3) }, (_, k) => {
    const definition = LAGRANGIANS[choose(LAGRANGIANS.length)];
    const options: Record<string, number> = definition.name === "repu" ? { n: 3 } : {};
    return makeNeuron("uvw"[k], [D], definition, { options, leak: choose(4) !== 0 });
  });
  const leaf = (index: Index) => get(neurons[choose(neurons.length)].activation, [index]);
  const energies = Array.from({ length: 1 + choose(2) }, () => grow(choose, leaf, 4));
  return modelOf(neurons, energies);
});

/** The parts of the energy, so that their sizes say how much of the sum is rounding. */
function partsAt({ neurons, terms }: EnergyGraph, units: readonly Point[]): number[] {
  const tensors = new Map<Tensor, readonly number[]>([
    ...DATA,
    ...neurons.map(({ activation }, k) => [activation, units[k]] as const),
  ]);
  const own = neurons.flatMap(({ leak, lagrangianName }, k) =>
    leak ? units[k].map(DOMAINS[lagrangianName].own) : [],
  );
  return [...own, ...terms.map(({ energy }) => evaluateScalar(energy, { tensors }))];
}

/**
 * Whether an energy goes on falling along a way. At three places, each twice as many powers of ten along
 * as the one before, a logarithm falls twice as far from the second to the third, a power further; and
 * between them nothing rises, as a wave would.
 */
function fallsOn(parts: (k: number) => readonly number[]): boolean {
  const total = (k: number) => parts(k).reduce((sum, part) => sum + part, 0);
  const places = [1, 2, 4].map(parts);
  const [a, b, c] = [1, 2, 4].map(total);
  const rounding = 1e-9 * Math.max(...places.flat().map(Math.abs));
  const falls = a - b > 0.1 && b - c > Math.max(1.5 * (a - b), rounding);
  if (!falls || !Number.isFinite(a + b + c)) return false;
  const between = Array.from({ length: 13 }, (_, n) => total(2 ** (n / 6)));
  if (!between.every((value, n) => n === 0 || value < between[n - 1])) return false;
  // The sine of a logarithm falls for that long, and no further; where numbers end nothing is said.
  let [before, fall] = [c, b - c];
  for (const value of [8, 16].map(total)) {
    if (!Number.isFinite(value)) break;
    if (!(before - value > 1.5 * fall)) return false;
    [before, fall] = [value, before - value];
  }
  return true;
}

const step = (from: Point, to: Point, t: number) => to.map((x, k) => x + t * (from[k] - x));

/** Ways of all layers: each to an edge of its domain, to infinity, or nowhere. */
function* ways(neurons: readonly Neuron[]): Generator<(k: number) => Point[]> {
  const domains = neurons.map(({ lagrangianName }) => DOMAINS[lagrangianName]);
  const next = chooser(Array.from({ length: 4001 }, (_, k) => (k * 7919 + (k >> 3)) % 9973));
  for (let n = 0; n < 60; n++) {
    const plans = domains.map(({ inner, edges, rays }) => {
      const from = inner[next(inner.length)];
      const to = edges.length === 0 ? from : edges[next(edges.length)];
      const ray = rays.length === 0 || next(3) === 0 ? null : rays[next(rays.length)];
      return { from, to: next(4) === 0 ? from : to, ray, speed: [1, 0.5, 0.25, 2 / 3][next(4)] };
    });
    yield (k) =>
      plans.map(({ from, to, ray, speed }) =>
        ray === null
          ? step(from, to, 10 ** (-3 * k))
          : from.map((x, unit) => x + ray[unit] * 10 ** (4 * k * speed)),
      );
  }
}

test("no energy that is proven bounded falls without end", () => {
  let proven = 0;
  law(
    fc.property(arbitraryModel, ({ graph }) => {
      if (checkBoundedness(graph).status !== "proven") return true;
      proven++;
      for (const way of ways(graph.neurons)) {
        if (fallsOn((k) => partsAt(graph, way(k)))) return false;
      }
      return true;
    }),
    100,
  );
  expect(proven).toBeGreaterThan(samples(100) / 10);
});

/** Lagrangians that people may write, of a single unit. */
const OWN: readonly ((x: Expr) => Expr)[] = [
  (x) => mul(x, apply("log", x)),
  (x) => neg(apply("log", x)),
  (x) => neg(apply("sqrt", sub(lit(1), pow(x, lit(2))))),
  (x) => neg(apply("log", sub(lit(1), pow(x, lit(2))))),
  (x) => neg(apply("sqrt", x)),
  (x) => pow(x, lit(2)),
  (x) => pow(x, lit(4)),
  (x) => pow(apply("abs", x), lit(1.5)),
  (x) => apply("sqrt", add(lit(1), pow(x, lit(2)))),
  (x) => apply("exp", pow(x, lit(2))),
  (x) => apply("exp", x),
  (x) => apply("softplus", x),
  (x) => apply("logcosh", x),
  (x) => apply("sin", pow(x, lit(2))),
  (x) => pow(x, lit(1.5)),
  (x) => pow(x, lit(-1)),
  (x) => pow(apply("relu", x), lit(1.5)),
  (x) => neg(x),
];

const arbitraryOwn = arbitraryChoices.map((choices) => {
  const choose = chooser(choices);
  const body = (x: Expr) =>
    add(
      mul(lit([1, 0.5, 2][choose(3)]), OWN[choose(OWN.length)](x)),
      choose(2) ? OWN[choose(OWN.length)](x) : lit(0),
    );
  const written = choose(3) === 0;
  const definition: LagrangianDefinition = {
    name: "own",
    summary: "",
    options: [],
    coupled: written,
    kind: "smooth",
    value: (x) => (written ? replaced(choose, x) : body(x)),
    references: [],
  };
  const neuron = makeNeuron("v", [D], definition, { leak: choose(4) !== 0 });
  return modelOf([neuron], [grow(choose, (index) => get(neuron.activation, [index]), 3)]);
});

/** A random Lagrangian of a whole layer. */
function replaced(choose: Choose, x: Expr): Expr {
  const { tensor } = x as { tensor: Tensor } & Expr;
  return grow(choose, (index) => get(tensor, [index]), 3);
}

const states = {
  near: grid([-1, 0, 0.5, 1]),
  from: [
    [0.3, 0.7],
    [-0.4, 0.6],
  ],
};

function* statesOf(): Generator<(k: number) => Point> {
  const rays = DOMAINS.identity.rays;
  for (const from of states.from) {
    for (const to of states.near) yield (k) => step(from, to, 10 ** (-3 * k));
    for (const ray of rays) yield (k) => from.map((x, unit) => x + ray[unit] * 10 ** (k + 1));
    for (const ray of rays) yield (k) => from.map((x, unit) => x + ray[unit] * 12 * k);
  }
}

test("no energy of a Lagrangian that somebody writes is proven bounded and falls without end", () => {
  let proven = 0;
  law(
    fc.property(arbitraryOwn, ({ graph }) => {
      if (checkBoundedness(graph).status !== "proven") return true;
      proven++;
      const [neuron] = graph.neurons;
      const { indices, value } = activationOf(neuron);
      const own = neuronEnergy(neuron);
      const parts = (state: Point) => {
        const tensors = new Map<Tensor, ArrayLike<number>>([...DATA, [neuron.state, state]]);
        tensors.set(neuron.activation, evaluate(value, { tensors }, indices).data);
        const [{ energy }] = graph.terms;
        const all = neuron.leak ? [own, energy] : [energy];
        const scale = neuron.leak
          ? state.map((x, k) => x * tensors.get(neuron.activation)![k])
          : [];
        const rest = scale.flatMap((x) => [x, -x]);
        return [...all.map((expr) => evaluateScalar(expr, { tensors })), ...rest];
      };
      for (const way of statesOf()) {
        if (fallsOn((k) => parts(way(k)))) return false;
      }
      return true;
    }),
    100,
  );
  expect(proven).toBeGreaterThan(samples(100) / 20);
});

/** Whether a part of an expression is less than the smallest normal number, and has lost digits so. */
function losesDigits(expr: Expr, tensors: ReadonlyMap<Tensor, readonly number[]>): boolean {
  const numbers = [...evaluate(expr, { tensors }, expr.free).data];
  return (
    numbers.some((x) => x !== 0 && Math.abs(x) < 2 ** -1022) ||
    children(expr).some((part) => losesDigits(part, tensors))
  );
}

test("no Lagrangian that is proven convex bends down, near its edges and far out", () => {
  let proven = 0;
  law(
    fc.property(arbitraryOwn, ({ graph: { neurons } }) => {
      const [{ lagrangian, state }] = neurons;
      if (checkConvexity(neurons[0], { points: 1 }).status !== "proven") return true;
      proven++;
      const tensorsAt = (x: Point) => new Map<Tensor, readonly number[]>([...DATA, [state, x]]);
      const at = (x: Point) => evaluateScalar(lagrangian, { tensors: tensorsAt(x) });
      const points = [...statesOf()].flatMap((way) => [way(0.5), way(2)]);
      return points.every((a, k) => {
        const b = points[(k * 31 + 7) % points.length];
        const line = [a, b, step(a, b, 0.5)];
        const [left, right, middle] = line.map(at);
        const gap = left + right - 2 * middle;
        const least = -1e-9 * Math.max(1, Math.abs(left), Math.abs(right), Math.abs(middle));
        return !(gap < least) || line.some((x) => losesDigits(lagrangian, tensorsAt(x)));
      });
    }),
    100,
  );
  expect(proven).toBeGreaterThan(samples(100) / 20);
});
