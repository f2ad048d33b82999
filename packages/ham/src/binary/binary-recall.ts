// The recall of a model whose moving layers are binary.
//
// It runs on the CPU in float64, whatever the backend: a flip of one unit is a few hundred
// operations, far too few for a tensor. Only what is handed out becomes tensors.

import { atOnce, type Inputs, inTurns, makeTurn, type Work } from "@hamlet/core";
import {
  activationOf,
  type EnergyGraph,
  evaluateScalar,
  type Expr,
  HamError,
  lit,
  type Neuron,
  type NumberArray,
  layerEnergy,
  add,
  type Recall,
  RECALL_QUANTITIES,
  replaceGets,
  sizeOfDim,
  substituteIndices,
  type Tensor,
} from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import {
  assertTensorsAdmitted,
  assertTensorsAdmittedSync,
  unread,
} from "../hypergraph/assert-admitted.ts";
import { assertAlive, assertCount, assertGivens } from "../recall/assert-givens.ts";
import { type ClipSearch, findClips, makeClipSearch } from "../recall/clips.ts";
import type { RecallDescription } from "../recall/describe.ts";
import type { Evaluate } from "../recall/evaluate.ts";
import { evaluateOn } from "../recall/evaluate-on.ts";
import { type Fault, findFaults } from "../recall/fault.ts";
import { type Outcome, outcomeOfWalk, Rise } from "../recall/outcome.ts";
import type {
  CompiledRecall,
  RecallOptions,
  RecallResult,
  RecallSetup,
  RecallStep,
} from "../recall/recall.ts";
import { energyRecord, recordEvery, TrajectoryRecorder } from "../recall/record.ts";
import { settingOf } from "../recall/setting.ts";
import { countOf, type Example, ExampleMaker } from "./examples.ts";
import type { BinaryLayer } from "./flip-state.ts";
import type { Walk } from "./walk.ts";

/** Solvers that flip units instead of following a velocity. */
export const FLIP_SOLVERS: readonly string[] = ["async", "sync", "glauber"];

/** Points of an energy curve that is kept, one unit a step, when the recall does not say how many. */
const POINTS = 1000;

/** Compiles a recall whose solver is `async`, `sync` or `glauber`. */
export class BinaryRecall implements CompiledRecall {
  readonly steps: number;
  readonly #graph: EnergyGraph;
  readonly #recall: Recall;
  readonly #setup: RecallSetup;
  #disposed = false;
  readonly #layers: readonly BinaryLayer[];
  readonly #examples: ExampleMaker;
  /** How clips are found, once somebody has asked. */
  #clips?: { readonly search: ClipSearch | null };

