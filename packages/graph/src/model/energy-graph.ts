// A whole model as data: what a `.ham` file or a builder describes, before anything runs.

import { tensorsIn } from "../expr/depends.ts";
import { indicesOf } from "../expr/dim.ts";
import { gradients } from "../rewrite/differentiate.ts";
import { add, get, lit, mul, neg, pow, sub, sum } from "../expr/expr.ts";
import { replaceGets, substituteIndices } from "../rewrite/substitute.ts";
import { makeTensor } from "../expr/tensor.ts";
import type { Dim, Expr, Get, Index, Tensor } from "../expr/types.ts";

/**
 * A neuron layer: a Lagrangian on top of an internal state.
 *
 * `lagrangian` is a scalar expression in `state`; the activation is its gradient,
 * `x̂ = ∂L/∂x`. The layer's own energy is the Legendre transform `⟨x, x̂⟩ − L(x)`.
 */
export interface Neuron {
  readonly name: string;
  readonly axes: readonly Dim[];
  /** The name of the Lagrangian in the catalogue, for people. */
  readonly lagrangianName: string;
  readonly lagrangian: Expr;
  /** The internal state x. */
  readonly state: Tensor;
  /** The activation x̂: what hypersynapses see. */
  readonly activation: Tensor;
  /** The activation one step of a recall ago, and at its start that of the start: for drives alone. */
  readonly before: Tensor;
  /** The time constant: τ dx/dt = −∂E/∂x̂. */
  readonly tau: Expr;
  /** Whether the layer's own energy counts. */
  readonly leak: boolean;
  /** `binary` layers jump between two values; see the catalogue. */
  readonly kind: "smooth" | "binary";
  /** What a person claims about it without a proof: `convex`, `bounded`. */
  readonly assumed?: readonly string[];
  /** How it came from a definition, so that it can be written down again. JSON leaves it out. */
  readonly made?: NeuronOrigin;
}

/** What a neuron layer was made with; see `makeNeuron`. */
export interface NeuronOrigin {
  /** The options that were given; a tensor is read along the axes that it shares. */
  readonly options: Readonly<Record<string, Expr | Tensor | number>>;
  /** The axes that are mixed, where that was said. */
  readonly over: readonly Dim[] | null;
  /** The text of the definition, for one that no catalogue holds. */
  readonly declaration: string | null;
}

/** One hyperedge: a named scalar energy over activations. */
export interface Term {
  readonly name: string;
  readonly energy: Expr;
  /** The first connection with these weights, where others share them. JSON leaves it out. */
  readonly hypersynapse?: string;
}

/**
 * What moves a layer beside the slope of the energy: `τ dx/dt = −∂E/∂x̂ + drive`, over activations of
 * now and of one step ago. A binary unit takes the value for which `E − drive · x̂` is lower. A drive
 * need not be the slope of anything, so the energy may rise along it.
 */
export interface Drive extends Entrywise {
  readonly neuron: Neuron;
}

/** How the entries of a layer, or of a `given`, are set: by a formula or by a draw. */
export type Start = { readonly neuron: Neuron } & (
  | ({ readonly from: "value" } & Entrywise)
  | { readonly from: "draw"; readonly distribution: string; readonly args: readonly Expr[] }
);

/** Units that do not move. `where` is null for a whole layer; `value` null keeps the start. */
export interface Clamp {
  readonly neuron: Neuron;
  readonly indices: readonly Index[];
  readonly where: Expr | null;
  readonly value: Expr | null;
}

/**
 * The order in which single units are updated: `random` draws each one anew, so that some are
 * missed; `permutation` visits all once in every sweep, in a new order; `cyclic` in their own order.
 */
export const VISIT_ORDERS = ["random", "cyclic", "permutation"] as const;
/** One of {@link VISIT_ORDERS}. */
export type VisitOrder = (typeof VISIT_ORDERS)[number];

