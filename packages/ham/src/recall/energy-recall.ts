// A recall by steps of a solver: descends, watches the energy, and tells how it ended.
//
// Between steps only two points are alive, the one of now and the one before, so memory does not
// grow with the number of steps.

import { type Inputs, key, makeTurn, type Turn } from "@hamlet/core";
import {
  drivenBy,
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
import { CONTROL } from "../solvers/descent.ts";
import { assertAlive, assertCount, assertGivens } from "./assert-givens.ts";
import { type ClipSearch, findClips, makeClipSearch } from "./clips.ts";
import type { RecallDescription } from "./describe.ts";
import { dynamicsOf } from "./dynamics.ts";
import { type RecallEngine, recallEngineFor, withEngine } from "./engine.ts";
import { evaluateOn } from "./evaluate-on.ts";
import { Failures } from "./failures.ts";
import { type Fault, findFaults } from "./fault.ts";
import { follow } from "./follow.ts";
import { makeMotion, type Motion } from "./motion.ts";
import type { MotionParts, Moving } from "./moving.ts";
import { whyNotOnCard } from "./on-card.ts";
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
import { makeStop } from "./stop.ts";

/** A recall by a solver that follows the slope of the energy. */
export class EnergyRecall implements CompiledRecall {
  readonly steps: number;
  readonly #graph: EnergyGraph;
  readonly #recall: Recall;
  readonly #setup: RecallSetup;
  readonly #parts: MotionParts;
  #disposed = false;
  /** Why it runs on tensors where another engine was to be expected. */
  #against: string | null = null;
  #motion: Motion;
  /** How clips are found, once somebody has asked. */
  #clips?: { readonly search: ClipSearch | null };
  /** Runs that are under way. */
  #running = 0;

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
    const settings = settingsOf(recall, setup, solver.options);
    this.steps = settingOf(recall, setup, "steps");
    const groups = solver.groups?.(graph, recall, setup.numbers) ?? [];
    this.#parts = { graph, recall, setup, solver, settings, groups, steps: this.steps };
    this.#motion = this.#compiled();
  }

  descend(options: RecallOptions = {}): Generator<RecallStep, void, tf.Tensor | undefined> {
    this.#assertReady(options);
    assertTensorsAdmittedSync(unread(this.#setup, options.givens));
    return this.#descend(options);
  }

  *#descend(options: RecallOptions): Generator<RecallStep, void, tf.Tensor | undefined> {
    using lease = this.#begin(options, options.numbers ?? new Map(), false);
    const { moving } = lease;
    const count = this.#graph.neurons.length;
    for (;;) {
      const { step, time } = moving;
      const now = tf.tidy(() => ({
        ...moving.reading(),
        memory: moving.memory(),
        layers: [...moving.tensors("states"), ...moving.tensors("activations")],
      }));
      const { energy, change, memory, layers } = now;
      const [states, activations] = [this.#named(layers), this.#named(layers.slice(count))];
      let active: tf.Tensor | undefined;
      try {
        const { evaluate } = moving;
        active = yield { step, time, energy, change, states, activations, memory, evaluate };
      } finally {
        tf.dispose(now);
      }
      if (step === this.steps) return;
      assertAlive(this.#recall, this.#disposed);
      moving.advance(active === undefined ? undefined : Array.from(active.dataSync(), Boolean));
    }
  }

  async run(options: RecallOptions = {}): Promise<RecallResult> {
    this.#assertReady(options);
    await assertTensorsAdmitted(unread(this.#setup, options.givens));
    // For an engine that takes no tensors.
    const isRead = this.#motion.engine !== "tensors";
    const numbers = await numbersOf(isRead ? options.givens : undefined, options.numbers);
    const every = recordEvery(this.#recall, 1);
    const batch = batchOf(options);
    const { among } = options;
    const all = among?.of ?? batch;
    const record = energyRecord(every, all);
    const recorder = new TrajectoryRecorder(this.#graph, this.#recall, ({ axes }) =>
      axes.reduce((total, dim) => total * sizeOfDim(dim, this.#setup), all),
    );
    const failures = new Failures();
    const turn = makeTurn(options.signal);
    assertAlive(this.#recall, this.#disposed);
    using lease = this.#begin(options, numbers, recorder.every.length === 0);
    const { moving } = lease;
    try {
      const noisy = this.#parts.settings.temperature > 0;
      const trackers = await follow(
        {
          read: () => moving.read(),
          advance: (active) => {
            assertAlive(this.#recall, this.#disposed);
            moving.advance(active);
          },
        },
        {
          steps: this.steps,
          stop: makeStop(this.#recall, this.#setup),
          claimsDescent: this.#claimsDescent && !noisy,
          noisy,
          follows: this.#parts.solver.follows === true,
          rounding: moving.rounding,
          turn,
          among,
          onProgress: options.onProgress,
          onStep: ({ step, last, energy, trackers: those }) => {
            record.add(step, last, () => new Float64Array(energy));
            if (!last) recorder.keep(step, last, (neuron) => moving.activation(neuron));
            return failures.look(those, (when) => moving.states(when));
          },
        },
      );
      await this.#polish(moving, record.kept, trackers, options, turn);
      recorder.keep(moving.step, true, (neuron) => moving.activation(neuron));
      const paths = {
        energies: record.kept,
        energySteps: record.steps,
        trajectories: recorder.finish(),
      };
      return await this.#result(moving, paths, { failures, trackers, options });
    } finally {
      recorder.dispose();
    }
  }

  describe(batch = 1): RecallDescription {
    assertAlive(this.#recall, this.#disposed);
    assertCount(this.#recall, batch);
    const { name, why } = recallEngineFor(this.#setup.engine);
    const { engine } = this.#motion;
    return {
      engine,
      why: engine === name ? why : this.#against!,
      parts: this.#motion.describe(batch),
    };
  }

  dispose(): void {
    this.#disposed = true;
    // What is under way still reads it, and throws when it goes on.
    if (this.#running === 0) this.#motion.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Starts a run, on its own programs where another is under way. */
  #begin(
    options: RecallOptions,
    numbers: ReadonlyMap<Tensor, ArrayLike<number>>,
    ahead: boolean,
  ): { readonly moving: Moving; [Symbol.dispose](): void } {
    const { givens = new Map(), key: seed = key(0), among } = options;
    const from = { givens, numbers, batch: batchOf(options), key: seed, ahead, among };
    const isOwn = this.#running > 0;
    let motion = isOwn ? this.#compiled() : this.#motion;
    let moving: Moving | undefined;
    try {
      moving = motion.begin(from);
    } catch (error) {
      this.#leave(motion.engine, error);
      motion.dispose();
      motion = this.#onTensors();
      if (!isOwn) this.#motion = motion;
      moving = motion.begin(from);
    } finally {
      if (isOwn && moving === undefined) motion.dispose();
    }
    this.#running++;
    return {
      moving,
      [Symbol.dispose]: () => {
        moving.dispose();
        this.#running--;
        if (isOwn) motion.dispose();
        if (this.#disposed && this.#running === 0) this.#motion.dispose();
      },
    };
  }

  #compiled(): Motion {
    const { name } = recallEngineFor(this.#setup.engine);
    let motion: Motion;
    try {
      motion = withEngine(name, (engine) => makeMotion(this.#parts, engine));
      if (name !== "webgpu" || this.#setup.engine !== undefined) return motion;
      this.#against = whyNotOnCard(motion.describe(1));
      if (this.#against === null) return motion;
    } catch (error) {
      this.#leave(name, error);
      return this.#onTensors();
    }
    motion.dispose();
    return this.#onTensors();
  }

  /** Leaves an engine that nobody asked for, where tensors may take what it does not; else throws. */
  #leave(engine: RecallEngine, error: unknown): void {
    const isChosen = this.#setup.engine === undefined && engine !== "tensors";
    if (!isChosen || !HamError.isInstance(error)) throw error;
    const against = LEFT_FOR[error.code];
    if (against === undefined) throw error;
    this.#against = against(engine);
  }

  #onTensors(): Motion {
    return withEngine("tensors", (engine) => makeMotion(this.#parts, engine));
  }

  /** Whether a rise of the energy is a mistake: neither it changes, nor anything leads uphill. */
  get #claimsDescent(): boolean {
    const { schedules } = this.#recall;
    return schedules.length === 0 && drivenBy(this.#graph, this.#recall).length === 0;
  }

  #assertReady(options: RecallOptions): void {
    assertAlive(this.#recall, this.#disposed);
    assertCount(this.#recall, options.batch);
    assertGivens(this.#recall, this.#setup, options);
  }

  /** Polishes the end where the solver was told to. */
  async #polish(
    moving: Moving,
    energies: Float64Array[],
    trackers: readonly OutcomeTracker[],
    { givens = new Map() }: RecallOptions,
    turn: Turn,
  ): Promise<void> {
    const steps = this.#parts.settings.newton;
    if (steps === 0) return;
    const end = { states: await moving.states("now"), time: moving.time, batch: trackers.length };
    const how = { givens, steps, turn };
    moving.goTo(await polishEnd(this.#graph, this.#recall, this.#setup, end, how));
    const energy = new Float64Array((await moving.read()).energy);
    energies[energies.length - 1] = energy;
    trackers.forEach((tracker, b) => tracker.polished(energy[b]));
  }

  async #result(
    moving: Moving,
    record: Pick<RecallResult, "energies" | "energySteps" | "trajectories">,
    about: {
      readonly failures: Failures;
      readonly trackers: readonly OutcomeTracker[];
      readonly options: RecallOptions;
    },
  ): Promise<RecallResult> {
    const { trackers, failures, options } = about;
    const all = [...record.trajectories.values()].map(({ activations: path }) => path);
    const dispose = () => tf.dispose(all);
    try {
      const descents = await readDescents(moving, trackers.length);
      const layers = tf.tidy(() => [...moving.tensors("states"), ...moving.tensors("activations")]);
      all.push(...layers);
      this.#clips ??= { search: makeClipSearch(this.#graph, this.#recall, this.#setup) };
      const clips = await findClips(this.#clips.search, (outputs) => moving.evaluate(outputs));
      const faults = await this.#faults(moving.engine, failures, trackers, options);
      return {
        states: this.#named(layers),
        activations: this.#named(layers.slice(this.#graph.neurons.length)),
        batch: trackers.length,
        engine: moving.engine,
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
    } catch (error) {
      dispose();
      throw error;
    }
  }

  #named(layers: readonly tf.Tensor[]): Map<Neuron, tf.Tensor> {
    return new Map(this.#graph.neurons.map((neuron, i) => [neuron, layers[i]]));
  }

  /** Why examples met a number that is not finite, by the position of the example. */
  async #faults(
    engine: RecallEngine,
    failures: Failures,
    trackers: readonly OutcomeTracker[],
    { givens }: RecallOptions,
  ): Promise<Map<number, Fault>> {
    const found = new Map<number, Fault>();
    const groups = failures.byTime(this.#recall.schedules.length > 0);
    if (groups.size === 0) return found;
    const { numbers, sizes } = this.#setup;
    const values = await numbersOf(this.#setup.values, numbers);
    const fed = await numbersOf(givens);
    const { written } = dynamicsOf(this.#graph, this.#recall);
    for (const [time, examples] of groups) {
      const rows = [...examples, ...examples];
      const states = failures.states(examples);
      const evaluate = evaluateOn(engine, {
        sizes,
        values,
        givens: new Map(
          [...fed].map(([given, all]) => [given, rowsOf(all, rows, trackers.length)]),
        ),
        states: new Map(this.#graph.neurons.map(({ state }, i) => [state, states[i]])),
        batch: rows.length,
        time: Math.min(1, time / Math.max(1, this.steps - 1)),
      });
      const faults = await findFaults(
        this.#graph,
        examples.map((b) => trackers[b].course),
        {
          ...this.#setup,
          format: engine === "float64" ? "float64" : "float32",
          evaluate: (outputs) =>
            evaluate(outputs.map((output) => ({ ...output, value: written(output.value) }))),
        },
      );
      examples.forEach((b, k) => found.set(b, faults[k]));
    }
    return found;
  }
}

/** What an engine is left for, by the code of the error that tells it. */
const LEFT_FOR: Readonly<Record<string, (engine: RecallEngine) => string>> = {
  "core/out-of-memory": (engine) =>
    `the memory has no room for ${engine === "simd" ? "compiled code" : "shaders"}`,
  "core/examples-meet": () => "its formulas sum over the examples of a batch",
};

/** The entries of tensors, of which some may be known. */
async function numbersOf(
  tensors: Inputs = new Map(),
  known: ReadonlyMap<Tensor, ArrayLike<number>> = new Map(),
): Promise<Map<Tensor, ArrayLike<number>>> {
  const numbers = new Map<Tensor, ArrayLike<number>>();
  for (const [tensor, value] of tensors) {
    numbers.set(tensor, known.get(tensor) ?? (await value.data()));
  }
  return numbers;
}

/** Some examples of a batch. */
function rowsOf(all: ArrayLike<number>, rows: readonly number[], batch: number): number[] {
  const size = all.length / batch;
  return rows.flatMap((b) => Array.from({ length: size }, (_, n) => all[b * size + n]));
}

/** The number of examples. */
function batchOf({ givens = new Map(), batch = 1 }: RecallOptions): number {
  return [...givens.values()][0]?.shape[0] ?? batch;
}

/** The proof of descent of every example; null for a solver that refuses nothing. */
async function readDescents(moving: Moving, batch: number): Promise<Descent[] | null> {
  const columns = await moving.remembered(CONTROL);
  if (columns === null) return null;
  const [accepted, rejected, largestRise, smallestStep] = columns;
  return Array.from({ length: batch }, (_, b) => ({
    accepted: accepted[b],
    rejected: rejected[b],
    largestRise: largestRise[b],
    smallestStep: Number.isFinite(smallestStep[b]) ? smallestStep[b] : null,
  }));
}
