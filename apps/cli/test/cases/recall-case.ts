// Recalls a model of fixtures/cases in this process, and reads its arrays.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ArrayData, readNpy, readNpz } from "@hamlet/core";
import type { Outcome } from "@hamlet/ham";
import type { LoadOptions } from "@hamlet/model";
import { loadModelFile } from "@hamlet/model/node";

const CASES = join(import.meta.dirname, "../../../../fixtures/cases");

/** The path of a file of a case, such as `03-seven-segment/seg.ham`. */
export const casePath = (name: string): string => join(CASES, name);

/** What a recall of one layer left. */
export interface Ended {
  /** The activations of the layer, a row an example. */
  readonly rows: number[][];
  readonly outcomes: readonly Outcome[];
  /** Energies, a row an example. */
  readonly energies: number[][];
}

/** Recalls with the first layer of a model. */
export async function recallCase(
  name: string,
  { recall, batch, ...load }: { recall?: string; batch?: number } & LoadOptions = {},
): Promise<Ended> {
  using model = await loadModelFile(casePath(name), load);
  using result = await model.recall({
    ...(recall === undefined ? {} : { recall }),
    ...(batch === undefined ? {} : { batch }),
  });
  const [activations] = result.activations.values();
  const data = [...(await activations.data())];
  const width = data.length / result.batch;
  return {
    rows: Array.from({ length: result.batch }, (_, b) => data.slice(b * width, (b + 1) * width)),
    outcomes: result.outcomes,
    energies: result.outcomes.map((_, b) => result.energies.map((energy) => energy[b])),
  };
}

/** The rows of an array of a case: `06-neuron-mask/m.npz#Q`. */
export function rowsOf(name: string): number[][] {
  const [path, key] = name.split("#");
  const bytes = new Uint8Array(readFileSync(casePath(path)));
  const { shape, data } = key === undefined ? readNpy(bytes) : entry(readNpz(bytes), key);
  const values = Array.from(data, Number);
  const width = values.length / shape[0];
  return Array.from({ length: shape[0] }, (_, k) => values.slice(k * width, (k + 1) * width));
}

function entry(arrays: ReadonlyMap<string, ArrayData>, key: string): ArrayData {
  const found = arrays.get(key);
  if (found === undefined) throw new Error(`no ${key} among ${[...arrays.keys()].join(", ")}`);
  return found;
}

/** `Σᵢ aᵢ bᵢ` in float64. */
export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((total, x, k) => total + x * b[k], 0);