/** How to run the model: where from, what is held, which solver, when to stop. */
export interface Recall {
  readonly name: string;
  readonly starts: readonly Start[];
  readonly clamps: readonly Clamp[];
  readonly solver: {
    readonly name: string;
    readonly options: ReadonlyMap<string, Expr>;
    /** In which order `async` visits the units; default `permutation`. */
    readonly order?: VisitOrder;
  };
  readonly steps: Expr;
  /** Ends the recall of an example; may read {@link RECALL_QUANTITIES}. */
  readonly stop: Expr | null;
  /** A const that changes with the time of the recall. */
  readonly schedules: readonly { readonly tensor: Tensor; readonly value: Expr }[];
  /** Keep the energy of every so many steps; null keeps each. */
  readonly record: readonly { readonly name: string; readonly every: number }[];
  /** What the caller wants back; empty for every layer. */
  readonly returns: readonly Neuron[];
}

/**
 * What a `stop when` condition may ask for, per example: `change`, the largest absolute change of
 * an activation in the last step; `energy`; `step`, the number of steps made; `settled`, 1 when
 * the last step changed nothing. Under `async` a step is one unit, so `change` and `settled` are
 * about the last whole sweep.
 */
export const RECALL_QUANTITIES: Readonly<Record<"change" | "energy" | "step" | "settled", Tensor>> =
  {
    change: makeTensor("change", "const"),
    energy: makeTensor("energy", "const"),
    step: makeTensor("step", "const"),
    settled: makeTensor("settled", "const"),
  };

/** A value that a test or a training gives to a `given`: a formula, or independent draws. */
export type Feed = { readonly tensor: Tensor; readonly indices: readonly Index[] } & (
  | { readonly from: "value"; readonly value: Expr }
  | {
      readonly from: "draw";
      readonly distribution: string;
      /** Over `indices`: every entry has its own mean, deviation, … */
      readonly args: readonly Expr[];
    }
);

/** One `expect` of a test: what must hold, and what is shown when it does not. */
export interface Expectation {
  /** As written. */
  readonly text: string;
  /** Over consts, data, givens, final activations and {@link TEST_QUANTITIES}. */
  readonly condition: Expr;
  readonly shown: readonly { readonly text: string; readonly value: Expr }[];
}

/**
 * What an `expect` may ask for, per example: the final `energy`, the number of `steps`, whether
 * the recall `converged` (1 or 0), and the largest `rise` of the energy from one step to the next, 0
 * when it fell throughout.
 */
export const TEST_QUANTITIES: Readonly<Record<"energy" | "steps" | "converged" | "rise", Tensor>> =
  {
    energy: makeTensor("energy", "const"),
    steps: makeTensor("steps", "const"),
    converged: makeTensor("converged", "const"),
    rise: makeTensor("rise", "const"),
  };

/** A recall with what it is fed and what must come out. */
export interface ModelTest {
  readonly title: string;
  /** The seed of its draws; null for one that follows from the title. */
  readonly seed: Expr | null;
  readonly feeds: readonly Feed[];
  readonly recall: Recall;
  readonly expectations: readonly Expectation[];
}

/** Something chosen by its name, with the options that were given or stand by default. */
export interface TrainingChoice {
  readonly name: string;
  readonly options: ReadonlyMap<string, Expr>;
}

/** What is measured beside a loss: one number an example over the activations after the recall. */
export interface Metric {
  readonly name: string;
  readonly value: Expr;
}

/** How the params of a model are learned. */
export interface Training {
  readonly name: string;
  /** The recall that gradients go through. */
  readonly recall: Recall;
  readonly feeds: readonly Feed[];
  /** One number over the activations after the recall. */
  readonly loss: Expr;
  /** Left out by builders that measure nothing else. */
  readonly metrics?: readonly Metric[];
  /** How the gradient of the loss is taken: `unroll`, `implicit` or `equilibrium`. */
  readonly gradient: TrainingChoice;
  readonly optimiser: TrainingChoice;
  /** Examples in a batch, and how often all are seen. */
  readonly batch: Expr;
  readonly epochs: Expr;
  /** Params that keep their value. */
  readonly freeze: readonly Tensor[];
  /** The largest norm of a gradient; null for any. */
  readonly clip: Expr | null;
}