  constructor(graph: EnergyGraph, recall: Recall, setup: RecallSetup) {
    this.#graph = graph;
    this.#recall = recall;
    this.#setup = setup;
    this.steps = settingOf(recall, setup, "steps");
    const wholly = new Set(
      recall.clamps.filter(({ where }) => where === null).map(({ neuron }) => neuron),
    );
    const moving = graph.neurons.filter((neuron) => !wholly.has(neuron));
    const smooth = moving.find(({ kind }) => kind === "smooth");
    if (smooth !== undefined) {
      throw new HamError(
        "ham/solver-neuron",
        `The recall "${recall.name}" moves units by "${recall.solver.name}", but "${smooth.name}" is continuous. Clamp it, or use a smooth solver such as euler.`,
      );
    }
    this.#layers = moving.map((neuron) => ({ neuron, ...valuesOf(neuron, setup) }));
    this.#examples = new ExampleMaker(graph, recall, setup, {
      layers: this.#layers,
      energy: this.#energy(wholly),
    });
  }

  *descend(options: RecallOptions = {}): Generator<RecallStep, void, tf.Tensor | undefined> {
    this.#assertReady(options);
    assertTensorsAdmittedSync(unread(this.#setup, options.givens));
    const givens = new Map(
      [...(options.givens ?? new Map<Tensor, tf.Tensor>())].map(([tensor, value]) => [
        tensor,
        { shape: value.shape, data: value.dataSync() },
      ]),
    );
    const numbers = new Map([...givens].map(([tensor, { data }]) => [tensor, data]));
    const examples = atOnce(this.#examples.make(givens, options));
    for (let step = 0; ;) {
      const energies = examples.map(({ walk }) => walk.state.energy());
      const changes = examples.map(({ walk }) => (step === 0 ? 0 : this.#change(walk)));
      const [energy, change] = tf.tidy(() => [tf.tensor1d(energies), tf.tensor1d(changes)]);
      let active: tf.Tensor | undefined;
      try {
        using layers = this.#tensors(examples);
        const { states, activations } = layers;
        const time = this.#time(step);
        const evaluate = this.#evaluator(examples, numbers, step);
        const now = { step, time, energy, change, states, activations, memory: {}, evaluate };
        active = yield now;
      } finally {
        tf.dispose([energy, change]);
      }
      if (step === this.steps) return;
      const mask = active?.dataSync();
      const next = Math.min(this.steps, step + (examples[0]?.walk.sweep ?? 1));
      examples.forEach((example, b) => {
        if (mask === undefined || mask[b] !== 0) atOnce(this.#advance(example, step, next));
      });
      step = next;
    }
  }

  describe(): RecallDescription {
    assertAlive(this.#recall, this.#disposed);
    return {
      engine: "float64",
      why: `"${this.#recall.solver.name}" flips units one by one, for which it keeps overlaps`,
      parts: [],
    };
  }

  async run(options: RecallOptions = {}): Promise<RecallResult> {
    this.#assertReady(options);
    await assertTensorsAdmitted(unread(this.#setup, options.givens));
    const givens = new Map<Tensor, NumberArray>();
    for (const [tensor, value] of options.givens ?? []) {
      givens.set(tensor, { shape: value.shape, data: await value.data() });
    }
    const turn = makeTurn(options.signal);
    const examples = await inTurns(this.#examples.make(givens, options), turn);
    const stopped = examples.map(() => false);
    const isActive = ({ walk }: Example, b: number) => !stopped[b] && !this.#ended(walk);
    const every = recordEvery(
      this.#recall,
      this.#recall.solver.name === "sync" ? 1 : Math.max(1, Math.ceil(this.steps / POINTS)),
    );
    const { among } = options;
    const all = among?.of ?? examples.length;
    const kept = energyRecord(every, all);
    const rises = examples.map(({ before }) => new Rise(before));
    const recorder = new TrajectoryRecorder(
      this.#graph,
      this.#recall,
      ({ state }) => countOf(state, this.#setup) * all,
    );
    let last = new Float64Array(examples.length);
    const record = async (step: number, isLast: boolean) => {
      recorder.keep(step, isLast, (neuron) => this.#layer(neuron, "xhat", examples));
      if (!isLast && step % every !== 0) return;
      last = await inTurns(energiesOf(examples), turn);
      rises.forEach((rise, b) => rise.next(last[b]));
      kept.add(step, isLast, () => last);
    };
    const sweep = examples[0]?.walk.sweep ?? 1;
    const pauses = [every, sweep, ...recorder.every];
    let step = 0;
    let goesOn = among !== undefined || examples.some(isActive);
    try {
      await record(0, false);
      while (step < this.steps && goesOn) {
        await turn();
        const next = Math.min(this.steps, ...pauses.map((pause) => nextMultiple(step, pause)));
        const moving = examples.map(isActive);
        await inTurns(this.#advanceAll(examples, { moving, step, next }), turn);
        if (next % sweep === 0) {
          moving.forEach((is, b) => is && (stopped[b] = this.#stops(examples[b].walk)));
        }
        const active = examples.filter(isActive).length;
        const most = active === 0 ? Math.max(...examples.map(({ walk }) => walk.steps)) : next;
        const ended = active === 0 || next === this.steps ? most : null;
        const end = among === undefined ? ended : await among.lastStep(next, ended);
        goesOn = end === null;
        step = end ?? next;
        await record(step, !goesOn);
        const energy = last.reduce((total, value) => total + value, 0) / last.length;
        options.onProgress?.({ done: step, of: this.steps, active, energy });
      }
      const fed = new Map([...givens].map(([tensor, { data }]) => [tensor, data]));
      const evaluate = this.#evaluator(examples, fed, step);
      this.#clips ??= { search: makeClipSearch(this.#graph, this.#recall, this.#setup) };
      const clips = await findClips(this.#clips.search, evaluate);
      const faults = await this.#faults(examples, { givens: fed, step });
      const outcomes: Outcome[] = [];
      for (const [b, { walk, before }] of examples.entries()) {
        await turn();
        outcomes.push(
          outcomeOfWalk(walk, {
            clips: clips?.[b] ?? [],
            fault: faults.get(b) ?? null,
            rise: rises[b].largest,
            before,
            after: walk.state.energy(),
            change: this.#change(walk),
            stopped: stopped[b],
          }),
        );
      }
      const flips = examples.flatMap(({ flips: path }) => path ?? []);
      const trajectories = recorder.finish();
      const paths = [...trajectories.values()].map(({ activations: path }) => path);
      const layers = ownedOr(paths, () => this.#tensors(examples));
      const dispose = () => {
        layers.dispose();
        tf.dispose(paths);
      };
      return {
        ...layers,
        batch: examples.length,
        engine: "float64",
        energies: kept.kept,
        energySteps: kept.steps,
        outcomes,
        trajectories,
        ...(flips.length > 0 && { flips }),
        dispose,
        [Symbol.dispose]: dispose,
      };
    } finally {
      recorder.dispose();
    }
  }

  dispose(): void {
    // Everything else lives in arrays.
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #assertReady(options: RecallOptions): void {
    assertAlive(this.#recall, this.#disposed);
    assertCount(this.#recall, options.batch);
    assertGivens(this.#recall, this.#setup, options);
  }

  /** The total energy with scheduled consts written out; layers that are pinned have no own part. */
  #energy(wholly: ReadonlySet<Neuron>): Expr {
    const pinned = new Set(
      this.#recall.clamps
        .filter(({ where, value }) => where === null && value !== null)
        .map(({ neuron }) => neuron),
    );
    const own = this.#graph.neurons
      .filter((neuron) => wholly.has(neuron) && neuron.leak && !pinned.has(neuron))
      .map(layerEnergy);
    const values = new Map(this.#recall.schedules.map(({ tensor, value }) => [tensor, value]));
    return replaceGets(
      add(...own, ...this.#graph.terms.map((term) => term.energy)),
      (node) => values.get(node.tensor) ?? null,
    );
  }

  #time(step: number): number {
    return Math.min(1, step / Math.max(1, this.steps - 1));
  }

  *#advanceAll(
    examples: readonly Example[],
    { moving, step, next }: { moving: readonly boolean[]; step: number; next: number },
  ): Work<void> {
    for (const [b, example] of examples.entries()) {
      if (!moving[b]) continue;
      yield* this.#advance(example, step, next);
      yield;
    }
  }

  /** Moves from `step` to `next`; under a schedule the energy changes with every step. */
  *#advance({ walk, clock }: Example, step: number, next: number): Work<void> {
    if (this.#recall.schedules.length === 0) {
      yield* walk.advance(next - step);
      return;
    }
    for (let now = step; now < next; now++) {
      clock.time = this.#time(now);
      walk.state.setTime(clock.time);
      walk.unsettle();
      yield* walk.advance(1);
      yield;
    }
  }

  #ended(walk: Walk): boolean {
    return this.#recall.schedules.length === 0 && (walk.settled || walk.period !== null);
  }

  /** How far an activation moved in the last sweep. */
  #change(walk: Walk): number {
    const jumps = this.#layers.map(({ low, high }) => high - low);
    return walk.moved && !walk.settled ? Math.max(0, ...jumps) : 0;
  }

  #stops(walk: Walk): boolean {
    const { stop } = this.#recall;
    if (stop === null) return false;
    const tensors = new Map<Tensor, ArrayLike<number>>([
      ...this.#setup.numbers,
      [RECALL_QUANTITIES.change, [this.#change(walk)]],
      [RECALL_QUANTITIES.energy, [walk.state.energy()]],
      [RECALL_QUANTITIES.step, [walk.steps]],
      [RECALL_QUANTITIES.settled, [Number(walk.settled)]],
    ]);
    return evaluateScalar(stop, { sizes: this.#setup.sizes, tensors }) !== 0;
  }

  /** States and activations of all examples, owned by the caller. */
  #tensors(examples: readonly Example[]) {
    const { neurons } = this.#graph;
    const pick = (name: "x" | "xhat") =>
      neurons.map((neuron) => this.#layer(neuron, name, examples));
    const all = tf.tidy(() => [...pick("x"), ...pick("xhat")]);
    const own = (from: number) => new Map(neurons.map((neuron, i) => [neuron, all[from + i]]));
    const [states, activations] = [own(0), own(neurons.length)];
    const dispose = () => tf.dispose(all);
    return { states, activations, dispose, [Symbol.dispose]: dispose };
  }

  /** One layer of all examples, `[B, …axes]`. */
  #layer(neuron: Neuron, name: "x" | "xhat", examples: readonly Example[]): tf.Tensor {
    const shape = neuron.axes.map((dim) => sizeOfDim(dim, this.#setup));
    const all = this.#entries(neuron, name, examples);
    return tf.tensor(all, [examples.length, ...shape], "float32");
  }

  #entries(neuron: Neuron, name: "x" | "xhat", examples: readonly Example[]): Float32Array {
    const i = this.#layers.findIndex((moving) => moving.neuron === neuron);
    const count = countOf(neuron.state, this.#setup);
    const all = new Float32Array(examples.length * count);
    examples.forEach(({ walk, held }, b) =>
      all.set(held.get(neuron)?.[name] ?? walk.state.values[i], b * count),
    );
    return all;
  }

  /** Evaluates formulas over activations at the states of now. */
  #evaluator(
    examples: readonly Example[],
    givens: Inputs<ArrayLike<number>>,
    step: number,
  ): Evaluate {
    const { sizes, numbers: values } = this.#setup;
    const states = new Map(
      this.#graph.neurons.flatMap((neuron) => [
        [neuron.state, this.#entries(neuron, "x", examples)],
        [neuron.activation, this.#entries(neuron, "xhat", examples)],
      ]),
    );
    const now = { sizes, values, givens, states, batch: examples.length, time: this.#time(step) };
    const schedules = new Map(this.#recall.schedules.map(({ tensor, value }) => [tensor, value]));
    const evaluate = evaluateOn("float64", now);
    return (outputs) =>
      evaluate(
        outputs.map((output) => ({
          ...output,
          value: replaceGets(output.value, ({ tensor }) => schedules.get(tensor) ?? null),
        })),
      );
  }

  /** Why energies are not finite, by the position of the example. */
  async #faults(
    examples: readonly Example[],
    { givens, step }: { readonly givens: Inputs<ArrayLike<number>>; readonly step: number },
  ): Promise<Map<number, Fault>> {
    const broken = examples.flatMap(({ walk, before }, b) =>
      Number.isFinite(before) && Number.isFinite(walk.state.energy()) ? [] : [b],
    );
    if (broken.length === 0) return new Map();
    const evaluate = this.#evaluator(examples, givens, step);
    const courses = examples.map(({ walk, before }) => ({
      step: walk.steps,
      energyBefore: before,
      lastEnergy: before,
      rose: false,
    }));
    const parts: EnergyGraph = { ...this.#graph, neurons: [] };
    const faults = await findFaults(parts, courses, { ...this.#setup, evaluate, slopes: false });
    return new Map(broken.map((b) => [b, faults[b]]));
  }
}

/** The two values of a binary activation: what its Lagrangian's slope is on either side of 0. */
export function valuesOf(
  neuron: Neuron,
  { sizes, numbers }: RecallSetup,
): { low: number; high: number } {
  const { indices, value } = activationOf(neuron);
  const at = (x: number) => {
    const unit = substituteIndices(value, new Map(indices.map((index) => [index, 0])));
    const expr = replaceGets(unit, (node) => (node.tensor === neuron.state ? lit(x) : null));
    return evaluateScalar(expr, { sizes, tensors: numbers });
  };
  return { low: at(-1), high: at(1) };
}

function* energiesOf(examples: readonly Example[]): Work<Float64Array<ArrayBuffer>> {
  const energies = new Float64Array(examples.length);
  for (const [b, { walk }] of examples.entries()) {
    energies[b] = walk.state.energy();
    yield;
  }
  return energies;
}

/** What `make` makes; frees what is `owned` when it fails. */
function ownedOr<T>(owned: readonly tf.Tensor[], make: () => T): T {
  try {
    return make();
  } catch (error) {
    tf.dispose([...owned]);
    throw error;
  }
}

function nextMultiple(step: number, every: number): number {
  return (Math.floor(step / every) + 1) * every;
}
