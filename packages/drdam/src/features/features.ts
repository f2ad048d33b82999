// Random features that are ready to be used.

import {
  atOnce,
  inTurns,
  makeTurn,
  type StopOptions,
  StructuredRows,
  type Work,
} from "@hamlet/core";
import { invariant } from "@hamlet/graph";
import { gaussianProjection, orthogonalProjection } from "./dense.ts";
import { describeFeatures, type FeatureDescription, type FeatureOptions } from "./description.ts";
import type { Projection } from "./projection.ts";

/** Random features: what they are, and the rows ω drawn from it. Plain arrays, nothing to dispose. */
export interface Features {
  readonly description: FeatureDescription;
  readonly projection: Projection;
}

/**
 * Draws random features `Φ` with `⟨Φ(x), Φ(y)⟩ ≈ exp(−½β |x − y|²)`.
 *
 * Rows that are stored are `Y D` numbers, orthogonal ones `D` times as many operations: where that
 * takes long, `drawFeatures` lets others through.
 * @throws HamError `drdam/bad-features` for a size, a number or a name that cannot be.
 * @example
 * const features = makeFeatures({ D: 30, Y: 10_000, beta: 25, key: key(0) });
 */
export function makeFeatures(options: FeatureOptions): Features {
  return atOnce(drawn(describeFeatures(options)));
}

/**
 * The features of {@link makeFeatures}, while others have their turn.
 *
 * @throws HamError as `makeFeatures`.
 * @example
 * const memory = makeMemory(await drawFeatures({ D: 784, Y: 50_000, beta: 1, key: key(0) }));
 */
export async function drawFeatures(
  options: FeatureOptions,
  { signal }: StopOptions = {},
): Promise<Features> {
  return await inTurns(drawn(describeFeatures(options)), makeTurn(signal));
}

/** Features as they are given, or drawn here and now. */
export function featuresOf(given: FeatureOptions | Features): Features {
  return new LazyFeatures(given).now;
}

/** Features that are drawn once, when they are first needed. */
export class LazyFeatures {
  readonly description: FeatureDescription;
  #features: Features | null;

  constructor(given: FeatureOptions | Features) {
    this.#features = "projection" in given ? given : null;
    this.description = "projection" in given ? given.description : describeFeatures(given);
  }

  /** The features, drawn here and now where they are not yet. */
  get now(): Features {
    return atOnce(this.drawn());
  }

  /** The same, while others have their turn. */
  *drawn(): Work<Features> {
    if (this.#features !== null) return this.#features;
    const features = yield* drawn(this.description);
    return (this.#features ??= features);
  }
}

function* drawn(description: FeatureDescription): Work<Features> {
  return { description, projection: yield* drawRows(description) };
}

function* drawRows(description: FeatureDescription): Work<Projection> {
  switch (description.family) {
    case "gaussian":
      return yield* gaussianProjection(description);
    case "orthogonal":
      return yield* orthogonalProjection(description);
    case "structured":
      return new StructuredRows(description);
  }
  invariant(false, `the family ${String(description.family)} was checked`);
}
