// Training a model: which block, which examples, and the params as a file.

import { type ArrayData, writeSafetensors } from "@hamlet/core";
import {
  type EnergyGraph,
  givensOf,
  HamError,
  type Tensor,
  tensorsIn,
  type Training,
} from "@hamlet/graph";
import type { Entries, TrainOptions } from "@hamlet/ham";

/** How a model is trained. */
export interface ModelTrainOptions extends Omit<TrainOptions, "key"> {
  /** The name of the train block; default: the first. */
  readonly train?: string;
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
  { recall, loss, feeds }: Training,
  entries: ReadonlyMap<Tensor, Entries>,
): Map<Tensor, Entries> {
  const feeding = feeds.flatMap((feed) => (feed.from === "draw" ? feed.args : [feed.value]));
  const read = new Set([...givensOf(graph, recall), ...tensorsIn([loss, ...feeding])]);
  const fed = new Set(feeds.map(({ tensor }) => tensor));
  return new Map(
    [...ofKind(entries, "given")].filter(([tensor]) => read.has(tensor) && !fed.has(tensor)),
  );
}

/** The entries of one kind of tensor. */
export function ofKind(
  entries: ReadonlyMap<Tensor, Entries>,
  kind: Tensor["kind"],
): Map<Tensor, Entries> {
  return new Map([...entries].filter(([tensor]) => tensor.kind === kind));
}

/** Every param by its name, as the bytes of a safetensors file. */
export function paramsFile(entries: ReadonlyMap<Tensor, Entries>): Uint8Array {
  const arrays = new Map<string, ArrayData>();
  for (const [{ name }, { shape, data }] of ofKind(entries, "param")) {
    arrays.set(name, { shape: [...shape], dtype: "float32", data });
  }
  return writeSafetensors(arrays);
}