/** A fact that must hold for the sizes and consts of a model. */
export interface Assertion {
  readonly condition: Expr;
  /** What it means when it does not hold. */
  readonly message: string;
  /** The comparisons in it, as written. */
  readonly comparisons: readonly {
    readonly left: Expr;
    readonly op: string;
    readonly right: Expr;
    readonly holds: Expr;
  }[];
}

/** A model: neurons, the terms that couple them, and the tensors they use. */
export interface EnergyGraph {
  readonly dims: readonly Dim[];
  /** Every const, param, data and given. */
  readonly tensors: readonly Tensor[];
  readonly neurons: readonly Neuron[];
  readonly terms: readonly Term[];
  /** What moves layers and is no energy; left out where there is none. Those of one layer add up. */
  readonly drives?: readonly Drive[];
  readonly recalls: readonly Recall[];
  /** What a file says about itself beyond the model; builders leave these out. */
  readonly tests?: readonly ModelTest[];
  readonly trainings?: readonly Training[];
  readonly asserts?: readonly Assertion[];
}

/** An expression over one entry of a layer: `indices` are its free indices. */
export interface Entrywise {
  readonly indices: readonly Index[];
  readonly value: Expr;
}

/** The neurons that an energy mentions, in the order of the graph. */
export function neuronsOf(graph: EnergyGraph, term: Term): Neuron[] {
  const seen = tensorsIn([term.energy]);
  return graph.neurons.filter((neuron) => seen.has(neuron.activation));
}

/** Every given that a recall reads, by itself or through the energies. */
export function givensOf(graph: EnergyGraph, recall: Recall): Set<Tensor> {
  const expressions = [
    ...recall.starts.flatMap((start) => (start.from === "value" ? [start.value] : start.args)),
    ...recall.clamps.flatMap(({ where, value }) => [where, value]),
    ...recall.schedules.map((schedule) => schedule.value),
  ].filter((expr) => expr !== null);
  return new Set([...givensOfEnergies(graph), ...givensAmong(expressions)]);
}

/** What every recall of a graph reads: found once, for there may be many. */
const OF_ENERGIES = new WeakMap<EnergyGraph, readonly Tensor[]>();

function givensOfEnergies(graph: EnergyGraph): readonly Tensor[] {
  let found = OF_ENERGIES.get(graph);
  if (found === undefined) {
    found = givensAmong([
      ...graph.terms.map((term) => term.energy),
      ...drivesOf(graph).map(({ value }) => value),
      ...graph.neurons.flatMap((neuron) => [neuron.lagrangian, neuron.tau]),
    ]);
    OF_ENERGIES.set(graph, found);
  }
  return found;
}

function givensAmong(expressions: readonly Expr[]): readonly Tensor[] {
  return [...tensorsIn(expressions)].filter(({ kind }) => kind === "given");
}

/** The activation of one unit as an expression of the states: `x̂ = ∂L/∂x`. */
export function activationOf(neuron: Neuron): Entrywise {
  const indices = indicesOf(neuron.axes);
  const [value] = gradients(neuron.lagrangian, [{ tensor: neuron.state, at: indices }]);
  return { indices, value: value };
}

/** The layer's own energy as an expression of its state and activation: `⟨x, x̂⟩ − L(x)`. */
export function neuronEnergy(neuron: Neuron): Expr {
  const indices = indicesOf(neuron.axes);
  const product = mul(get(neuron.state, indices), get(neuron.activation, indices));
  return sub(sum(indices, product), neuron.lagrangian);
}

/** The total energy over states and activations: layers whose leak is on, plus all terms. */
export function totalEnergy(graph: EnergyGraph): Expr {
  return add(
    ...graph.neurons.filter((neuron) => neuron.leak).map(neuronEnergy),
    ...graph.terms.map((term) => term.energy),
  );
}

/**
 * `∂E/∂x̂` for every neuron, as expressions of states and activations.
 *
 * The layer's own energy contributes exactly `x` (Legendre) and is never differentiated.
 */
