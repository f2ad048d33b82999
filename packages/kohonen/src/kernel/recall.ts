// Recall by comparing a query with every stored key, some queries at a time.

import { addProduct, zeros } from "@hamlet/core/numbers";
import { inTurns, makeTurn, type Progress, type StopOptions } from "@hamlet/core";
import { assertMatrix, type Matrix, HamError } from "@hamlet/graph";
import { assertPairs, type Pairs, type MatrixLike } from "../learn/pairs.ts";
import type { Separation } from "./separation.ts";

/** How a kernel memory recalls. */
export interface KernelOptions extends StopOptions {
  readonly separation: Separation;
  /** Scores that are held at a time; default 2²¹, which is 16 MB. */
  readonly budget?: number;
  /** Called after every chunk of queries. */
  readonly onProgress?: (progress: Progress) => void;
}

const BUDGET = 2 ** 21;

/**
 * The values that a kernel memory recalls: `v̂ = Σᵢ f(K q)ᵢ vᵢ` for every query q, with a separation
 * function f. Nothing is learned beforehand: the pairs are the memory.
 *
 * The work is `q n (d + m)` multiplications; no more than `budget` scores are held at a time.
 * @param recall - the pairs, and the queries `[q, d]`, one a row.
 * @returns `[q, m]`.
 * @throws HamError as `learnLinear` does, `graph/bad-shape` for queries of another length, and
 * `kohonen/not-finite` when the separation function gives a number that is not finite.
 * @example
 * await recallKernel({ keys, values, queries }, { separation: softmaxSeparation({ beta: 4 }) });
 */
export async function recallKernel(
  { queries, ...pairs }: Pairs & { readonly queries: MatrixLike },
  { separation, budget = BUDGET, onProgress, signal }: KernelOptions,
): Promise<Matrix> {
  assertPairs(pairs);
  const { keys, values } = pairs;
  const [n, d] = keys.shape;
  assertMatrix("queries", queries, { width: d });
  const m = values.shape[1];
  const total = queries.shape[0];
  const recalled = zeros(total, m);
  const chunk = Math.min(total, Math.max(1, Math.floor(budget / n)));
  const scores = new Float64Array(chunk * n);
  const turn = makeTurn(signal);
  for (let from = 0; from < total; from += chunk) {
    await turn();
    const count = Math.min(chunk, total - from);
    scores.fill(0);
    const compared = addProduct(
      { data: scores, row: n },
      { data: queries.data, offset: from * d, row: d, depth: 1 },
      { data: keys.data, row: d, depth: 1 },
      { rows: count, columns: n, depth: d },
    );
    await inTurns(compared, turn);
    for (let i = 0; i < count; i++) {
      separation.apply(scores.subarray(i * n, (i + 1) * n));
      const others = turn();
      if (others !== undefined) await others;
    }
    const mixed = addProduct(
      { data: recalled.data, offset: from * m, row: m },
      { data: scores, row: n, depth: 1 },
      { data: values.data, row: 1, depth: m },
      { rows: count, columns: m, depth: n },
    );
    await inTurns(mixed, turn);
    assertFinite(recalled.data.subarray(from * m, (from + count) * m), separation.name);
    onProgress?.({ done: from + count, of: total });
  }
  return recalled;
}

function assertFinite(recalled: Float64Array, name: string): void {
  if (recalled.every((entry) => Number.isFinite(entry))) return;
  throw new HamError(
    "kohonen/not-finite",
    `The separation function "${name}" gave a weight that is not finite. ` +
      "Powers and exponentials of large scores overflow: scale the keys down, or subtract the largest score.",
    { name },
  );
}
