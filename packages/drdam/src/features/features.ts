// Random features that are ready to be used.

import { StructuredRows } from "@hamlet/core";
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
 * @throws HamError `drdam/bad-features` for a size, a number or a name that cannot be.
 * @example
 * const features = makeFeatures({ D: 30, Y: 10_000, beta: 25, key: key(0) });
 */
export function makeFeatures(options: FeatureOptions): Features {
  const description = describeFeatures(options);
  return { description, projection: drawRows(description) };
}

function drawRows(description: FeatureDescription): Projection {
  switch (description.family) {
    case "gaussian":
      return gaussianProjection(description);
    case "orthogonal":
      return orthogonalProjection(description);
    case "structured":
      return new StructuredRows(description);
  }
  invariant(false, `the family ${String(description.family)} was checked`);
}
