// A whole recall as an ONNX file: a Loop over its steps, from givens to the states where it ends.
//
// It does what a recall does: an example that stopped keeps its state, energies are those of the
// states after a step, and the loop ends with the last example.

import { freeNeurons, misfitOf } from "../../analyse/solver-fit.ts";
import { twoColours } from "../../analyse/colouring.ts";
import { indicesOf } from "../../expr/dim.ts";
import {
  activationOf,
  type EnergyGraph,
  type Entrywise,
  givensOf,
  type Neuron,
  type Recall,
  RECALL_QUANTITIES,
  targets,
  velocities,
} from "../../model/energy-graph.ts";
import { HamError, invariant } from "../../error.ts";
import { type Environment, evaluateScalar } from "../../expr/evaluate.ts";
import { add, apply, get, lit, mul, reduce, select, sub } from "../../expr/expr.ts";
import { energyOfStates } from "../../model/layer-energy.ts";
import { followSchedules, heldBy, pinnedBy } from "../../model/recall-parts.ts";
import { STAGES } from "../stages.ts";
import { replaceGets, replaceParts } from "../../rewrite/substitute.ts";
import { makeTensor } from "../../expr/tensor.ts";
import type { Expr, Tensor } from "../../expr/types.ts";
import { assertNoPast } from "../assert-no-past.ts";
import { Batch } from "./batch.ts";
import { encodeOnnx } from "./encode.ts";
import { OnnxBody, OnnxScope } from "./emit.ts";
import type { OnnxModel, OnnxPort } from "./model.ts";
import { initialiserOf, namesRead, type OnnxOptions, portOf } from "./ports.ts";

/** Solvers whose steps are written out. */
const SOLVERS: readonly string[] = [...Object.keys(STAGES), "cccp", "alternate"];

/** The largest float32: what is above it, or no number, is not finite. */
const LARGEST = 3.4028234663852886e38;

/** Numbers that the loop carries for every example. */
const ENERGY = makeTensor("energy", "state");
const STEPS = makeTensor("steps", "state");
const ACTIVE = makeTensor("active", "state");
const CONVERGED = makeTensor("converged", "state");
/** What a step finds out about an example. */
const REACHED = makeTensor("energy now", "state");
const CHANGE = makeTensor("change", "state");
/** The steps that were made before this one. */
const ITERATION = makeTensor("iteration", "const");

const finite = (x: Expr): Expr => apply("le", apply("abs", x), lit(LARGEST));
const fresh = ({ name, axes }: Tensor): Tensor => makeTensor(name, "state", axes);

/**
 * A recall as plain data. Inputs are the givens and arrays that it reads, `array/NAME`, and
 * `state/NAME` for a layer that it draws its start for; where nothing differs per example, for every
 * layer that moves. Outputs are `recall/NAME` and `activation/NAME`, the states and activations of
 * the layers that it returns, and for every example the `energy`, the `steps` made before it
 * stopped, and whether it `converged`: 1 where its stop condition held. All are float32.
 *
 * @throws HamError `graph/size-unknown` for a dim without a size; `graph/export-unsupported` for a
 * recall that jumps, whose solver is not a fixed number of evaluations a step, or with a drive that
 * looks back.
 */
export function onnxRecall(
  graph: EnergyGraph,
  recall: Recall,
  options: OnnxOptions = {},
): OnnxModel {
  return new RecallFile(graph, recall, options).model();
}

/** A recall as the bytes of an `.onnx` file; see {@link onnxRecall}. */
export async function exportOnnxRecall(
  graph: EnergyGraph,
  recall: Recall,
  options: OnnxOptions = {},
): Promise<Uint8Array> {
  return encodeOnnx(onnxRecall(graph, recall, options));
}

/** The tensors that stand for the layers at one moment. */
type Moment = ReadonlyMap<Tensor, string>;

class RecallFile {
  readonly #graph: EnergyGraph;
  readonly #recall: Recall;
  readonly #values: ReadonlyMap<Tensor, ArrayLike<number>>;
  readonly #sizes: Environment;
  readonly #batch: Batch;
  readonly #outer = new OnnxBody();
  readonly #inner = new OnnxBody("loop/", this.#outer);
  /** Before the loop: what does not move. */
  readonly #before: OnnxScope;
  /** Inputs and initialisers, by name. */
  readonly #arrays: ReadonlyMap<Tensor, string>;
  readonly #pinned: ReadonlyMap<Neuron, Entrywise>;
  readonly #scheduled: (expr: Expr) => Expr;
  readonly #steps: number;

