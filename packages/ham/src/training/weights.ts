// The trained params with what their optimiser remembers, and their way into a file and back.

import { areFinite } from "@hamlet/core/numbers";
import {
  type ArrayData,
  asFloat32,
  type Optimiser,
  type Register,
  type Settings,
  type WiredStep,
} from "@hamlet/core";
import {
  add,
  apply,
  type Dim,
  div,
  type Expr,
  get,
  HamError,
  type Index,
  indicesOf,
  lit,
  makeTensor,
  mul,
  pow,
  sum,
  type Tensor,
} from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import type { Entries } from "../hypergraph/initial-entries.ts";
import type { Engine } from "../recall/engine.ts";
import { RegisterFile } from "../recall/register-file.ts";
import type { Write } from "../solvers/trace.ts";
import { assertFinite } from "./restored.ts";
import { Slopes } from "./slopes.ts";
import { storedOf, storedSlope, valueOf } from "./stored.ts";
import { wirePlan } from "./wired-plan.ts";

/** A param as it is stored, as the model reads it, and what is remembered of it, by name. */
interface Weight {
  readonly stored: Tensor;
  readonly value: Tensor;
  readonly slots: ReadonlyMap<string, Tensor>;
}

/** How weights move. */
export interface WeightOptions {
  readonly optimiser: Optimiser;
  readonly settings: Settings;
  /** The largest norm of a gradient; default: no limit. */
  readonly clip?: number;
  /** With it weights are averaged over the steps: `ā ← decay ā + (1 − decay) a`, from the start on. */
  readonly decay?: number | null;
  readonly sizes?: ReadonlyMap<Dim, number>;
}

/** What a loop asks of weights, whatever they run on. */
export type MovingWeights = Pick<
  Weights<never, never>,
  "values" | "move" | "everySlope" | "areFinite" | "numbers" | "arrays" | "restore" | "dispose"
>;

/** The trained params of a training, in registers of an engine. Owns them. */
export class Weights<Value, Given> {
  /** The params as the model reads them. */
  readonly registers: ReadonlyMap<Tensor, Register<Value>>;
  /** The gradient that they move against. */
  readonly slopes: Slopes<Value, Given>;
  readonly #engine: Engine<Value, Given>;
  readonly #file: RegisterFile<Value, Given>;
  readonly #weights: ReadonlyMap<Tensor, Weight>;
  readonly #options: Required<WeightOptions>;
  /** What a step is told: the scale of the gradient, and the optimiser's numbers. */
  readonly #scale = makeTensor("scale", "const");
  readonly #numbers: readonly Tensor[];
  /** The sum of all slopes. */
  readonly #total = makeTensor("total", "const");
  #moving: WiredStep | null = null;

