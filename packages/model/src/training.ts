// Training a model: which block, which examples, and the params as a file.

import { type ArrayData, writeSafetensors } from "@hamlet/core";
import {
  demandOf,
  type Dim,
  type EnergyGraph,
  givensOf,
  HamError,
  type Tensor,
  tensorsIn,
  type Training,
} from "@hamlet/graph";
import type { Entries, RecallEngine, TrainOptions } from "@hamlet/ham";
import { entriesOf } from "./entries.ts";

/** How a model is trained. */
export interface ModelTrainOptions extends Omit<TrainOptions, "key"> {
  /** The name of the train block; default: the first. */
  readonly train?: string;
  /** What it runs on; default: compiled code where the backend is of the processor, else tensors. */
  readonly engine?: RecallEngine;
  /** Leave a record of how the loss fell and what it ended with, that `verify` can check; default false. */
  readonly certificate?: boolean;
  /**
   * Other examples of every given that the training reads from a file, `[N, …axes]`: the loss is
   * measured on these, in place of a share of its own examples.
   */
  readonly heldOut?: Readonly<Record<string, Entries>>;
}

/**
 * The train block of that name; the first without one.
 * @throws HamError `model/unknown-training`.
 */
export function trainingNamed({ trainings = [] }: EnergyGraph, name?: string): Training {
  const found = name === undefined ? trainings[0] : trainings.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = trainings.map((training) => training.name).join(", ");
  throw new HamError(
    "model/unknown-training",
    trainings.length === 0
      ? "This model has no train block. It needs at least: train { unroll = …  loss = …  optimiser = adam(lr = 1e-3) }"
      : `This model has no training called "${name}". It has: ${names}.`,
  );
}

/** The examples of a training: givens with a file that it reads and does not feed. */
export function examplesOf(
  graph: EnergyGraph,
  { recall, loss, metrics = [], feeds }: Training,
  entries: ReadonlyMap<Tensor, Entries>,
): Map<Tensor, Entries> {
  const feeding = feeds.flatMap((feed) => (feed.from === "draw" ? feed.args : [feed.value]));
  const read = new Set([
    ...givensOf(graph, recall),
    ...tensorsIn([loss, ...metrics.map(({ value }) => value), ...feeding]),
  ]);
  const fed = new Set(feeds.map(({ tensor }) => tensor));
  return new Map(
    [...ofKind(entries, "given")].filter(([tensor]) => read.has(tensor) && !fed.has(tensor)),
  );
}

/**
 * The examples to measure the loss on, for the givens of `examples`.
 * @throws HamError `model/held-out` for a name that is missing or none of them, a wrong shape, or an
 * entry that the given does not take.
 */
export function heldOutOf(
  examples: ReadonlyMap<Tensor, Entries>,
  heldOut: Readonly<Record<string, Entries>>,
  sizes: ReadonlyMap<Dim, number>,
): Map<Tensor, Entries> {
  const fail = (text: string) => new HamError("model/held-out", `Held-out examples: ${text}`);
  const names = [...examples.keys()].map(({ name }) => name);
  const unknown = Object.keys(heldOut).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw fail(
      `"${unknown}" is no given that this training reads from a file. It reads: ${names.join(", ") || "none"}.`,
    );
  }
  return new Map(
    [...examples.keys()].map((tensor) => {
      const value = heldOut[tensor.name];
      if (value === undefined) {
        throw fail(
          `"${tensor.name}" is missing. Give every given of the training: ${names.join(", ")}.`,
        );
      }
      const wanted = tensor.axes.map((dim) => sizes.get(dim)!);
      if (
        value.shape.length !== wanted.length + 1 ||
        value.shape.slice(1).join() !== wanted.join()
      ) {
        throw fail(
          `"${tensor.name}" needs the shape [N, ${wanted.join(", ")}], found [${value.shape.join(", ")}].`,
        );
      }
      const data = entriesOf({ shape: value.shape, pieces: [value.data] }, tensor);
      if (data instanceof Float32Array) return [tensor, { shape: value.shape, data }] as const;
      throw fail(
        `"${tensor.name}" takes ${demandOf(tensor)}: found ${String(data.value)} at [${data.at.join(", ")}].`,
      );
    }),
  );
}

/** The entries of one kind of tensor. */
export function ofKind(
  entries: ReadonlyMap<Tensor, Entries>,
  kind: Tensor["kind"],
): Map<Tensor, Entries> {
  return new Map([...entries].filter(([tensor]) => tensor.kind === kind));
}

/** Every param by its name, as the bytes of a safetensors file; those in `others` as they are there. */
export function paramsFile(
  entries: ReadonlyMap<Tensor, Entries>,
  others: ReadonlyMap<string, ArrayData> = new Map(),
): Uint8Array {
  const arrays = new Map<string, ArrayData>();
  for (const [{ name }, { shape, data }] of ofKind(entries, "param")) {
    arrays.set(name, others.get(name) ?? { shape: [...shape], dtype: "float32", data });
  }
  return writeSafetensors(arrays);
}