export function activationGradients(graph: EnergyGraph): Map<Neuron, Entrywise> {
  return new Map(
    [...slopesOf(graph)].map(([neuron, { indices, value: slope }]) => {
      const own = neuron.leak ? get(neuron.state, indices) : lit(0);
      return [neuron, { indices, value: add(own, slope) }];
    }),
  );
}

/** Every drive of a graph; none where it has none. */
export function drivesOf({ drives = [] }: Pick<EnergyGraph, "drives">): readonly Drive[] {
  return drives;
}

/** `rest`, over these indices of a layer, with all that drives it added. */
function driven(
  graph: EnergyGraph,
  { activation }: Neuron,
  indices: readonly Index[],
  rest: Expr,
): Expr {
  const drives = drivesOf(graph).filter((drive) => drive.neuron.activation === activation);
  if (drives.length === 0) return rest;
  const here = drives.map((drive) =>
    substituteIndices(drive.value, new Map(drive.indices.map((own, axis) => [own, indices[axis]]))),
  );
  return add(rest, ...here);
}

/** `dx/dt = (−∂E/∂x̂ + drive) / τ` for every neuron, as expressions of states and activations. */
export function velocities(graph: EnergyGraph): Map<Neuron, Entrywise> {
  return new Map(
    [...activationGradients(graph)].map(([neuron, { indices, value: slope }]) => {
      const force = driven(graph, neuron, indices, negated(slope));
      return [neuron, { indices, value: mul(pow(neuron.tau, lit(-1)), force) }];
    }),
  );
}

/**
 * Where every neuron stands still given the activations of now: `x − ∂E/∂x̂ + drive`, as expressions
 * of states and activations. With the layer's own energy that is `−∂E_synapses/∂x̂ + drive`, free of
 * x and τ.
 */
export function targets(graph: EnergyGraph): Map<Neuron, Entrywise> {
  return new Map(
    [...slopesOf(graph)].map(([neuron, { indices, value: slope }]) => {
      const rest = neuron.leak ? negated(slope) : sub(get(neuron.state, indices), slope);
      return [neuron, { indices, value: driven(graph, neuron, indices, rest) }];
    }),
  );
}

/** `∂E_synapses/∂x̂` for every neuron. */
function slopesOf(graph: EnergyGraph): Map<Neuron, Entrywise> {
  const coupling = add(...graph.terms.map((term) => term.energy));
  const at = graph.neurons.map((neuron) => indicesOf(neuron.axes));
  const slopes = gradients(
    coupling,
    graph.neurons.map((neuron, i) => ({ tensor: neuron.activation, at: at[i] })),
  );
  return new Map(
    graph.neurons.map((neuron, i) => [neuron, { indices: at[i], value: slopes[i] }] as const),
  );
}

/** `−a − b …` for `a + b + …`: every term with its own sign, which reads better. */
function negated(total: Expr): Expr {
  return add(...(total.kind === "apply" && total.op === "add" ? total.args : [total]).map(neg));
}

/**
 * `expr` with every activation written out as the function of its state, or, for the neurons in
 * `pinned`, as the value it is held at.
 */
export function inStates(
  graph: EnergyGraph,
  expr: Expr,
  pinned: ReadonlyMap<Neuron, Entrywise> = new Map(),
): Expr {
  const activations = new Map(
    graph.neurons.map((neuron) => [neuron.activation, pinned.get(neuron) ?? activationOf(neuron)]),
  );
  const done: { node: Get; value: Expr }[] = [];
  return replaceGets(expr, (node) => {
    const activation = activations.get(node.tensor);
    if (activation === undefined) return null;
    const known = done.find(({ node: other }) => sameEntry(node, other));
    if (known !== undefined) return known.value;
    const map = new Map(activation.indices.map((index, axis) => [index, node.at[axis]]));
    const value = substituteIndices(activation.value, map);
    done.push({ node, value });
    return value;
  });
}

function sameEntry(a: Get, b: Get): boolean {
  return a.tensor === b.tensor && a.at.every((index, axis) => index === b.at[axis]);
}