  constructor(
    engine: Engine<Value, Given>,
    start: ReadonlyMap<Tensor, Entries>,
    { clip = Infinity, decay = null, sizes = new Map(), ...options }: WeightOptions,
  ) {
    const { optimiser } = options;
    this.#engine = engine;
    this.#options = { ...options, clip, decay, sizes };
    this.#file = new RegisterFile(engine, sizes, null);
    this.slopes = new Slopes(engine, sizes);
    this.#numbers = optimiser.numbers(1).map((_, n) => makeTensor(`number ${n}`, "const"));
    const slots = decay === null ? optimiser.slots : [...optimiser.slots, AVERAGE];
    this.#weights = new Map(
      [...start.keys()].map((param) => {
        const own = (name: string) => makeTensor(`${name} ${param.name}`, "const", param.axes);
        const stored = own("stored");
        const value = param.bound === null ? stored : own("value");
        return [param, { stored, value, slots: new Map(slots.map((slot) => [slot, own(slot)])) }];
      }),
    );
    try {
      for (const [param, { data }] of start) {
        const { stored, slots: own } = this.#weights.get(param)!;
        const entries = storedOf(param, data);
        this.#file.fill(stored, entries);
        if (decay !== null) this.#file.fill(own.get(AVERAGE)!, entries);
      }
      this.registers = new Map(
        [...this.#weights].map(([param, { value }]) => [param, this.#file.of(value)]),
      );
      this.#show();
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** The params as the model reads them; the caller's. */
  values(): Map<Tensor, tf.Tensor> {
    const values = new Map<Tensor, tf.Tensor>();
    try {
      for (const [param, { value }] of this.registers) {
        values.set(param, this.#engine.tensor(value));
      }
      return values;
    } catch (error) {
      tf.dispose([...values.values()]);
      throw error;
    }
  }

  /** One step, counted from 1, down the slopes times a scale. Returns the sum of the gradient. */
  async move(step: number, scale: number): Promise<number> {
    this.#moving ??= this.#wire();
    this.#file.fill(this.#scale, [scale]);
    const numbers = this.#options.optimiser.numbers(step);
    numbers.forEach((number, n) => this.#file.fill(this.#numbers[n], [number]));
    this.#moving.run();
    const [[total]] = await this.#engine.read([this.#file.of(this.#total).value]);
    return total;
  }

  /** Whether something holds for every entry of the gradient. */
  async everySlope(holds: (slope: number) => boolean): Promise<boolean> {
    const slopes = await this.slopes.read();
    return [...slopes.values()].every((entries) => entries.every(holds));
  }

  /** Whether every param is finite. */
  async areFinite(): Promise<boolean> {
    const read = await this.#engine.read([...this.registers.values()].map(({ value }) => value));
    return read.every(areFinite);
  }

  /** The params as numbers, by name. */
  async numbers(): Promise<Map<string, ArrayData>> {
    return this.#read([...this.#weights].map(([{ name }, { value }]) => [name, value]));
  }

  /** The averages of the params as they are stored, by name. */
  async averages(): Promise<Map<string, ArrayData>> {
    return this.#read(
      [...this.#weights].map(([{ name }, { slots }]) => [name, slots.get(AVERAGE)!]),
    );
  }

  /** Everything by name, as a checkpoint holds it. */
  async arrays(): Promise<Map<string, ArrayData>> {
    return this.#read([...this.#named()]);
  }

  /**
   * Takes everything back from a checkpoint.
   * @throws HamError `ham/other-training` when an array is missing or of another shape,
   * `core/bad-checkpoint` where it holds no numbers.
   */
  restore(arrays: ReadonlyMap<string, ArrayData>): void {
    const named = this.#named();
    for (const [name, tensor] of named) {
      assertShape(name, this.#file.shapeOf(tensor), arrays.get(name));
      assertFinite(`"${name}"`, arrays.get(name)!);
    }
    for (const [name, tensor] of named) this.#file.fill(tensor, asFloat32(arrays.get(name)!.data));
    this.#show();
  }

  dispose(): void {
    this.#moving?.dispose();
    this.#moving = null;
    this.#file.free();
    this.slopes.dispose();
  }

  #named(): Map<string, Tensor> {
    return new Map(
      [...this.#weights].flatMap(([param, { stored, slots }]) => [
        [storedName(param), stored] as const,
        ...[...slots].map(([slot, tensor]) => [slotName(param, slot), tensor] as const),
      ]),
    );
  }

  async #read(tensors: readonly (readonly [string, Tensor])[]): Promise<Map<string, ArrayData>> {
    if (tensors.length === 0) return new Map();
    const read = await this.#engine.read(tensors.map(([, tensor]) => this.#file.of(tensor).value));
    return new Map(
      tensors.map(([name, tensor], n) => {
        const data = new Float32Array(read[n]);
        return [name, { shape: this.#file.shapeOf(tensor), dtype: "float32", data }];
      }),
    );
  }

  /** Computes the params as the model reads them from what is stored. */
  #show(): void {
    const writes = [...this.#weights].flatMap(([param, { stored, value }]): Write[] => {
      const indices = indicesOf(param.axes);
      if (value === stored) return [];
      return [{ into: value, indices, value: valueOf(param, get(stored, indices)) }];
    });
    if (writes.length === 0) return;
    const step = this.#plan(writes);
    try {
      step.run();
    } finally {
      step.dispose();
    }
  }

  /** The step of the params that have slopes: of those that were clipped, where there is a limit. */
  #wire(): WiredStep {
    const { clip } = this.#options;
    const moving = [...this.#weights].filter(([param]) => this.slopes.params.has(param));
    const slopes = moving.map(([param, { stored }]): Slope => {
      const indices = indicesOf(param.axes);
      const value = mul(get(this.#scale), get(param, indices));
      return { indices, value: storedSlope(param, get(stored, indices), value) };
    });
    const total = moving.map(([param], n) => sum(slopes[n].indices, get(param, slopes[n].indices)));
    const factor = clip === Infinity ? null : clipFactor(slopes, clip);
    const writes = moving.flatMap(([param, weight], n) => {
      const { indices, value } = slopes[n];
      const slope = factor === null ? value : mul(factor, value);
      return this.#moved(param, weight, { indices, value: slope });
    });
    return this.#plan([...writes, { into: this.#total, indices: [], value: add(...total) }]);
  }

  #moved(param: Tensor, { stored, value: shown, slots }: Weight, slope: Slope): Write[] {
    const { optimiser, settings, decay } = this.#options;
    const { indices } = slope;
    const read = (tensor: Tensor) => get(tensor, indices);
    const { value, slots: remembered } = optimiser.move(
      {
        value: read(stored),
        slope: slope.value,
        slots: optimiser.slots.map((slot) => read(slots.get(slot)!)),
        numbers: this.#numbers.map((number) => get(number)),
        decays: param.bound === null,
      },
      settings,
    );
    const write = (into: Tensor, next: Expr): Write => ({ into, indices, value: next });
    const writes = [
      write(stored, value),
      ...optimiser.slots.map((slot, n) => write(slots.get(slot)!, remembered[n])),
    ];
    if (shown !== stored) writes.push(write(shown, valueOf(param, value)));
    if (decay !== null) {
      const average = slots.get(AVERAGE)!;
      const next = add(mul(lit(decay), read(average)), mul(lit(1 - decay), value));
      writes.push(write(average, next));
    }
    return writes;
  }

  #plan(writes: readonly Write[]): WiredStep {
    return wirePlan(this.#engine, writes, {
      sizes: this.#options.sizes,
      registerOf: (tensor) =>
        this.#weights.has(tensor) ? this.slopes.sum(tensor) : this.#file.of(tensor),
    });
  }
}

/** A slope, entry by entry. */
interface Slope {
  readonly indices: readonly Index[];
  readonly value: Expr;
}

/**
 * What gradients are scaled with so that their common Euclidean norm is at most `limit`:
 * `min(1, limit / |g|)`.
 * @see Pascanu, Mikolov & Bengio, On the difficulty of training recurrent neural networks, ICML 2013.
 */
function clipFactor(slopes: readonly Slope[], limit: number): Expr {
  const squares = slopes.map(({ indices, value }) => sum(indices, pow(value, lit(2))));
  // A limit above the norm gives 1; so does a norm of 0.
  const norm = apply("sqrt", add(...squares));
  return div(lit(limit), apply("max", norm, lit(limit)));
}

/** The name of the average among what is remembered. */
const AVERAGE = "average";
const storedName = (param: Tensor) => `param/${param.name}`;
const slotName = (param: Tensor, slot: string) => `optimiser/${slot}/${param.name}`;

function assertShape(name: string, shape: readonly number[], found: ArrayData | undefined): void {
  if (found !== undefined && found.shape.join() === shape.join()) return;
  throw new HamError(
    "ham/other-training",
    `The checkpoint is of another training: expected "${name}" of shape [${shape.join(", ")}], found ${found === undefined ? "nothing" : `[${found.shape.join(", ")}]`}. Go on with the model and the optimiser that wrote it, or start anew without it.`,
    { name },
  );
}
