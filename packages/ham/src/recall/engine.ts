// What a recall runs on: compiled code, shaders, tensors, or arrays of float64.

import {
  type CardArray,
  float64,
  hasSimd,
  hasWebgpu,
  type Numbers,
  readArrays,
  simd,
  type SimdArray,
  type Target,
  tensors,
  toTensor,
  webgpu,
} from "@hamlet/core";
import { HamError, type Tensor } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { ENERGY_ROUNDING } from "./outcome.ts";

/** The names of engines on which everything runs. */
export const ENGINES = ["simd", "tensors", "float64"] as const;
/** The names of those on which recalls run. */
export const RECALL_ENGINES = ["simd", "webgpu", "tensors", "float64"] as const;
/**
 * What a recall runs on: `simd` is compiled code on the processor in float32, `webgpu` are shaders on
 * the graphics card of the backend of that name, `tensors` is the backend of TensorFlow.js, `float64`
 * plain arrays, exact and slow.
 */
export type RecallEngine = (typeof RECALL_ENGINES)[number];

/** A target, and how its values come from numbers and become numbers. */
export interface Engine<Value, Given> {
  readonly name: RecallEngine;
  readonly target: Target<Value, Given>;
  /** What a tensor is handed in as; `numbers` are its entries where they are known. */
  given(tensor: tf.Tensor, numbers: ArrayLike<number> | undefined): Given;
  /** Whether values have places of their own, so that what is wired to them may be kept. */
  readonly isFixed: boolean;
  /** How many steps are sent before one is read, where reading means waiting for all. */
  readonly ahead?: number;
  /** A value of its own for a tensor of the graph. */
  make(numbers: ArrayLike<number>, shape: readonly number[], tensor: Tensor): Value;
  /** Entries of values, as arrays of their own. */
  read(values: readonly Value[]): Entries[] | Promise<Entries[]>;
  /** The same at once, for a moment. */
  readNow(value: Value): Entries;
  /** A tensor of its own. */
  tensor(value: Value): tf.Tensor;
  /** Rises of the energy up to this part of `1 + |E|` are rounding. */
  readonly rounding: number;
}

/** Entries of a value. */
export type Entries = Float32Array | Float64Array;

const onTensors: Engine<tf.Tensor, tf.Tensor> = {
  name: "tensors",
  target: tensors,
  given: (tensor) => tensor,
  isFixed: false,
  make: (numbers, shape) => tf.tensor(Float32Array.from(numbers), [...shape], "float32"),
  async read(values) {
    // One read for all.
    const all = tf.tidy(() => tf.concat(values.map((value) => tf.reshape(value, [value.size]))));
    const numbers = (await all.data().finally(() => all.dispose())) as Float32Array;
    let next = 0;
    return values.map(({ size }) => numbers.slice(next, (next += size)));
  },
  readNow(value) {
    try {
      return value.dataSync() as Float32Array;
    } catch (error) {
      throw new HamError(
        "ham/no-synchronous-read",
        `This solver reads numbers in every step, which the backend "${tf.getBackend()}" cannot do here (${error instanceof Error ? error.message : String(error)}). Choose another backend, or use adaptive or cccp.`,
      );
    }
  },
  tensor: (value) => tf.clone(value),
  rounding: ENERGY_ROUNDING,
};

const onSimd: Engine<SimdArray, ArrayLike<number>> = {
  name: "simd",
  target: simd,
  given: (tensor, numbers) => numbers ?? tensor.dataSync(),
  isFixed: true,
  make: (numbers, shape, tensor) => simd.input(numbers, shape, tensor),
  read: (values) => values.map(({ data }) => data.slice()),
  readNow: ({ data }) => data,
  tensor: ({ data, shape }) => tf.tensor(data.slice(), [...shape], "float32"),
  rounding: ENERGY_ROUNDING,
};

