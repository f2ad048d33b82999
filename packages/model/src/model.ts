// A `.ham` file as an object.

import { type ArrayData, inTurns, key, makeTurn } from "@hamlet/core";
import {
  collectDiagnostics,
  type Compilation,
  type Diagnostic,
  type SourceFile,
  withoutAllowed,
} from "@hamlet/dsl";
import { notFed } from "@hamlet/dsl/data";
import {
  demandOf,
  type Dim,
  type EnergyGraph,
  givensOf,
  HamError,
  lit,
  type NumberArray,
  type Recall,
  type Tensor,
  type Training,
} from "@hamlet/graph";
import {
  census,
  type Census,
  type CensusOptions,
  type CompiledRecall,
  type LandscapeSpace,
  type RecallEngine,
  type Entries,
  makeRecall,
  type RecallOptions,
  type RecallResult,
  type RecallSetup,
  startEnergies,
  type StartEnergies,
  type TrainResult,
} from "@hamlet/ham";
import type { BinaryAtlas, BinaryAtlasOptions, Sweep, SweepOptions } from "@hamlet/ham/atlas";
import * as tf from "@tensorflow/tfjs-core";
import type { ModelAtlas } from "./atlas.ts";
import type { RecallCertificate, TrainingCertificate } from "./certificates/certificate.ts";
import type { CertifiedModel, Verdict } from "./certificates/check/findings.ts";
import { assertOneBatch, entriesOf } from "./entries.ts";
import { assertBatch } from "./memory.ts";
import { type LoadOptions, loadParts, type LoadedParts, stopOnErrors } from "./load.ts";
import {
  examplesOf,
  heldOutOf,
  type ModelTrainOptions,
  ofKind,
  paramsFile,
  trainingNamed,
} from "./training.ts";
import { warnOfEntries } from "./warn-of-entries.ts";
import { wordingsOf } from "./wordings.ts";
import { startBackend } from "./start-backend.ts";
import { runTest, type TestOptions, type TestReport } from "./tests.ts";

/** Entries for a `given`: `[…axes]` for one example, `[B, …axes]` for several. */
export type GivenValue = NumberArray<Float32Array | readonly number[]> | tf.Tensor;

/** What one recall is given. */
export interface ModelRecallOptions extends Omit<RecallOptions, "givens" | "numbers" | "key"> {
  /** The name of the recall block; default: the first. */
  readonly recall?: string;
  /** Values of `given` names; those with a file need none. Tensors are borrowed. */
  readonly givens?: Readonly<Record<string, GivenValue>>;
  /** What it runs on; default: compiled code where that is the fastest, else tensors. */
  readonly engine?: RecallEngine;
  /** Leave a record of how it ended that `verify` can check; default false. It runs twice then. */
  readonly certificate?: boolean;
}

/** What comes of givens. */
export interface Warned {
  /** What is to be said of givens that it was handed; those of a file are among the model's. */
  readonly warnings: readonly Diagnostic[];
}

/** What a recall of a model returns. */
export interface ModelRecallResult extends RecallResult, Warned {
  /** Where one was asked for. */
  readonly certificate?: RecallCertificate;
}

/** What a training of a model returns. */
export interface ModelTrainResult extends TrainResult {
  /** Where one was asked for. */
  readonly certificate?: TrainingCertificate;
}

/** What a search for fixed points is given. */
export interface FixedPointsOptions extends Omit<CensusOptions, "key"> {
  /** Values of `given` names that the energy reads, for one example. Tensors are borrowed. */
  readonly givens?: Readonly<Record<string, GivenValue>>;
}

