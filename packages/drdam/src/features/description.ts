// What random features are made of, as plain data: enough to draw the same ones again anywhere.

import type { Key } from "@hamlet/core";
import { HamError } from "@hamlet/graph";

/** The feature maps of the RBF kernel. */
export const KINDS = ["sin-cos", "positive"] as const;
/** How the rows ω are drawn. */
export const FAMILIES = ["gaussian", "orthogonal", "structured"] as const;
/** How long the rows of an orthogonal or structured family are. */
export const NORMS = ["chi", "quasi-monte-carlo", "fixed"] as const;

/** What {@link makeFeatures} needs. */
export interface FeatureOptions {
  /** Entries of a state. */
  readonly D: number;
  /** Number of rows ω; the feature map has `2 Y` entries. More is more accurate, as `1/√Y`. */
  readonly Y: number;
  /**
   * Inverse temperature of the kernel `exp(−½β |x − y|²)`; larger is sharper, and needs more features.
   * That of `@hamlet/diffusion` is half of it.
   */
  readonly beta: number;
  /** Draws the rows. */
  readonly key: Key;
  /**
   * `sin-cos` (Rahimi and Recht): cosines and sines; the approximate kernel sum can fall below 0.
   * `positive` (Choromanski et al.): exponentials; always above 0, but of high variance far from
   * the origin. Default `sin-cos`.
   */
  readonly kind?: (typeof KINDS)[number];
  /**
   * `gaussian`: independent normal rows, a matrix of `Y D` numbers. `orthogonal`: normal rows made
   * orthogonal in groups of `D`. `structured`: rows of `H S₃ H S₂ H S₁`, with Walsh–Hadamard
   * matrices `H` and random signs `S`: `O(Y log D)` time, `O(Y)` memory. Default `gaussian`.
   */
  readonly family?: (typeof FAMILIES)[number];
  /**
   * For orthogonal and structured rows. `chi`: as long as normal vectors are, which makes the
   * kernel unbiased. `quasi-monte-carlo`: the same lengths spread evenly over their distribution.
   * `fixed`: all `√D`, which is biased. Default `chi`.
   */
  readonly norms?: (typeof NORMS)[number];
}

/** Features as data, every choice made. */
export type FeatureDescription = Required<FeatureOptions>;

/**
 * Fills in the defaults.
 * @throws HamError `drdam/bad-features` for a size, a number or a name that cannot be.
 */
export function describeFeatures(options: FeatureOptions): FeatureDescription {
  const { D, Y, beta, key, kind = "sin-cos", family = "gaussian", norms = "chi" } = options;
  assertCount("D", D);
  assertCount("Y", Y);
  if (!(beta > 0 && beta < Infinity)) throw bad("beta", "a number above 0", beta);
  assertOneOf("kind", KINDS, kind);
  assertOneOf("family", FAMILIES, family);
  assertOneOf("norms", NORMS, norms);
  const isWord = (word: unknown) => Number.isInteger(word) && Number(word) >= 0;
  if (!Array.isArray(key) || key.length !== 2 || !key.every(isWord)) {
    throw bad("key", "a random key such as key(42)", key);
  }
  return Object.freeze({ D, Y, beta, key, kind, family, norms });
}

/** True when two descriptions draw the same features. */
export function sameFeatures(a: FeatureDescription, b: FeatureDescription): boolean {
  return printFeatures(a) === printFeatures(b);
}

/** One line of JSON, always in the same order. */
export function printFeatures(features: FeatureDescription): string {
  const { D, Y, beta, key, kind, family, norms } = features;
  return JSON.stringify({ D, Y, beta, key, kind, family, norms });
}

function assertCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) throw bad(name, "a whole number from 1 up", value);
}

function assertOneOf(name: string, known: readonly string[], value: string): void {
  if (!known.includes(value)) throw bad(name, `one of ${known.join(", ")}`, value);
}

function bad(name: string, expected: string, found: unknown): HamError {
  return new HamError(
    "drdam/bad-features",
    `Random features: expected ${expected} as "${name}", found ${JSON.stringify(found) ?? String(found)}. Change "${name}".`,
    { name, found },
  );
}