const onWebgpu: Engine<CardArray, ArrayLike<number> | tf.Tensor> = {
  name: "webgpu",
  target: webgpu,
  given: (tensor, numbers) => numbers ?? tensor,
  isFixed: true,
  ahead: 64,
  make: (numbers, shape, tensor) => webgpu.input(numbers, shape, tensor),
  read: readArrays,
  readNow: () => {
    throw new HamError(
      "ham/no-synchronous-read",
      'This solver reads numbers in every step, which the engine "webgpu" cannot do. Choose another engine, or use adaptive or cccp.',
    );
  },
  tensor: toTensor,
  rounding: ENERGY_ROUNDING,
};

const inFloat64: Engine<Numbers, ArrayLike<number>> = {
  name: "float64",
  target: float64,
  given: (tensor, numbers) => numbers ?? tensor.dataSync(),
  isFixed: false,
  make: (numbers, shape) => ({ shape, data: new Float64Array(numbers) }),
  read: (values) => values.map(({ data }) => data.slice()),
  readNow: ({ data }) => data,
  tensor: ({ data, shape }) => tf.tensor(Float32Array.from(data), [...shape], "float32"),
  rounding: 1e-12,
};

/** Calls `use` with an engine: each has values of its own kind. */
export function withEngine<Result>(
  name: RecallEngine,
  use: <Value, Given>(engine: Engine<Value, Given>) => Result,
): Result {
  switch (name) {
    case "simd":
      return use(onSimd);
    case "webgpu":
      return use(onWebgpu);
    case "tensors":
      return use(onTensors);
    case "float64":
      return use(inFloat64);
  }
}

/** Backends that compute on the processor, where compiled code takes less time. */
const PROCESSOR: readonly string[] = ["cpu", "wasm"];

/** An engine, and why it is that one. */
export interface EngineChoice {
  readonly name: RecallEngine;
  readonly why: string;
}

/**
 * The engine of anything but a recall: the one that is asked for, else compiled code where the
 * backend computes on the processor and the machine, or the page, lets code be compiled.
 * @throws HamError `ham/no-engine`.
 */
export function engineFor(asked: RecallEngine | undefined): EngineChoice {
  const backend = tf.getBackend();
  if (asked === undefined) {
    if (!PROCESSOR.includes(backend)) {
      const why = `the backend "${backend}" does not compute on the processor, as compiled code does`;
      return { name: "tensors", why };
    }
    if (hasSimd()) {
      return {
        name: "simd",
        why: `the backend "${backend}" computes on the processor, and code can be compiled`,
      };
    }
    return { name: "tensors", why: NO_SIMD };
  }
  if (asked === "simd" && !hasSimd()) {
    throw new HamError("ham/no-engine", `The engine "simd" cannot run: ${NO_SIMD}. Use "tensors".`);
  }
  if (asked === "webgpu") {
    throw new HamError(
      "ham/no-engine",
      'The engine "webgpu" runs recalls alone. Use "tensors", which runs on the graphics card, too.',
    );
  }
  return { name: asked, why: "it was asked for" };
}

/**
 * The engine of a recall: shaders where the backend is that of WebGPU, else as {@link engineFor}.
 * @throws HamError `ham/no-engine`.
 */
export function recallEngineFor(asked: RecallEngine | undefined): EngineChoice {
  const isAsked = asked === "webgpu";
  if (!isAsked && (asked !== undefined || !hasWebgpu())) return engineFor(asked);
  if (!hasWebgpu()) {
    throw new HamError(
      "ham/no-engine",
      `The engine "webgpu" cannot run: it needs the backend "webgpu", and the backend is "${tf.getBackend()}". Choose that backend, or another engine.`,
    );
  }
  const why =
    'the backend "webgpu" computes on a graphics card, where many steps are one dispatch of shaders';
  return { name: "webgpu", why: isAsked ? "it was asked for" : why };
}

const NO_SIMD =
  "compiled code needs WebAssembly with 128-bit vectors, which is not there, or which the page forbids";
