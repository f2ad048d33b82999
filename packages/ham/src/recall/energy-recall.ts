// A recall by steps of a solver: descends, watches the energy, and tells how it ended.
//
// One step is one `tidy`; between steps only the states, the activations and two numbers an
// example are alive, so memory does not grow with the number of steps.

import {
  foldIn,
  type Inputs,
  type Key,
  key,
  makeTurn,
  normal,
  type Program,
  type Turn,
} from "@hamlet/core";
import {
  type EnergyGraph,
  HamError,
  type Neuron,
  type Recall,
  sizeOfDim,
  type Tensor,
} from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { FLIP_SOLVERS } from "../binary/binary-recall.ts";
import {
  assertTensorsAdmitted,
  assertTensorsAdmittedSync,
  unread,
} from "../hypergraph/assert-admitted.ts";
import { polishEnd } from "../fixed-points/polish-end.ts";
import { SOLVERS } from "../solvers/catalogue.ts";
import { along, CONTROL, largestChange } from "../solvers/descent.ts";
import type { Groups, Layers, Memory, Point, Solver, SolverSettings } from "../solvers/solver.ts";
import { assertAlive, assertCount, assertGivens } from "./assert-givens.ts";
import { type Clip, findClips } from "./clips.ts";
import {
  activationName,
  dynamicsOf,
  ENERGY,
  leafOf,
  makeDynamics,
  makeStarts,
  mobilityName,
  targetName,
  velocityName,
} from "./dynamics.ts";
import { type Evaluate, evaluateOnBackend } from "./evaluate.ts";
import { Failures } from "./failures.ts";
import { type Fault, findFaults } from "./fault.ts";
import { follow, type Reading } from "./follow.ts";
import { type Descent, OutcomeTracker } from "./outcome.ts";
import type {
  CompiledRecall,
  RecallOptions,
  RecallResult,
  RecallSetup,
  RecallStep,
} from "./recall.ts";
import { energyRecord, recordEvery, TrajectoryRecorder } from "./record.ts";
import { settingOf, settingsOf } from "./setting.ts";
import { startStates } from "./start.ts";
import { stopsAt } from "./stop.ts";

/** Everything that follows from the states of one moment. `all` holds the tensors to dispose. */
interface Moment extends Point {
  /** How freely each unit moves, for solvers with noise. */
  readonly mobility: Layers;
  readonly all: tf.Tensor[];
}

/** A recall by a solver that follows the slope of the energy. */
export class EnergyRecall implements CompiledRecall {
  readonly steps: number;
  readonly #graph: EnergyGraph;
  readonly #recall: Recall;
  readonly #setup: RecallSetup;
  #disposed = false;
  readonly #solver: Solver;
  readonly #settings: SolverSettings;
  readonly #groups: Groups;
  readonly #dynamics: Program;
  readonly #starts: Program;

