import {
  add,
  apply,
  div,
  type Entrywise,
  type Expr,
  type Index,
  lit,
  makeDim,
  makeIndex,
  mul,
  neg,
  position,
  select,
  sub,
  substituteIndices,
  sum,
} from "@hamlet/graph";
import { choose, descends, firstControl, nextControl, refusedChange } from "./descent.ts";
import { fitWeights } from "./fit-weights.ts";
import { axpy, heights, inner, largest } from "./layers.ts";
import type { Layers, Point, Solver, StepFrom } from "./solver.ts";

/**
 * How far a step of Heun and one of Euler may lie apart in a layer, as a part of the largest activation
 * that it has had: layers of thousands must not hide those of ones.
 */
const TOLERANCE = 1e-3;
/** By how much the size of a step may change at once. */
const [SMALLEST_FACTOR, LARGEST_FACTOR, SHRINK] = [0.3, 2, 0.5];
/** The first size. */
const FIRST = 0.1;
/** In each layer the residual must have fallen to this part of its largest before anything is extrapolated. */
const CALM = 0.01;
/** Or to this part of the layer's largest activation: one that begins at rest has no larger residual. */
const REST = 1e-5;
/** How many times the way of the remembered steps an extrapolation may go. */
const REACH = 4;

/**
 * The dynamics, and Anderson acceleration of their end. Far from a fixed point it follows
 * `τ dx/dt = −∂E/∂x̂` by Heun steps that are as small as their error asks for, so that it stays in the
 * basin of its start. Where the residual `f = −∂E/∂x̂` of every layer has fallen to a hundredth of its largest
 * and keeps falling, it tries `x + h f − s Σⱼ γⱼ (Δxⱼ + h Δfⱼ)` over the last `memory` differences of states and
 * residuals, where γ minimises `|f − Σⱼ γⱼ Δfⱼ|²` (regularised, solved in float64 for every example) and
 * `s ≤ 1` keeps the step within four times the way of the remembered ones. That is taken where the
 * residual falls as much as the model of it says, by half of that at least, and the energy does not
 * rise; else a step of the dynamics is. A step that would raise the energy beyond rounding is
 * refused and tried half as large. Two to four evaluations a step.
 *
 * It reads a few numbers in every step.
 */
export const anderson: Solver = {
  name: "anderson",
  order: null,
  options: [{ name: "memory", default: 5 }],
  targets: true,
  descends: true,
  follows: true,
  remember: (from, { memory: columns }) => {
    const { indices, states } = from;
    const f = residual(from);
    const [j] = columnsOf(columns);
    const one = (value: Expr): Entrywise => ({ indices: [], value });
    const nothing = (i: number): Entrywise => ({ indices: [j, ...indices[i]], value: lit(0) });
    return {
      ...firstControl(from, FIRST),
      falling: one(lit(0)),
      oldest: one(lit(0)),
      ...Object.fromEntries(
        states.flatMap((x, i) => [
          [`x ${i}`, { indices: indices[i], value: x }],
          [`f ${i}`, { indices: indices[i], value: f[i] }],
          [`dx ${i}`, nothing(i)],
          [`df ${i}`, nothing(i)],
          [`largest ${i}`, one(lengths(from, f)[i])],
          [`height ${i}`, one(heights(from, from.activations)[i])],
        ]),
      ),
    };
  },
  advance: (from, { memory: columns }) => {
    const { memory, states, kept } = from;
    const { step, oldest } = memory;
    const layers = (name: string): Layers => states.map((_, i) => memory[`${name} ${i}`]);
    const [j] = columnsOf(columns);
    const f = residual(from).map(kept);
    // The differences are a ring; a step that did not move adds none.
    const isOldest = apply("eq", position(j), oldest);
    const pushed = (old: Layers, now: Layers, before: Layers): Layers =>
      old.map((column, i) => kept(select(isOldest, sub(now[i], before[i]), column)));
    const history = {
      dx: pushed(layers("dx"), states, layers("x")),
      df: pushed(layers("df"), f, layers("f")),
    };
    const own = lengths(from, f);
    const most = layers("largest").map((before, i) => apply("max", before, own[i]));
    const height = highest(layers("height"), heights(from, from.activations));
    const fell = apply("lt", size(from, f), size(from, layers("f")));
    const falling = mul(add(memory["falling"], lit(1)), fell);
    const low = highest(times(CALM, most), times(REST, height));
    const calm = own
      .map((length, i) => apply("le", length, low[i]))
      .reduce(
        (all, one) => apply("and", all, one),
        apply("le", lit(Math.min(2, columns)), falling),
      );
    const fast = accelerate(from, { f, history, columns, calm: kept(calm) });
    const accelerated = kept(fast.accept);
    const flow = follow(from, kept(apply("not", accelerated)));
    const either = (a: Layers, b: Layers) => choose(accelerated, a, b);
    const trial = {
      ...from,
      states: either(fast.point.states, flow.point.states),
      activations: either(fast.point.activations, flow.point.activations),
      energy: select(accelerated, fast.point.energy, flow.point.energy),
    };
    const accept = kept(apply("or", accelerated, flow.accept));
    const remembered = { x: states, f, ...history, largest: most, height };
    return {
      states: choose(accept, trial.states, states),
      memory: {
        ...nextControl(from, { energy: trial.energy, accept, step }),
        step: select(accelerated, step, flow.step),
        falling,
        oldest: select(apply("le", lit(columns - 1), oldest), lit(0), add(oldest, lit(1))),
        ...Object.fromEntries(
          Object.entries(remembered).flatMap(([name, those]) =>
            those.map((layer, i) => [`${name} ${i}`, layer]),
          ),
        ),
      },
      refused: refusedChange(accept, from, trial),
    };
  },
  references: [
    "Anderson, Iterative procedures for nonlinear integral equations, J. ACM 12, 1965",
    "Walker & Ni, Anderson acceleration for fixed-point iterations, SIAM J. Numer. Anal. 49, 2011",
    "Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, II.4",
  ],
};

