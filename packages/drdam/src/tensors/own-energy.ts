// Descents of any energy: those of a DrDAM, and one of the caller's own.

import { makeTurn } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import {
  descend,
  type DescentOptions,
  type DescentResult,
  type EnergyFunction,
} from "./descent.ts";
import { DEFAULT_EPS } from "./energies.ts";
import { type Input, statesOf, vectorOf, withLeading } from "./shapes.ts";

/** An energy of one's own and its gradient at states `[B, D]`, which are borrowed. */
export type OwnEnergy = (states: tf.Tensor2D) => {
  /** `[B]` */
  readonly energy: tf.Tensor;
  /** `∂E/∂v`, `[B, D]` */
  readonly slope: tf.Tensor;
};

/**
 * Descends an energy of one's own as a DrDAM descends its own: `v ← v − α ∂E/∂v`, `depth` times.
 *
 * What the energy makes beside its results is disposed of after each step.
 * @param q - states `[…, D]`.
 * @throws HamError `drdam/shape-mismatch` where states, energies or slopes do not fit;
 * `drdam/bad-setting`.
 * @example
 * const bowl = (v) => ({ energy: tf.sum(tf.square(v), 1).div(2), slope: v });
 * const { state, energies } = await descendEnergy(bowl, query, { depth: 100, alpha: 0.1 });
 */
export async function descendEnergy(
  energy: OwnEnergy,
  q: Input,
  options: DescentOptions = {},
): Promise<DescentResult> {
  const D = lastAxis(q);
  const at = (states: tf.Tensor2D) => {
    const { energy: value, slope } = energy(states);
    assertShape("energy", value, [states.shape[0]]);
    assertShape("slope", slope, states.shape);
    // The states themselves may be the slope, and go before it does.
    const own = slope === states ? tf.clone(slope) : slope;
    return { energy: value, slope: own, kernelSum: null };
  };
  const make = () => ({ at, dispose: () => undefined });
  return await descentOf(make, q, { ...options, D, eps: DEFAULT_EPS });
}

function lastAxis(q: Input): number {
  return tf.tidy(() => (q instanceof tf.Tensor ? q : tf.tensor(q)).shape.at(-1) ?? 0);
}

/** A descent of states `[…, D]` on an energy that is made for it, from what is alive until its end. */
export async function descentOf(
  make: (owned: tf.Tensor[]) => EnergyFunction,
  q: Input,
  options: DescentOptions & { readonly eps: number; readonly D: number },
): Promise<DescentResult> {
  const { depth = 1000, alpha = 0.1, returnGrads = false, clampIdxs, eps, D, onProgress } = options;
  if (!Number.isSafeInteger(depth) || depth < 1) {
    throw badSetting("depth", "a whole number from 1 up", depth);
  }
  let leading: readonly number[] = [];
  const owned = tf.tidy(() => {
    const start = statesOf(q, D, "q");
    ({ leading } = start);
    const held = clampIdxs === undefined ? null : vectorOf(clampIdxs, D, "clampIdxs");
    const free = held === null ? [] : [tf.cast(tf.equal(held, 0), "float32")];
    return [tf.clone(start.states), ...free];
  });
  const [start, free = null] = owned as [tf.Tensor2D, tf.Tensor1D?];
  let energy: EnergyFunction | null = null;
  try {
    const settings = { depth, alpha: positive("alpha", alpha), returnGrads, free, eps };
    energy = make(owned);
    const turn = makeTurn(options.signal);
    const found = await descend(energy, start, { ...settings, turn, onProgress });
    const { state, energies, grads, clipped } = found;
    owned.push(state, energies, clipped, ...(grads === null ? [] : [grads]));
    const shaped = tf.tidy(() => [
      withLeading(state, leading, { after: [D] }),
      withLeading(energies, leading, { before: [depth] }),
      withLeading(clipped, leading),
      ...(grads === null ? [] : [withLeading(grads, leading, { before: [depth], after: [D] })]),
    ]);
    const [states, path, cut, slopes] = shaped;
    return { state: states, energies: path, ...(slopes && { grads: slopes }), clipped: cut };
  } finally {
    energy?.dispose();
    tf.dispose(owned);
  }
}

/** @throws HamError `drdam/bad-setting` unless the value is a number above 0. */
export function positive(name: string, value: number): number {
  if (!(value > 0 && value < Infinity)) throw badSetting(name, "a number above 0", value);
  return value;
}

function badSetting(name: string, expected: string, found: number): HamError {
  return new HamError(
    "drdam/bad-setting",
    `DrDAM: expected ${expected} as "${name}", found ${found}. Change "${name}".`,
    { name, found },
  );
}

function assertShape(what: string, { shape }: tf.Tensor, expected: readonly number[]): void {
  if (shape.length === expected.length && expected.every((size, k) => size === shape[k])) return;
  throw new HamError(
    "drdam/shape-mismatch",
    `The ${what} of an energy of your own: expected the shape [${expected.join(", ")}] for these states, found [${shape.join(", ")}]. Return one ${what} for each of them.`,
    { what, expected, found: shape },
  );
}
