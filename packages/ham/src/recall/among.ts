// Some examples of a larger batch, whose others are recalled elsewhere, such as in other threads.

/**
 * What examples know of the batch that they are some of. Recalled so, part by part, a batch has the
 * numbers that it has as a whole: the same draws, and the same last step.
 */
export interface Among {
  /** The place of the first of them in the batch. */
  readonly from: number;
  /** The examples of the batch. */
  readonly of: number;
  /**
   * Told after every step where these examples ended, or null while some of them move. Returns the
   * step at which the last example of the batch ended, or null while that is after this step.
   */
  readonly lastStep: (step: number, ended: number | null) => null | Promise<number | null>;
}

/** Draws for the whole batch, and keeps the rows of these examples. */
export function drawnAmong(
  draw: (batch: number) => Float32Array,
  batch: number,
  among: Among | undefined,
): Float32Array {
  if (among === undefined) return draw(batch);
  const all = draw(among.of);
  const row = all.length / among.of;
  return all.subarray(among.from * row, (among.from + batch) * row);
}