/** A step of the dynamics, whether it may be taken, and the size of the next. */
function follow(from: StepFrom, where: Expr): { point: Point; accept: Expr; step: Expr } {
  const { states, velocity, memory } = from;
  const { step } = memory;
  const euler = from.at(axpy(states, step, velocity), 0, where);
  const both = axpy(velocity, 1, euler.velocity);
  const heun = from.at(axpy(states, mul(step, lit(0.5)), both), 0, where);
  const before = states.map((_, i) => memory[`height ${i}`]);
  const around = highest(heights(from, from.activations), heights(from, heun.activations));
  const scale = highest(before, around);
  const apart = heights(from, axpy(heun.activations, -1, euler.activations));
  const error = from.kept(largest(apart.map((part, i) => share(part, scale[i]))));
  const exact = apply("le", error, lit(TOLERANCE));
  const down = from.kept(descends(from, heun));
  const wanted = mul(lit(0.9), apply("sqrt", div(lit(TOLERANCE), add(error, lit(1e-12)))));
  const factor = apply("min", apply("max", wanted, lit(SMALLEST_FACTOR)), lit(LARGEST_FACTOR));
  return {
    point: heun,
    accept: apply("and", exact, down),
    step: mul(step, select(down, factor, lit(SHRINK))),
  };
}

/** An extrapolation from the remembered steps, and whether it may be taken. */
function accelerate(
  from: StepFrom,
  known: {
    readonly f: Layers;
    readonly history: { readonly dx: Layers; readonly df: Layers };
    readonly columns: number;
    readonly calm: Expr;
  },
): { point: Point; accept: Expr } {
  const { f, history, columns, calm } = known;
  const { dx, df } = history;
  const [j, k] = columnsOf(columns);
  const others = df.map((layer) => substituteIndices(layer, new Map([[j, k]])));
  const products = { indices: [j, k], value: inner(from, df, others) };
  const onto = { indices: [j], value: inner(from, df, f) };
  const gamma = from.solved([products, onto], j, fitWeights, calm);
  const h = apply("min", from.memory["step"], lit(1));
  const correction = dx.map((column, i) =>
    from.kept(sum([j], mul(gamma, add(column, mul(h, df[i]))))),
  );
  const way = sum([j], size(from, dx));
  const part = from.kept(apply("min", lit(1), share(mul(lit(REACH), way), size(from, correction))));
  const moved = axpy(axpy(from.states, h, f), neg(part), correction);
  const point = from.at(moved, 0, calm);
  const left = mul(sub(lit(1), mul(part, lit(0.5))), size(from, f));
  const smaller = apply("le", size(from, residual(point)), left);
  return { point, accept: apply("and", apply("and", calm, smaller), descends(from, point)) };
}

/** The indices that walk the remembered differences, and once more for their products. */
function columnsOf(columns: number): readonly [Index, Index] {
  let found = known.get(columns);
  if (found === undefined) {
    const dim = makeDim("columns", columns);
    found = [makeIndex("j", dim), makeIndex("k", dim)];
    known.set(columns, found);
  }
  return found;
}
const known = new Map<number, readonly [Index, Index]>();

/** `a / b`, and 0 where b is 0. */
function share(a: Expr, b: Expr): Expr {
  return select(apply("eq", b, lit(0)), lit(0), div(a, b));
}

function times(a: number, layers: Layers): Layers {
  return layers.map((layer) => mul(lit(a), layer));
}

function highest(a: Layers, b: Layers): Layers {
  return a.map((layer, i) => apply("max", layer, b[i]));
}

/** `f = −∂E/∂x̂`. */
function residual({ states, target }: Point): Layers {
  return axpy(target, -1, states);
}

/** The length of all layers together. */
function size(point: Pick<Point, "indices">, layers: Layers): Expr {
  return apply("sqrt", inner(point, layers, layers));
}

/** The length of every layer. */
function lengths({ indices }: Pick<Point, "indices">, layers: Layers): Layers {
  return layers.map((layer, i) => apply("sqrt", sum(indices[i], mul(layer, layer))));
}