/** A model that is ready to run. It owns its tensors: call `dispose()` when done. */
export interface Model {
  readonly graph: EnergyGraph;
  readonly compilation: Compilation;
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly seed: number;
  /** Warnings of the file and its data. */
  readonly warnings: readonly Diagnostic[];
  /** The entries of a const, param, data or given by name, on the CPU. */
  entries(name: string): Entries;
  /** The recall block of that name; the first without one. */
  recallNamed(name?: string): Recall;
  /** Compiles a recall block once, for many runs. The caller disposes it. */
  compileRecall(name?: string, engine?: RecallEngine): CompiledRecall;
  /**
   * Runs a recall; the caller disposes the result.
   * @throws HamError `model/given-value` for a given with an entry that its declaration rules out;
   * as `run` of a compiled recall.
   */
  recall(options?: ModelRecallOptions): Promise<ModelRecallResult>;
  /**
   * Checks a certificate against this model, by code that shares nothing with the recall: it says
   * what is proven, and what is refused with its reason.
   * @param givens - those that the recall was given.
   */
  verify(
    certificate: RecallCertificate | TrainingCertificate,
    options?: Pick<ModelRecallOptions, "givens" | "signal">,
  ): Promise<Verdict>;
  /**
   * The energies of the states in which a recall starts, without a step: each part of the energy
   * and the whole, for every example.
   * @throws HamError as `recall`.
   */
  energies(
    options?: Pick<ModelRecallOptions, "recall" | "givens" | "batch">,
  ): Promise<StartEnergies & Warned>;
  /**
   * Looks for the fixed points of the energy from many starts, drawn from the model's seed; see
   * `census` of `@hamlet/ham`. Recall blocks, and so their clamps, play no part.
   */
  fixedPoints(options?: FixedPointsOptions): Promise<Census & Warned>;
  /** The fixed points, the passes between minima with their barriers, and a certificate of each point. */
  atlas(options?: FixedPointsOptions): Promise<ModelAtlas & Warned>;
  /**
   * The states of a binary memory in which no flip lowers the energy, with the sizes of their basins: of
   * all states up to 24 bits, else of a sample.
   * @throws HamError as `binaryAtlas` of `@hamlet/ham`.
   */
  binaryAtlas(
    options?: Omit<BinaryAtlasOptions, "key"> & Pick<FixedPointsOptions, "givens">,
  ): Promise<BinaryAtlas & Warned>;
  /**
   * The fixed points at several values of a const, and where they are born, meet and end between them.
   * @throws HamError `model/unknown-const`; as `sweep` of `@hamlet/ham`.
   */
  sweep(name: string, options: SweepOptions & FixedPointsOptions): Promise<Sweep & Warned>;
  /** The train block of that name; the first without one. */
  trainingNamed(name?: string): Training;
  /**
   * Runs a train block. When it has ended, also by its signal, the model recalls with what it
   * learned. The caller disposes the result.
   * @throws HamError as `train` of `@hamlet/ham`, and `model/unknown-training`.
   */
  train(options?: ModelTrainOptions): Promise<ModelTrainResult>;
  /**
   * Every param as the bytes of a safetensors file, for the option `params` of `loadModel`; those in
   * `others`, such as the best of a training, as they are there.
   */
  paramsFile(others?: ReadonlyMap<string, ArrayData>): Uint8Array;
  /** Runs the tests of the file, one after the other, each with draws of its own. */
  runTests(options?: TestOptions): Promise<TestReport[]>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Loads a `.ham` file, and waits until a backend of TensorFlow.js is ready.
 *
 * @throws HamError `model/file-has-errors`, whose message holds every diagnostic as text and whose
 * details hold them as data; `model/no-backend` where no backend was imported, or none starts.
 * @example
 * using model = await loadModel({ name: "m.ham", text });
 * using result = await model.recall({ givens: { query } });
 */
export async function loadModel(source: SourceFile, options: LoadOptions = {}): Promise<Model> {
  const parts = await loadParts(source, options);
  await startBackend();
  return new LoadedModel(parts);
}

class LoadedModel implements Model {
  readonly graph: EnergyGraph;
  readonly compilation: Compilation;
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly seed: number;
  readonly warnings: readonly Diagnostic[];
  readonly #memory: number;
  /** The givens that a recall reads. */
  readonly #needed = new Map<Recall, readonly Tensor[]>();
  readonly #entries: Map<Tensor, Entries>;
  readonly #tensors = new Map<Tensor, tf.Tensor>();
  /** Compiled recalls that wait for their next run: one a block and engine, until the model changes. */
  readonly #idle = new Map<string, CompiledRecall>();
  /** How often the model has changed. */
  #changes = 0;
  #disposed = false;
  /** Recalls, searches and trainings that are under way. */
  #running = 0;