  constructor(graph: EnergyGraph, recall: Recall, setup: RecallSetup) {
    this.#graph = graph;
    this.#recall = recall;
    this.#setup = setup;
    const solver = SOLVERS.get(recall.solver.name);
    if (solver === undefined) {
      throw new HamError(
        "ham/unknown-solver",
        `The recall "${recall.name}" asks for the solver "${recall.solver.name}". Solvers: ${[...SOLVERS.keys(), ...FLIP_SOLVERS].join(", ")}.`,
      );
    }
    this.#solver = solver;
    this.#settings = settingsOf(recall, setup, solver.options);
    this.steps = settingOf(recall, setup, "steps");
    this.#groups = solver.groups?.(graph, recall, setup.numbers) ?? [];
    this.#dynamics = makeDynamics(graph, recall, { sizes: setup.sizes, ...solver });
    this.#starts = makeStarts(recall, setup.sizes);
    try {
      for (const program of [this.#dynamics, this.#starts]) {
        program.bind("load", setup.values);
        program.bind("param", setup.values);
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  descend(options: RecallOptions = {}): Generator<RecallStep, void, tf.Tensor | undefined> {
    this.#assertReady(options);
    assertTensorsAdmittedSync(unread(this.#setup, options.givens));
    return this.#descend(options);
  }

  *#descend(options: RecallOptions): Generator<RecallStep, void, tf.Tensor | undefined> {
    const givens = options.givens ?? new Map();
    const batch = batchOf(options);
    const programs = [this.#dynamics, this.#starts];
    const { neurons } = this.#graph;
    const timeStep = 1 / Math.max(1, this.steps - 1);
    const named = (layers: Layers) => new Map(neurons.map((neuron, i) => [neuron, layers[i]]));

    let states: tf.Tensor[] = [];
    let moment: Moment | null = null;
    let memory: Memory = {};
    let change: tf.Tensor | null = null;
    try {
      for (const program of programs) program.bind("example", givens);
      const seed = options.key ?? key(0);
      change = tf.zeros([batch]);
      states = tf.tidy(() =>
        startStates(this.#graph, this.#recall, this.#setup, {
          computed: this.#starts.step(new Map(), { batch }),
          batch,
          key: seed,
        }),
      );
      moment = this.#evaluate(states, 0, batch);
      memory = this.#remember(moment);
      for (let step = 0; ; step++) {
        const time = Math.min(1, step * timeStep);
        const active = yield {
          step,
          time,
          energy: moment.energy,
          change,
          states: named(states),
          activations: named(moment.activations),
          memory,
        };
        if (step === this.steps) return;
        const stream = foldIn(foldIn(seed, neurons.length), step);
        const now = { time, timeStep, batch, active, stream, memory };
        const next = this.#advance(moment, now);
        tf.dispose([states, Object.values(memory)]);
        ({ states, memory } = next);
        const before: Moment = moment;
        moment = null;
        try {
          moment = this.#evaluate(states, Math.min(1, (step + 1) * timeStep), batch);
          tf.dispose(change);
          change = null;
          change = changeOf(before, moment, next.refused);
        } finally {
          tf.dispose([before.all, next.refused ?? []]);
        }
      }
    } finally {
      tf.dispose([states, moment?.all ?? [], Object.values(memory), change ?? []]);
      for (const program of programs) program.release("example");
    }
  }

  async run(options: RecallOptions = {}): Promise<RecallResult> {
    this.#assertReady(options);
    await assertTensorsAdmitted(unread(this.#setup, options.givens));
    const every = recordEvery(this.#recall, 1);
    const batch = batchOf(options);
    const record = energyRecord(every, batch);
    const recorder = new TrajectoryRecorder(this.#graph, this.#recall, ({ axes }) =>
      axes.reduce((total, dim) => total * sizeOfDim(dim, this.#setup), batch),
    );
    const failures = new Failures();
    let mask: tf.Tensor | undefined;
    const turn = makeTurn(options.signal);
    const iterator = this.#descend(options);
    try {
      let now = iterator.next().value!;
      const noisy = this.#settings.temperature > 0;
      const trackers = await follow(
        {
          read: () => numbers(now.energy, now.change),
          advance: (moving) => {
            mask?.dispose();
            mask = moving.every(Boolean) ? undefined : tf.tensor1d(moving.map(Number));
            now = iterator.next(mask).value!;
          },
        },
        {
          steps: this.steps,
          stop: (reached) => stopsAt(this.#recall, this.#setup, reached),
          claimsDescent: this.#recall.schedules.length === 0 && !noisy,
          noisy,
          follows: this.#solver.follows === true,
          turn,
          onProgress: options.onProgress,
          onStep: async ({ step, last, energy, trackers: those }) => {
            await failures.look(those, [...now.states.values()]);
            record.add(step, last, () => new Float64Array(energy));
            if (!last)
              recorder.keep(step, last, (neuron) => tf.clone(now.activations.get(neuron)!));
          },
        },
      );
      const end = await this.#polished(now, record.kept, trackers, options, turn);
      try {
        recorder.keep(now.step, true, (neuron) => tf.clone(end.activations.get(neuron)!));
        const paths = {
          energies: record.kept,
          energySteps: record.steps,
          trajectories: recorder.finish(),
        };
        const clips = await this.#clips(end, options);
        const faults = await this.#faults(failures, trackers, options);
        return await makeResult(end, paths, { trackers, clips, faults });
      } finally {
        end.dispose();
      }
    } finally {
      iterator.return();
      mask?.dispose();
      recorder.dispose();
      failures.dispose();
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#dynamics.dispose();
    this.#starts.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #assertReady({ givens, batch }: RecallOptions): void {
    assertAlive(this.#recall, this.#disposed);
    assertCount(this.#recall, batch);
    assertGivens(this.#recall, this.#setup, givens);
  }

  /** The last moment, polished where the solver was told to; `dispose` frees what is new. */
  async #polished(
    now: RecallStep,
    energies: Float64Array[],
    trackers: readonly OutcomeTracker[],
    { givens = new Map() }: RecallOptions,
    turn: Turn,
  ): Promise<RecallStep & { dispose(): void }> {
    const steps = this.#settings.newton;
    if (steps === 0) return { ...now, dispose: () => undefined };
    const states = await polishEnd(this.#graph, this.#recall, this.#setup, now, {
      givens,
      steps,
      turn,
    });
    const { neurons } = this.#graph;
    const layers = neurons.map((neuron) => states.get(neuron)!);
    let moment: Moment | null = null;
    let energy: Float64Array;
    try {
      moment = this.#evaluate(layers, now.time, trackers.length);
      energy = new Float64Array(await moment.energy.data());
    } catch (error) {
      tf.dispose([layers, moment?.all ?? []]);
      throw error;
    }
    const { all } = moment;
    energies[energies.length - 1] = energy;
    trackers.forEach((tracker, b) => tracker.polished(energy[b]));
    const ends = moment.activations;
    const activations = new Map(neurons.map((neuron, i) => [neuron, ends[i]]));
    return { ...now, states, activations, dispose: () => tf.dispose([layers, all]) };
  }

  /** The parts of energies that hold at a moment, example by example. */
  async #clips(
    { states, time }: RecallStep,
    { givens = new Map() }: RecallOptions,
  ): Promise<Clip[][] | null> {
    const evaluate = this.#evaluator([...states.values()], givens, time);
    return findClips(this.#graph, this.#recall, { ...this.#setup, evaluate });
  }

  /** Why examples met a number that is not finite, by the position of the example. */
  async #faults(
    failures: Failures,
    trackers: readonly OutcomeTracker[],
    { givens = new Map() }: RecallOptions,
  ): Promise<Map<number, Fault>> {
    const found = new Map<number, Fault>();
    for (const [time, examples] of failures.byTime(this.#recall.schedules.length > 0)) {
      const courses = examples.map((b) => trackers[b].course);
      const owned: tf.Tensor[] = [];
      try {
        const states = failures.states(examples);
        owned.push(...states);
        const rows = tf.tensor1d([...examples, ...examples], "int32");
        owned.push(rows);
        const fed = new Map<Tensor, tf.Tensor>();
        for (const [tensor, value] of givens) {
          const own = tf.gather(value, rows);
          owned.push(own);
          fed.set(tensor, own);
        }
        const clock = Math.min(1, time / Math.max(1, this.steps - 1));
        const evaluate = this.#evaluator(states, fed, clock);
        const faults = await findFaults(this.#graph, courses, { ...this.#setup, evaluate });
        examples.forEach((b, k) => found.set(b, faults[k]));
      } finally {
        tf.dispose(owned);
      }
    }
    return found;
  }

  /** Evaluates formulas over activations at given states, in the precision of the steps. */
  #evaluator(states: Layers, givens: Inputs, time: number): Evaluate {
    const { values, sizes } = this.#setup;
    const inputs = new Map(this.#graph.neurons.map(({ state }, i) => [state, states[i]]));
    const moment = { values, givens, states: inputs, batch: states[0].shape[0], time };
    const { written } = dynamicsOf(this.#graph, this.#recall);
    const evaluate = evaluateOnBackend(moment, { sizes, leaf: leafOf });
    return (outputs) =>
      evaluate(outputs.map((output) => ({ ...output, value: written(output.value) })));
  }

  #evaluate(states: Layers, time: number, batch: number): Moment {
    const inputs = new Map(this.#graph.neurons.map((neuron, i) => [neuron.state, states[i]]));
    const outputs = this.#dynamics.step(inputs, { batch, time });
    const pick = (name: (neuron: Neuron) => string) =>
      this.#graph.neurons.map((neuron) => outputs.get(name(neuron))!);
    return {
      states,
      velocity: pick(velocityName),
      target: this.#solver.targets === true ? pick(targetName) : [],
      mobility: this.#solver.noisy === true ? pick(mobilityName) : [],
      activations: pick(activationName),
      energy: outputs.get(ENERGY)!,
      all: [...outputs.values()],
    };
  }

  #remember(moment: Moment): Memory {
    return tf.tidy(() => ({ ...this.#solver.remember?.(moment, this.#settings) }));
  }

  /** What one step makes of a moment; its tensors are fresh. */
  #advance(
    moment: Moment,
    now: {
      time: number;
      timeStep: number;
      batch: number;
      active: tf.Tensor | undefined;
      stream: Key;
      memory: Memory;
    },
  ): { states: tf.Tensor[]; memory: Memory; refused?: tf.Tensor } {
    const { batch, active, stream, memory } = now;
    return tf.tidy(() => {
      const next = this.#solver.advance(
        {
          ...moment,
          ...now,
          at: (elsewhere, t) => this.#evaluate(elsewhere, Math.min(1, t), batch),
          noise: this.#noise(moment, stream),
          groups: this.#groups,
          scheduled: this.#recall.schedules.length > 0,
        },
        this.#settings,
      );
      const kept = (fresh: tf.Tensor, before: tf.Tensor) =>
        active === undefined
          ? tf.clone(fresh)
          : tf.where(along(active, fresh, "bool"), fresh, before);
      const remembered = Object.entries(next.memory ?? {});
      return {
        states: next.states.map((layer, i) => kept(layer, moment.states[i])),
        memory: Object.fromEntries(
          remembered.map(([name, value]) => [name, kept(value, memory[name])]),
        ),
        ...(next.refused === undefined ? {} : { refused: tf.clone(next.refused) }),
      };
    });
  }

  #noise({ mobility, states }: Moment, stream: Key): Layers | null {
    if (this.#solver.noisy !== true) return null;
    return mobility.map((layer, i) => {
      const drawn = normal(foldIn(stream, i), states[i].shape);
      return tf.mul(tf.tensor(drawn, states[i].shape, "float32"), layer);
    });
  }
}

/** The largest change of an activation, or what it would have been where the step was refused. */
function changeOf(before: Moment, after: Moment, refused: tf.Tensor | undefined): tf.Tensor {
  return tf.tidy(() => {
    const moved = largestChange(before.activations, after.activations);
    return refused === undefined ? moved : tf.maximum(moved, refused);
  });
}

/** The number of examples. */
function batchOf({ givens = new Map(), batch = 1 }: RecallOptions): number {
  return [...givens.values()][0]?.shape[0] ?? batch;
}

/** Both numbers of every example with one read. */
async function numbers(energy: tf.Tensor, change: tf.Tensor): Promise<Reading> {
  const both = tf.stack([energy, change]);
  try {
    const data = (await both.data()) as Float32Array;
    const count = energy.shape[0];
    return { energy: data.slice(0, count), change: data.slice(count) };
  } finally {
    both.dispose();
  }
}

async function makeResult(
  { states, activations, memory }: RecallStep,
  record: Pick<RecallResult, "energies" | "energySteps" | "trajectories">,
  about: {
    readonly trackers: readonly OutcomeTracker[];
    readonly clips: readonly Clip[][] | null;
    readonly faults: ReadonlyMap<number, Fault>;
  },
): Promise<RecallResult> {
  const { trackers, clips, faults } = about;
  const all = [...record.trajectories.values()].map(({ activations: path }) => path);
  const dispose = () => tf.dispose(all);
  let descents: Descent[] | null;
  try {
    descents = await readDescents(memory);
    const layers = [...states.values(), ...activations.values()];
    all.unshift(...tf.tidy(() => layers.map((layer) => tf.clone(layer))));
  } catch (error) {
    dispose();
    throw error;
  }
  const neurons = [...states.keys()];
  const own = (from: number) => new Map(neurons.map((neuron, i) => [neuron, all[from + i]]));
  return {
    states: own(0),
    activations: own(neurons.length),
    batch: trackers.length,
    ...record,
    outcomes: trackers.map((tracker, b) =>
      tracker.outcome({
        descent: descents?.[b] ?? null,
        clips: clips?.[b] ?? [],
        fault: faults.get(b) ?? null,
      }),
    ),
    dispose,
    [Symbol.dispose]: dispose,
  };
}

/** The proof of descent of every example; null for a solver that refuses nothing. */
async function readDescents(memory: Memory): Promise<Descent[] | null> {
  if (!CONTROL.every((name) => name in memory)) return null;
  // What is stacked of no examples is read as no columns.
  if (memory[CONTROL[0]].size === 0) return [];
  const numbers = tf.stack(CONTROL.map((name) => memory[name]));
  const columns = await numbers.array().finally(() => numbers.dispose());
  const [accepted, rejected, largestRise, smallestStep] = columns as number[][];
  return accepted.map((taken, b) => ({
    accepted: taken,
    rejected: rejected[b],
    largestRise: largestRise[b],
    smallestStep: Number.isFinite(smallestStep[b]) ? smallestStep[b] : null,
  }));
}
