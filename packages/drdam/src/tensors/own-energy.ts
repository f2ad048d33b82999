// Descents of any energy: those of a DrDAM, and one of the caller's own.

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
 * const { state, energies } = descendEnergy(bowl, query, { depth: 100, alpha: 0.1 });
 */
export function descendEnergy(
  energy: OwnEnergy,
  q: Input,
  options: DescentOptions = {},
): DescentResult {
  return tf.tidy(() => {
    const start = q instanceof tf.Tensor ? q : tf.tensor(q);
    const D = start.shape.at(-1) ?? 0;
    const at = (states: tf.Tensor2D) => {
      const { energy: value, slope } = energy(states);
      assertShape("energy", value, [states.shape[0]]);
      assertShape("slope", slope, states.shape);
      // The states themselves may be the slope, and go before it does.
      const own = slope === states ? tf.clone(slope) : slope;
      return { energy: value, slope: own, kernelSum: null };
    };
    return descentOf({ at, dispose: () => undefined }, start, { ...options, D, eps: DEFAULT_EPS });
  });
}

/** A descent of states `[…, D]`. Call it inside a tidy. */
export function descentOf(
  energy: EnergyFunction,
  q: Input,
  options: DescentOptions & { readonly eps: number; readonly D: number },
): DescentResult & tf.TensorContainerObject {
  const { depth = 1000, alpha = 0.1, returnGrads = false, clampIdxs, eps, D } = options;
  if (!Number.isSafeInteger(depth) || depth < 1) {
    throw badSetting("depth", "a whole number from 1 up", depth);
  }
  const { states, leading } = statesOf(q, D, "q");
  const held = clampIdxs === undefined ? null : vectorOf(clampIdxs, D, "clampIdxs");
  const free = held === null ? null : tf.cast<tf.Tensor1D>(tf.equal(held, 0), "float32");
  const settings = { depth, alpha: positive("alpha", alpha), returnGrads, free, eps };
  const { state, energies, grads, clipped } = descend(energy, states, settings);
  return {
    state: withLeading(state, leading, { after: [D] }),
    energies: withLeading(energies, leading, { before: [depth] }),
    ...(grads !== null && {
      grads: withLeading(grads, leading, { before: [depth], after: [D] }),
    }),
    clipped: withLeading(clipped, leading),
  };
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