  constructor({ compilation, sizes, entries, warnings, seed, memory }: LoadedParts) {
    this.#memory = memory;
    this.compilation = compilation;
    this.graph = compilation.graph;
    this.sizes = sizes;
    this.seed = seed;
    this.warnings = warnings;
    this.#entries = new Map(entries);
    tf.tidy(() => {
      for (const [tensor, { shape, data }] of entries) {
        if (tensor.kind === "given") continue;
        this.#tensors.set(tensor, tf.tensor(data, [...shape], "float32"));
      }
      for (const tensor of this.#tensors.values()) tf.keep(tensor);
    });
  }

  entries(name: string): Entries {
    const found = [...this.#entries].find(([tensor]) => tensor.name === name);
    if (found === undefined) {
      const names = [...this.#entries.keys()].map((tensor) => tensor.name).join(", ");
      throw new HamError(
        "model/unknown-name",
        `There are no entries for "${name}". Known: ${names}.`,
      );
    }
    return found[1];
  }

  recallNamed(name?: string): Recall {
    const { recalls } = this.graph;
    const found = name === undefined ? recalls[0] : recalls.find((recall) => recall.name === name);
    if (found === undefined) {
      const names = recalls.map((recall) => recall.name).join(", ");
      throw new HamError(
        "model/unknown-recall",
        `This model has no recall called "${name}". It has: ${names}.`,
      );
    }
    return found;
  }

  compileRecall(name?: string, engine?: RecallEngine): CompiledRecall {
    this.#alive();
    return this.#compile(this.recallNamed(name), engine);
  }

  #compile(recall: Recall, engine: RecallEngine | undefined): CompiledRecall {
    const setup = { ...this.#setup(), ...(engine === undefined ? {} : { engine }) };
    return makeRecall(this.graph, recall, setup);
  }

  /** Lends a compiled recall to one run at a time. */
  async #leased<T>(
    recall: Recall,
    engine: RecallEngine | undefined,
    act: (compiled: CompiledRecall) => Promise<T>,
  ): Promise<T> {
    const name = `${engine ?? ""} ${recall.name}`;
    const compiled = this.#idle.get(name) ?? this.#compile(recall, engine);
    this.#idle.delete(name);
    const changes = this.#changes;
    try {
      return await act(compiled);
    } finally {
      const isStale = this.#disposed || this.#changes !== changes;
      if (isStale || this.#idle.has(name)) compiled.dispose();
      else this.#idle.set(name, compiled);
    }
  }

  /** Lets go of everything that was computed from the params. */
  #changed(): void {
    this.#changes++;
    for (const compiled of this.#idle.values()) compiled.dispose();
    this.#idle.clear();
  }

  #setup(): RecallSetup & { numbers: Map<Tensor, ArrayLike<number>> } {
    const numbers = new Map([...this.#entries].map(([tensor, { data }]) => [tensor, data]));
    const written = wordingsOf(this.compilation);
    return { sizes: this.sizes, values: this.#tensors, numbers, written };
  }

  async recall(options: ModelRecallOptions = {}): Promise<ModelRecallResult> {
    this.#alive();
    const { recall: name, givens = {}, ...rest } = options;
    return this.#run(this.recallNamed(name), { ...rest, givens, key: key(this.seed) });
  }

  async verify(
    certificate: RecallCertificate | TrainingCertificate,
    { givens = {}, signal }: Pick<ModelRecallOptions, "givens" | "signal"> = {},
  ): Promise<Verdict> {
    this.#alive();
    const turn = makeTurn(signal);
    if (certificate.kind === "training") {
      const { verifyTraining } = await import("./certificates.ts");
      const { toldSettings } = await import("./train.ts");
      const settings = (name: string) => {
        const training = this.trainingNamed(name);
        const examples = examplesOf(this.graph, training, this.#entries);
        return toldSettings(training, { ...this.#setup(), examples });
      };
      return inTurns(verifyTraining(certificate, this.#whole(), settings), turn);
    }
    const { recalls } = this.graph;
    const recall = recalls.find(({ name }) => name === certificate.recall) ?? recalls[0];
    return this.#reading(async () => {
      const { verifyCertificate } = await import("./certificates.ts");
      const bound = await this.#bindGivens(recall, givens);
      tf.dispose([...bound.tensors.values()]);
      const work = verifyCertificate(certificate, this.#certified(bound));
      return inTurns(work, turn);
    });
  }

  /** What a certificate of a training is about: all entries. */
  #whole(): CertifiedModel {
    return { graph: this.graph, sizes: this.sizes, entries: this.#entries };
  }

  /** What a certificate is about: the entries that a recall reads, its givens as they are bound. */
  #certified({ numbers, shapes }: Bound): CertifiedModel {
    const entries = new Map([...this.#entries].filter(([{ kind }]) => kind !== "given"));
    for (const [tensor, data] of numbers) entries.set(tensor, { shape: shapes.get(tensor)!, data });
    return { graph: this.graph, sizes: this.sizes, entries };
  }

  async energies({
    recall: name,
    givens = {},
    ...rest
  }: Pick<ModelRecallOptions, "recall" | "givens" | "batch"> = {}): Promise<
    StartEnergies & Warned
  > {
    this.#alive();
    const recall = this.recallNamed(name);
    const batch = rest.batch ?? 1;
    const what = `The energy of ${batch} examples at once`;
    assertBatch(this.graph, batch, what, { sizes: this.sizes, free: this.#memory });
    return this.#reading(async () => {
      const bound = await this.#bindGivens(recall, givens);
      try {
        const options = { ...rest, givens: bound.tensors, key: key(this.seed) };
        const found = await startEnergies(this.graph, recall, this.#setup(), options);
        return { ...found, warnings: this.#warningsOf(recall, bound, givens) };
      } finally {
        tf.dispose([...bound.tensors.values()]);
      }
    });
  }

  async #run(
    recall: Recall,
    {
      givens,
      ...rest
    }: Omit<RecallOptions, "givens"> & {
      readonly givens: Readonly<Record<string, GivenValue>>;
      readonly engine?: RecallEngine;
      readonly certificate?: boolean;
    },
  ): Promise<ModelRecallResult> {
    return this.#reading(() => this.#runAlive(recall, { givens, ...rest }));
  }

  /** Keeps the tensors of the model while `act` reads them. */
  async #reading<T>(act: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await act();
    } finally {
      this.#running--;
      if (this.#disposed) this.dispose();
    }
  }

  async #runAlive(
    recall: Recall,
    {
      givens,
      engine,
      certificate = false,
      ...rest
    }: Omit<RecallOptions, "givens"> & {
      readonly givens: Readonly<Record<string, GivenValue>>;
      readonly engine?: RecallEngine;
      readonly certificate?: boolean;
    },
  ): Promise<ModelRecallResult> {
    const batch = rest.batch ?? 1;
    const what = `A recall of ${batch} examples at once`;
    assertBatch(this.graph, batch, what, { sizes: this.sizes, free: this.#memory });
    const bound = await this.#bindGivens(recall, givens);
    const { tensors, numbers } = bound;
    const given = { ...rest, givens: tensors, numbers };
    try {
      return await this.#leased(recall, engine, async (compiled) => {
        const warnings = this.#warningsOf(recall, bound, givens);
        const result = Object.assign(await compiled.run(given), { warnings });
        if (!certificate) return result;
        try {
          const { certify } = await import("./certificates.ts");
          const again = { compiled, options: given };
          const record = await certify(this.#certified(bound), recall, result, again);
          return Object.assign(result, { certificate: record });
        } catch (error) {
          result.dispose();
          throw error;
        }
      });
    } finally {
      tf.dispose([...tensors.values()]);
    }
  }

  /** Warnings of the givens that were handed over. */
  #warningsOf(
    recall: Recall,
    { numbers, shapes }: Bound,
    givens: Readonly<Record<string, GivenValue>>,
  ): readonly Diagnostic[] {
    const tensors = new Set([...numbers.keys()].filter(({ name }) => Object.hasOwn(givens, name)));
    if (tensors.size === 0) return [];
    const entries = new Map(this.#entries);
    for (const [tensor, data] of numbers) entries.set(tensor, { shape: shapes.get(tensor)!, data });
    const found = collectDiagnostics(this.compilation.source);
    const known = {
      sizes: this.sizes,
      entries,
      learned: new Set<Tensor>(),
      given: { recall, tensors },
    };
    warnOfEntries(this.compilation, known, found);
    return withoutAllowed(this.compilation.file, found.list());
  }

  async fixedPoints(options: FixedPointsOptions = {}): Promise<Census & Warned> {
    return this.#searching(options, (space, how) => census(this.graph, space, how));
  }

  async atlas(options: FixedPointsOptions = {}): Promise<ModelAtlas & Warned> {
    return this.#searching(options, async (space, how) => {
      const { certifiedAtlas } = await import("./atlas.ts");
      return certifiedAtlas(this.graph, space, NOTHING_BUT_ENERGY, how);
    });
  }

  async binaryAtlas({
    givens = {},
    ...options
  }: Omit<BinaryAtlasOptions, "key"> & Pick<FixedPointsOptions, "givens"> = {}): Promise<
    BinaryAtlas & Warned
  > {
    return this.#searching({ givens }, async (space) => {
      const { binaryAtlas } = await import("@hamlet/ham/atlas");
      return binaryAtlas(this.graph, space, { ...options, key: key(this.seed) });
    });
  }

  async sweep(name: string, options: SweepOptions & FixedPointsOptions): Promise<Sweep & Warned> {
    const consts = this.graph.tensors.filter(({ kind }) => kind === "const");
    const tensor = consts.find((one) => one.name === name);
    if (tensor === undefined) {
      const names = consts.map((one) => one.name).join(", ") || "none";
      throw new HamError(
        "model/unknown-const",
        `This model has no const called "${name}" to sweep. It has: ${names}.`,
      );
    }
    const { values } = options;
    return this.#searching(options, async (space, how) => {
      const { sweep } = await import("@hamlet/ham/atlas");
      return sweep(this.graph, space, tensor, { ...how, values });
    });
  }

  /** Searches of the energy, in float64, with the givens of one example. */
  async #searching<T extends object>(
    { givens = {}, ...options }: FixedPointsOptions,
    act: (space: LandscapeSpace, options: CensusOptions) => Promise<T>,
  ): Promise<T & Warned> {
    this.#alive();
    if (typeof options.starts === "number") {
      const what = `A search from ${options.starts} starts`;
      assertBatch(this.graph, options.starts, what, { sizes: this.sizes, free: this.#memory });
    }
    return this.#reading(async () => {
      const bound = await this.#bindGivens(NOTHING_BUT_ENERGY, givens);
      try {
        const { sizes, numbers: tensors } = this.#setup();
        for (const [tensor, value] of bound.tensors) {
          assertOneExample(tensor, value);
          tensors.set(tensor, bound.numbers.get(tensor)!);
        }
        const found = await act({ sizes, tensors }, { ...options, key: key(this.seed) });
        return { ...found, warnings: this.#warningsOf(NOTHING_BUT_ENERGY, bound, givens) };
      } finally {
        tf.dispose([...bound.tensors.values()]);
      }
    });
  }

  trainingNamed(name?: string): Training {
    return trainingNamed(this.graph, name);
  }

  async train({
    train: name,
    heldOut,
    engine,
    certificate = false,
    ...options
  }: ModelTrainOptions = {}): Promise<ModelTrainResult> {
    this.#alive();
    const training = this.trainingNamed(name);
    const examples = examplesOf(this.graph, training, this.#entries);
    const setup = {
      ...this.#setup(),
      params: ofKind(this.#entries, "param"),
      examples,
      ...(engine === undefined ? {} : { engine }),
      ...(heldOut === undefined ? {} : { heldOut: heldOutOf(examples, heldOut, this.sizes) }),
    };
    return this.#reading(async () => {
      // What only recalls, such as a page, does not load what trains.
      const { train } = await import("./train.ts");
      const how = { ...options, key: key(this.seed) };
      const result = await train(this.graph, training, setup, how);
      try {
        for (const [param, tensor] of result.params) await this.#learn(param, tensor);
        if (!certificate) return result;
        const { certifyTraining } = await import("./certificates.ts");
        const record = certifyTraining(this.#whole(), training.name, result);
        return Object.assign(result, { certificate: record });
      } catch (error) {
        result.dispose();
        throw error;
      }
    });
  }

  async #learn(param: Tensor, tensor: tf.Tensor): Promise<void> {
    const data = new Float32Array(await tensor.data());
    this.#entries.set(param, { shape: [...tensor.shape], data });
    const own = tf.clone(tensor);
    this.#changed();
    this.#tensors.get(param)?.dispose();
    this.#tensors.set(param, own);
  }

  paramsFile(others?: ReadonlyMap<string, ArrayData>): Uint8Array {
    return paramsFile(this.#entries, others);
  }

  async runTests({ onTest, signal }: TestOptions = {}): Promise<TestReport[]> {
    this.#alive();
    const reports: TestReport[] = [];
    const turn = makeTurn(signal);
    for (const test of this.graph.tests ?? []) {
      await turn();
      const report = await runTest(test, {
        sizes: this.sizes,
        seed: this.seed,
        entries: this.#entries,
        read: this.#neededBy(test.recall),
        recall: (options) => this.#run(test.recall, options),
      });
      reports.push(report);
      onTest?.(report);
    }
    return reports;
  }

  dispose(): void {
    this.#disposed = true;
    // What is under way still reads them, and disposes of them when it ends.
    if (this.#running > 0) return;
    this.#changed();
    tf.dispose([...this.#tensors.values()]);
    this.#tensors.clear();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #alive(): void {
    if (!this.#disposed) return;
    throw new HamError(
      "model/disposed",
      `The model "${this.compilation.source.name}" was disposed and cannot run any more.`,
    );
  }

  /** The givens that a recall needs, each `[B, …axes]`, as tensors for the caller to dispose, and their entries. */
  async #bindGivens(recall: Recall, values: Readonly<Record<string, GivenValue>>): Promise<Bound> {
    const { tensors } = this.graph;
    for (const name of Object.keys(values)) {
      if (tensors.some((tensor) => tensor.kind === "given" && tensor.name === name)) continue;
      const known = tensors.filter(({ kind }) => kind === "given").map((tensor) => tensor.name);
      throw new HamError(
        "model/unknown-given",
        `This model has no given called "${name}". It has: ${known.join(", ") || "none"}.`,
      );
    }
    const missing = collectDiagnostics(this.compilation.source);
    const shapes = new Map<Tensor, readonly number[]>();
    const given = new Map<Tensor, GivenValue>();
    for (const tensor of this.#neededBy(recall)) {
      const value = values[tensor.name] ?? this.#entries.get(tensor);
      if (value === undefined) {
        const span = this.compilation.places.declared.get(tensor)!;
        notFed(missing, recall.name, tensor.name, span);
        continue;
      }
      assertReadable(tensor, value);
      given.set(tensor, value);
      shapes.set(tensor, this.#batched(tensor, value.shape));
    }
    stopOnErrors(missing.list(), this.compilation.sources);
    assertOneBatch(shapes);
    // All are read now, whatever becomes of them while we wait.
    const read = [...given].map(
      async ([tensor, value]) =>
        [tensor, await admitted(tensor, value, shapes.get(tensor)!)] as const,
    );
    const numbers = new Map(await Promise.all(read));
    const bound = tf.tidy(() =>
      [...numbers].map(([tensor, data]) => tf.tensor(data, [...shapes.get(tensor)!], "float32")),
    );
    return {
      numbers,
      shapes,
      tensors: new Map([...numbers.keys()].map((tensor, i) => [tensor, bound[i]])),
    };
  }

  #neededBy(recall: Recall): readonly Tensor[] {
    let needed = this.#needed.get(recall);
    if (needed === undefined) {
      const read = givensOf(this.graph, recall);
      needed = this.graph.tensors.filter((tensor) => tensor.kind === "given" && read.has(tensor));
      this.#needed.set(recall, needed);
    }
    return needed;
  }

  /** The shape `[B, …axes]` of a given, of one example or several. */
  #batched(tensor: Tensor, shape: readonly number[]): readonly number[] {
    const wanted = tensor.axes.map((dim) => this.sizes.get(dim)!);
    const lead = shape.length - wanted.length;
    if ((lead === 0 || lead === 1) && wanted.every((size, axis) => size === shape[lead + axis])) {
      return lead === 1 ? shape : [1, ...shape];
    }
    throw new HamError(
      "model/given-shape",
      `"${tensor.name}" is [${tensor.axes.map((dim) => `${dim.name} = ${this.sizes.get(dim)}`).join(", ")}] for one example: expected the shape [${wanted.join(", ")}] or [B, ${wanted.join(", ")}], found [${shape.join(", ")}].`,
    );
  }
}

/** What a recall is given. */
interface Bound {
  readonly tensors: Map<Tensor, tf.Tensor>;
  readonly numbers: Map<Tensor, Float32Array>;
  /** `[B, …axes]` of each. */
  readonly shapes: ReadonlyMap<Tensor, readonly number[]>;
}

/** What a given may come as. */
const DTYPES: readonly string[] = ["float32", "int32", "bool"];

/**
 * Throws where there is nothing to read.
 * @throws HamError `model/given-disposed`, `model/given-dtype`, `model/given-shape`.
 */
function assertReadable({ name }: Tensor, given: GivenValue): void {
  if (!(given instanceof tf.Tensor)) {
    const { shape, data } = given;
    const count = shape.reduce((a, b) => a * b, 1);
    if (count === data.length) return;
    throw new HamError(
      "model/given-shape",
      `"${name}": the shape [${shape.join(", ")}] holds ${count} entries, found ${data.length}.`,
    );
  }
  if (given.isDisposed) {
    throw new HamError(
      "model/given-disposed",
      `The tensor that is given as "${name}" was disposed. Dispose of it after the recall.`,
    );
  }
  if (DTYPES.includes(given.dtype)) return;
  throw new HamError(
    "model/given-dtype",
    `"${name}" takes numbers: expected a tensor of ${DTYPES[0]}, ${DTYPES[1]} or ${DTYPES[2]}, found ${given.dtype}.`,
  );
}

/**
 * The entries of a given as float32, `shape` being `[B, …axes]`: checked, and −1 and +1 for the 0 and 1 of a
 * `sign`, as a file would have it.
 * @throws HamError `model/given-value`.
 */
async function admitted(
  given: Tensor,
  value: GivenValue,
  shape: readonly number[],
): Promise<Float32Array> {
  const data = value instanceof tf.Tensor ? await value.data() : value.data;
  const entries = entriesOf({ pieces: [new Float32Array(data)], shape }, given);
  if (entries instanceof Float32Array) return entries;
  const { at, value: found } = entries;
  throw new HamError(
    "model/given-value",
    `"${given.name}" takes ${demandOf(given)}: found ${String(found)} in example ${at[0]}, at [${at.slice(1).join(", ")}]. Give other values, or declare it without that limit.`,
    { name: given.name, at, value: Number(found) },
  );
}

/** A recall that reads no given but those of the energy. */
const NOTHING_BUT_ENERGY: Recall = {
  name: "fixed points",
  starts: [],
  clamps: [],
  solver: { name: "adaptive", options: new Map() },
  steps: lit(1),
  stop: null,
  schedules: [],
  record: [],
  returns: [],
};

function assertOneExample({ name }: Tensor, { shape: [count] }: tf.Tensor): void {
  if (count === 1) return;
  throw new HamError(
    "model/one-example",
    `The energy reads "${name}", so it has other fixed points for every example: expected one example, found ${count}. Give one, such as its row of the file.`,
  );
}
