import { makeTurn, type StopOptions } from "@hamlet/core";
import { assertMatrix, HamError } from "@hamlet/graph";
import { nearestTo } from "../data/distance.ts";
import { type Points } from "../data/points.ts";

/** What became of a sample. */
export type SampleKind = "memorised" | "spurious" | "generalised";

/** Where the lines are drawn, in the units of the data, and what stops the search. */
export interface ClassifyOptions extends StopOptions {
  /** A sample this close to a pattern is memorised. */
  readonly memorised: number;
  /** A sample that is not, but this close to another sample, is spurious. */
  readonly duplicate: number;
}

/** What became of n samples, and the distances that decided it, in the units of the data. */
export interface SampleClasses {
  /** `[n]`. */
  readonly kinds: readonly SampleKind[];
  readonly counts: Readonly<Record<SampleKind, number>>;
  /** From each sample to the nearest pattern, `[n]`. */
  readonly toPattern: Float64Array;
  /** From each sample to the nearest other sample, `[n]`; Infinity for a single sample. */
  readonly toSample: Float64Array;
}

/**
 * Sorts samples by their nearest neighbours:
 * - **memorised**: within `memorised` of a training pattern;
 * - **spurious**: not memorised, but within `duplicate` of another sample: the model has made the
 *   same thing twice that it never saw, so there is an attractor;
 * - **generalised**: neither, so new and made once.
 *
 * Both thresholds depend on the data, so none is assumed: look at `toPattern` and `toSample`. That
 * of duplicates also depends on how many samples there are, since samples of any continuous density
 * lie closer the more of them are drawn.
 * @throws HamError `diffusion/threshold`; as `assertMatrix`.
 * @see Pham et al., arXiv:2505.21777.
 */
export async function classifySamples(
  samples: Points,
  patterns: Points,
  { memorised, duplicate, signal }: ClassifyOptions,
): Promise<SampleClasses> {
  assertMatrix("patterns", patterns);
  assertMatrix("samples", samples, { width: patterns.shape[1] });
  assertThreshold("memorised", memorised);
  assertThreshold("duplicate", duplicate);
  const turn = makeTurn(signal);
  const [n] = samples.shape;
  const [toPattern, toSample] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    await turn();
    toPattern[i] = nearestTo(samples, i, patterns).distance;
    toSample[i] = nearestTo(samples, i, samples, { self: true }).distance;
  }
  const kinds = Array.from(toPattern, (distance, i): SampleKind => {
    if (distance <= memorised) return "memorised";
    return toSample[i] <= duplicate ? "spurious" : "generalised";
  });
  const counts = { memorised: 0, spurious: 0, generalised: 0 };
  for (const kind of kinds) counts[kind]++;
  return { kinds, counts, toPattern, toSample };
}

function assertThreshold(name: string, threshold: number): void {
  if (threshold > 0 && Number.isFinite(threshold)) return;
  throw new HamError(
    "diffusion/threshold",
    `The threshold "${name}" must be a number above 0, not ${threshold}.`,
    { name, threshold },
  );
}