  constructor(
    graph: EnergyGraph,
    recall: Recall,
    { sizes = new Map(), values = new Map(), batch: many = false }: OnnxOptions,
  ) {
    this.#graph = graph;
    this.#recall = recall;
    this.#values = values;
    this.#sizes = { sizes };
    assertNoPast(graph, "ONNX");
    assertWrittenOut(graph, recall, values);
    this.#steps = evaluateScalar(recall.steps, { sizes, tensors: values });
    this.#pinned = pinnedBy(recall);
    this.#scheduled = followSchedules(recall);
    const given = this.#givenStates();
    this.#arrays = new Map([
      ...given.map(({ state, name }) => [state, `state/${name}`] as const),
      ...graph.tensors.map((tensor) => [tensor, `array/${tensor.name}`] as const),
    ]);
    const [counted] = [...givensOf(graph, recall), ...given.map(({ state }) => state)];
    let count: string | null = null;
    const size = () =>
      (count ??= this.#outer.node("Shape", [this.#arrays.get(counted)!], { start: 0, end: 1 }));
    this.#batch = new Batch(many && counted !== undefined ? size : null);
    this.#before = this.#scope(this.#outer, this.#arrays);
  }

  model(): OnnxModel {
    const { neurons } = this.#graph;
    const layers = neurons.flatMap(({ state, activation }) => [state, activation]);
    const carried = [...layers, ENERGY, STEPS, ACTIVE, CONVERGED];
    this.#start();
    this.#loop(carried);
    const port = (name: string, tensor: Tensor) =>
      portOf(name, tensor, { sizes: this.#sizes, batch: this.#batch });
    const returned = this.#recall.returns.length === 0 ? neurons : this.#recall.returns;
    const outputs = [
      ...returned.flatMap(({ name, state, activation }) => [
        [`recall/${name}`, state] as const,
        [`activation/${name}`, activation] as const,
      ]),
      ["energy", ENERGY] as const,
      ["steps", STEPS] as const,
      ["converged", CONVERGED] as const,
    ];
    for (const [name, tensor] of outputs) {
      this.#outer.node("Identity", [nameAt("end", tensor)], {}, name);
    }
    const used = namesRead(this.#outer.nodes);
    const read = [...this.#arrays].filter(([, name]) => used.has(name));
    return {
      name: "recall",
      inputs: read.flatMap(([tensor, name]) =>
        this.#values.has(tensor) ? [] : [port(name, tensor)],
      ),
      outputs: outputs.map(([name, tensor]) => port(name, tensor)),
      constants: [
        ...this.#outer.constants,
        ...read.flatMap(([tensor, name]) => {
          const entries = this.#values.get(tensor);
          const sizes = this.#sizes;
          return entries === undefined ? [] : [initialiserOf(name, tensor, { entries, sizes })];
        }),
      ],
      nodes: this.#outer.nodes,
    };
  }

  /** The layers whose start is an input: no file can draw as a recall draws. */
  #givenStates(): Neuron[] {
    const { neurons } = this.#graph;
    const { starts } = this.#recall;
    const drawn = neurons.filter((neuron) =>
      starts.some((start) => start.neuron === neuron && start.from === "draw"),
    );
    const differs = drawn.length > 0 || givensOf(this.#graph, this.#recall).size > 0;
    if (differs) return drawn;
    return neurons.filter(
      (neuron) => !this.#pinned.has(neuron) && !starts.some((start) => start.neuron === neuron),
    );
  }

  #scope(body: OnnxBody, names: Moment, around?: OnnxScope): OnnxScope {
    const about = { body, sizes: this.#sizes, batch: this.#batch, names };
    return new OnnxScope(around === undefined ? about : { ...about, around });
  }

  /** The states before the first step, and what follows from them. */
  #start(): void {
    for (const neuron of this.#graph.neurons) {
      const { state, axes } = neuron;
      const start = this.#recall.starts.find((each) => each.neuron === neuron);
      const indices = indicesOf(axes);
      const zero = this.#arrays.has(state) ? get(state, indices) : lit(0);
      const from = start?.from === "value" ? start : { indices, value: zero };
      this.#before.output(from.value, from.indices, nameAt("start", state));
    }
    const names = new Map(this.#momentOf("start"));
    this.#activations(this.#scope(this.#outer, names, this.#before), "start", lit(0));
    const moment = new Map(this.#momentOf("start", true));
    const here = this.#scope(this.#outer, moment, this.#before);
    const now = (expr: Expr, tensor: Tensor) => here.output(expr, [], nameAt("start", tensor));
    now(this.#at(this.#energy(), lit(0)), ENERGY);
    const counts = new Map([[ENERGY, nameAt("start", ENERGY)]]);
    this.#scope(this.#outer, counts, this.#before).output(
      finite(get(ENERGY)),
      [],
      nameAt("start", ACTIVE),
    );
    for (const tensor of [STEPS, CONVERGED]) now(lit(0), tensor);
  }

  #loop(carried: readonly Tensor[]): void {
    this.#step();
    const port = (name: string, tensor: Tensor): OnnxPort =>
      portOf(name, tensor, { sizes: this.#sizes, batch: this.#batch });
    const body = {
      name: "one step",
      inputs: [
        { name: "loop/iteration", type: "int64" as const, shape: [] },
        { name: "loop/goes on", type: "bool" as const, shape: [] },
        ...carried.map((tensor) => port(nameAt("loop", tensor), tensor)),
      ],
      outputs: [
        { name: "loop/go on", type: "bool" as const, shape: [] },
        ...carried.map((tensor) => port(nameAt("loop/next", tensor), tensor)),
      ],
      nodes: this.#inner.nodes,
    };
    this.#anyActive(this.#outer, nameAt("start", ACTIVE), "start/go on");
    this.#outer.nodes.push({
      op: "Loop",
      inputs: [
        this.#outer.constant("int64", [this.#steps], []),
        "start/go on",
        ...carried.map((tensor) => nameAt("start", tensor)),
      ],
      outputs: carried.map((tensor) => nameAt("end", tensor)),
      attributes: { body },
    });
  }

  /** Whether one example still moves, as a truth value. */
  #anyActive(body: OnnxBody, active: string, output: string): void {
    const any =
      this.#batch.index === null
        ? active
        : body.node("ReduceMax", [active], { axes: [0], keepdims: 0 });
    body.node("Cast", [any], { to: 9 }, output);
  }

  /** The body of the loop. */
  #step(): void {
    const { neurons } = this.#graph;
    this.#inner.node("Cast", ["loop/iteration"], { to: 1 }, "loop/made");
    const counts = [ENERGY, STEPS, ACTIVE, CONVERGED].map(
      (tensor) => [tensor, nameAt("loop", tensor)] as const,
    );
    const here: Moment = new Map([
      ...this.#momentOf("loop", true),
      ...counts,
      [ITERATION, "loop/made"],
    ]);
    const moved = this.#recall.solver.name in STAGES ? this.#rungeKutta(here) : this.#sweep(here);
    // An example that stopped stays.
    for (const { state, axes } of neurons) {
      const own = moved.get(state)!;
      const indices = indicesOf(axes);
      const next = select(get(ACTIVE), get(own.tensor, indices), get(state, indices));
      own.scope.output(next, indices, nameAt("loop/next", state));
    }
    const after = new Map([...here, ...this.#momentOf("loop/next")]);
    const there = this.#scope(this.#inner, after, this.#before);
    this.#activations(there, "loop/next", this.#clock(1));
    const hats = new Map([
      ...after,
      ...neurons.map(({ activation }) => [activation, nameAt("loop/next", activation)] as const),
    ]);
    const end = this.#scope(this.#inner, hats, this.#before);
    end.output(this.#at(this.#energy(), this.#clock(1)), [], nameAt("loop", REACHED));
    const old = new Map(neurons.map(({ activation }) => [activation, fresh(activation)]));
    const both = new Map([
      ...hats,
      ...[...old].map(([activation, tensor]) => [tensor, nameAt("loop", activation)] as const),
    ]);
    const changes = neurons.map(({ activation, axes }) => {
      const indices = indicesOf(axes);
      const by = apply("abs", sub(get(activation, indices), get(old.get(activation)!, indices)));
      return indices.length === 0 ? by : reduce("max", indices, by);
    });
    const change = changes.reduce((a, b) => apply("max", a, b));
    this.#scope(this.#inner, both, this.#before).output(change, [], nameAt("loop", CHANGE));
    this.#judge(here);
  }

  /** Whether every example has stopped, and how. */
  #judge(here: Moment): void {
    const names = new Map([
      ...here,
      [REACHED, nameAt("loop", REACHED)] as const,
      [CHANGE, nameAt("loop", CHANGE)] as const,
    ]);
    const scope = this.#scope(this.#inner, names, this.#before);
    const steps = add(get(STEPS), get(ACTIVE));
    const quantities = new Map<Tensor, Expr>([
      [RECALL_QUANTITIES.change, get(CHANGE)],
      [RECALL_QUANTITIES.energy, get(REACHED)],
      [RECALL_QUANTITIES.step, steps],
      [RECALL_QUANTITIES.settled, apply("eq", get(CHANGE), lit(0))],
    ]);
    const { stop } = this.#recall;
    const stops =
      stop === null ? lit(0) : replaceGets(stop, ({ tensor }) => quantities.get(tensor) ?? null);
    const sound = apply("and", finite(get(REACHED)), finite(get(CHANGE)));
    const next = (tensor: Tensor, expr: Expr) =>
      scope.output(expr, [], nameAt("loop/next", tensor));
    next(STEPS, steps);
    next(ENERGY, select(get(ACTIVE), get(REACHED), get(ENERGY)));
    next(CONVERGED, select(get(ACTIVE), apply("and", sound, stops), get(CONVERGED)));
    next(ACTIVE, apply("and", apply("and", get(ACTIVE), sound), apply("not", stops)));
    this.#anyActive(this.#inner, nameAt("loop/next", ACTIVE), "loop/go on");
  }

  /** The states after one step, each where it can be read. */
  #rungeKutta(here: Moment): Map<Tensor, { tensor: Tensor; scope: OnnxScope }> {
    const { neurons } = this.#graph;
    const { at, weights } = STAGES[this.#recall.solver.name];
    const dt = evaluateScalar(this.#recall.solver.options.get("dt") ?? lit(0.1), {
      ...this.#sizes,
      tensors: this.#values,
    });
    const slopes = velocities(this.#graph);
    const stages: Map<Neuron, Tensor>[] = [];
    let names = here;
    for (const [k, part] of at.entries()) {
      const place = `loop/stage ${k + 1}`;
      let point = here;
      if (k > 0) {
        // Away from where the step begins, activations are those of the states there.
        const scope = this.#scope(this.#inner, names, this.#before);
        for (const neuron of neurons) {
          const indices = indicesOf(neuron.axes);
          const slope = get(stages[k - 1].get(neuron)!, indices);
          const moved = add(get(neuron.state, indices), mul(lit(part * dt), slope));
          scope.output(moved, indices, nameAt(place, neuron.state));
        }
        point = this.#elsewhere(here, place, this.#clock(part));
      }
      const scope = this.#scope(this.#inner, point, this.#before);
      const own = new Map(neurons.map((neuron) => [neuron, fresh(neuron.state)]));
      for (const [neuron, { indices, value }] of slopes) {
        const slope = this.#held(neuron, { indices, value }, lit(0));
        scope.output(this.#at(slope, this.#clock(part)), indices, `${place}/slope/${neuron.name}`);
      }
      names = new Map([
        ...names,
        ...[...own].map(([{ name }, tensor]) => [tensor, `${place}/slope/${name}`] as const),
      ]);
      stages.push(own);
    }
    const scope = this.#scope(this.#inner, names, this.#before);
    for (const { state, axes } of neurons) {
      const indices = indicesOf(axes);
      const own = neurons.find((neuron) => neuron.state === state)!;
      const total = weights.map((weight, k) =>
        mul(lit(dt * weight), get(stages[k].get(own)!, indices)),
      );
      scope.output(add(get(state, indices), ...total), indices, nameAt("loop/moved", state));
    }
    return this.#moved(here);
  }

  /** Puts one group of layers after the other to where it stands still given the rest. */
  #sweep(here: Moment): Map<Tensor, { tensor: Tensor; scope: OnnxScope }> {
    const rest = targets(this.#graph);
    const groups = groupsOf(this.#graph, this.#recall);
    let point = here;
    for (const [turn, group] of groups.entries()) {
      const last = turn === groups.length - 1;
      const place = last ? "loop/moved" : `loop/group ${turn + 1}`;
      const scope = this.#scope(this.#inner, point, this.#before);
      for (const [neuron, { indices, value }] of rest) {
        const state = get(neuron.state, indices);
        const target = group.includes(neuron)
          ? this.#held(neuron, { indices, value }, state)
          : state;
        scope.output(this.#at(target, this.#clock(0)), indices, nameAt(place, neuron.state));
      }
      if (!last) point = this.#elsewhere(here, place, this.#clock(0));
    }
    if (groups.length === 0) {
      const scope = this.#scope(this.#inner, here, this.#before);
      for (const { state, axes } of this.#graph.neurons) {
        const indices = indicesOf(axes);
        scope.output(get(state, indices), indices, nameAt("loop/moved", state));
      }
    }
    return this.#moved(here);
  }

  #moved(here: Moment): Map<Tensor, { tensor: Tensor; scope: OnnxScope }> {
    const moved = new Map(this.#graph.neurons.map(({ state }) => [state, fresh(state)]));
    const names = new Map([
      ...here,
      ...[...moved].map(([state, tensor]) => [tensor, nameAt("loop/moved", state)] as const),
    ]);
    const scope = this.#scope(this.#inner, names, this.#before);
    return new Map([...moved].map(([state, tensor]) => [state, { tensor, scope }]));
  }

  /** The moment of states at another place, with their activations. */
  #elsewhere(here: Moment, place: string, clock: Expr): Moment {
    const states = new Map([...here, ...this.#momentOf(place)]);
    this.#activations(this.#scope(this.#inner, states, this.#before), place, clock);
    return new Map([...states, ...this.#momentOf(place, true)]);
  }

  #momentOf(place: string, hats = false): [Tensor, string][] {
    return this.#graph.neurons.flatMap(({ state, activation }) =>
      (hats ? [state, activation] : [state]).map((tensor): [Tensor, string] => [
        tensor,
        nameAt(place, tensor),
      ]),
    );
  }

  #activations(scope: OnnxScope, place: string, clock: Expr): void {
    for (const neuron of this.#graph.neurons) {
      const { indices, value } = this.#pinned.get(neuron) ?? activationOf(neuron);
      scope.output(this.#at(value, clock), indices, nameAt(place, neuron.activation));
    }
  }

  #energy(): Expr {
    const neurons = this.#graph.neurons.map((neuron) =>
      this.#pinned.has(neuron) ? { ...neuron, leak: false } : neuron,
    );
    return energyOfStates({ ...this.#graph, neurons });
  }

  #held(neuron: Neuron, { indices, value: free }: Entrywise, at: Expr): Expr {
    const clamps = this.#recall.clamps.filter((clamp) => clamp.neuron === neuron);
    return heldBy(clamps, indices, { free, at });
  }

  /** `expr` with schedules followed at a time. */
  #at(expr: Expr, clock: Expr): Expr {
    return replaceParts(this.#scheduled(expr), (node) => (node.kind === "time" ? clock : null));
  }

  /** The time of a schedule some part of a step after the step began. */
  #clock(part: number): Expr {
    const unit = 1 / Math.max(1, this.#steps - 1);
    return apply("min", lit(1), mul(lit(unit), add(get(ITERATION), lit(part))));
  }
}

function nameAt(place: string, { kind, name }: Tensor): string {
  return kind === "activation" ? `${place}/hat/${name}` : `${place}/${name}`;
}

/** The layers that move together, group after group. */
function groupsOf(graph: EnergyGraph, recall: Recall): Neuron[][] {
  const free = freeNeurons(graph, recall);
  if (recall.solver.name === "cccp") return [free];
  const started = recall.starts.map(({ neuron }) => neuron);
  const found = twoColours(graph, free, started);
  invariant("colours" in found, "a model that fits has two colours");
  return [0, 1]
    .map((colour) => graph.neurons.filter((neuron) => found.colours.get(neuron) === colour))
    .filter((group) => group.length > 0);
}

function assertWrittenOut(
  graph: EnergyGraph,
  recall: Recall,
  values: ReadonlyMap<Tensor, ArrayLike<number>>,
): void {
  const jumps = graph.neurons.find(({ kind }) => kind === "binary");
  const { name, options } = recall.solver;
  const misfit = misfitOf(graph, recall, values);
  const newton = options.get("newton");
  const problem =
    jumps !== undefined
      ? `"${jumps.name}" is a binary layer`
      : !SOLVERS.includes(name)
        ? `its solver is "${name}", and only ${SOLVERS.join(", ")} have steps that can be written out`
        : misfit !== null
          ? misfit.reason((each) => `"${each}"`)
          : newton !== undefined && evaluateScalar(newton, { tensors: values }) > 0
            ? "Newton steps at its end need float64"
            : null;
  if (problem === null) return;
  throw new HamError(
    "graph/export-unsupported",
    `The recall "${recall.name}" cannot be exported to ONNX: ${problem}. Leave out --recall for one step, and write the loop around it.`,
  );
}
