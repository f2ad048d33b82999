// Along which sizes recalls are made larger, all else staying as it is.

import { features, logSumExp } from "../table/recalls.ts";
import type { Row } from "../table/row.ts";

/** A size that grows. */
export interface Axis {
  readonly name: string;
  /** What stays as it is. */
  readonly fixed: string;
  readonly sizes: readonly number[];
  /** A recall of a `.ham` text at a size. */
  readonly row: (size: number) => Row;
}

export const AXES: readonly Axis[] = [
  {
    name: "patterns K",
    fixed: "log-sum-exp, D = 64, 1 query, 20 steps",
    sizes: [100, 1000, 10_000, 100_000],
    row: (K) => logSumExp(K, 64, 1, 20),
  },
  {
    name: "numbers of a pattern D",
    fixed: "log-sum-exp, K = 1000, 1 query, 20 steps",
    sizes: [16, 64, 256, 1024, 4096],
    row: (D) => logSumExp(1000, D, 1, 20),
  },
  {
    name: "queries B",
    fixed: "log-sum-exp, K = 1000, D = 64, 20 steps",
    sizes: [1, 4, 16, 64, 256],
    row: (B) => logSumExp(1000, 64, B, 20),
  },
  {
    name: "random features Y",
    fixed: "features as text, D = 30, 20 queries, 20 steps",
    sizes: [1000, 10_000, 100_000],
    row: (Y) => features(Y, 20, 20),
  },
];
