// A memory that pairs stream into: Σ k kᵀ and Σ k vᵀ, exact whatever the order.

import {
  type HeldSources,
  type Incoming,
  type StoreOptions,
  type StoreResult,
  StreamedSums,
} from "@hamlet/core";
import { LARGEST_WIDE, mirrorLower, MOST_TERMS, WideSums, zeros } from "@hamlet/core/numbers";
import { HamError, type Matrix } from "@hamlet/graph";
import type { LinearMemory, LinearOptions } from "../learn/linear.ts";
import { learnFromStatistics, type Statistics } from "../learn/statistics.ts";
import { sumsOf, triangle } from "./sizes.ts";
import { readCorrelations, type StoredCorrelations, writeCorrelations } from "./file.ts";

/** What a correlation memory is of. */
export interface CorrelationOptions {
  /**
   * `linear`: keys of any numbers, whose weights map every key nearest to its value. `hebb`: patterns
   * of −1 and +1, which are their own values; weights are Hebb's.
   */
  readonly rule: "linear" | "hebb";
  /** Numbers of a key. */
  readonly d: number;
  /** Numbers of a value; null where keys are their own values. Default null. */
  readonly m?: number | null;
}

/** How pairs are stored. */
export interface StorePairsOptions extends StoreOptions {
  /** `[K, m]`, one value for each key, where they are not their own. */
  readonly values?: ArrayLike<number>;
}

/**
 * Sums over pairs, `Σ k kᵀ` and `Σ k vᵀ`: a correlation matrix memory. Plain arrays, nothing to
 * dispose.
 *
 * Storing, forgetting and merging add and take away exactly: in any order and any grouping the same
 * pairs give the same bits. `statisticsOf` is some fifty times as fast, and depends on the order.
 * @see Kohonen, Correlation matrix memories, IEEE Trans. Computers C-21, 1972.
 */
export interface CorrelationMemory {
  readonly rule: "linear" | "hebb";
  readonly d: number;
  readonly m: number | null;
  /** How many pairs are in it. */
  readonly count: number;
  /** Where they are from, as far as `store` was told. */
  readonly held: HeldSources;
  /** Adds keys `[K, d]`, one after the other in one array, with their values. */
  store(keys: ArrayLike<number>, options?: StorePairsOptions): Promise<StoreResult>;
  /** Takes pairs away that were stored. */
  forget(keys: ArrayLike<number>, options?: StorePairsOptions): Promise<StoreResult>;
  /** Adds what another memory of the same sizes and rule holds; no rows that are in both. */
  merge(other: CorrelationMemory): void;
  /** The sums rounded to one number each. */
  statistics(): Statistics;
  /**
   * What the sums teach: for `linear` the least squares of `learnFromStatistics`, for `hebb`
   * `W = (1/d) Σ ξ ξᵀ` with 0 on the diagonal, whose solution is null.
   */
  weights(options?: LinearOptions): Promise<{
    readonly weights: Matrix;
    readonly solution: LinearMemory["solution"] | null;
  }>;
  /** The bytes of a safetensors file with the sums. */
  save(): Uint8Array;
}

/**
 * An empty memory.
 *
 * Its methods throw HamError: `kohonen/bad-shape` for arrays of the wrong length,
 * `kohonen/not-finite`, `kohonen/not-signs`, `kohonen/too-large` for sums beyond what is exact,
 * `kohonen/different-memories`, `core/stored-twice` and `core/not-stored` for rows of a source.
 * @throws HamError `kohonen/bad-shape` for sizes that cannot be.
 * @example
 * const memory = makeCorrelations({ rule: "linear", d: 64, m: 10 });
 * await memory.store(keys, { values });
 * const { weights } = await memory.weights({ ridge: 1 });
 */
export function makeCorrelations({ rule, d, m = null }: CorrelationOptions): CorrelationMemory {
  const sums = new WideSums(sumsOf(d, m));
  return new Correlations({ rule, d, m, sums, count: 0, reach: 0, held: [] });
}

/**
 * Reads what `save` wrote.
 * @throws HamError `core/bad-safetensors`, `core/bad-held`, `kohonen/bad-file`.
 */
export function loadCorrelations(bytes: Uint8Array, source = "memory file"): CorrelationMemory {
  return new Correlations(readCorrelations(bytes, source));
}

class Correlations
  extends StreamedSums<WideSums, StoredCorrelations, StorePairsOptions>
  implements CorrelationMemory
{
  protected readonly largest = LARGEST_WIDE;
  readonly #terms: Float64Array;

  constructor(stored: StoredCorrelations) {
    super(stored);
    this.#terms = new Float64Array(Math.max(stored.d, stored.m ?? 0));
  }

  get rule(): "linear" | "hebb" {
    return this.stored.rule;
  }

  get d(): number {
    return this.stored.d;
  }

  get m(): number | null {
    return this.stored.m;
  }

  merge(other: CorrelationMemory): void {
    if (!(other instanceof Correlations)) {
      throw new TypeError("merge takes a memory of makeCorrelations.");
    }
    const [mine, others] = [this, other].map((memory) => describeCorrelations(memory));
    if (mine !== others) {
      throw new HamError(
        "kohonen/different-memories",
        `merge: the memories are of different rules or sizes, ${mine} and ${others}. Store the pairs alike.`,
      );
    }
    this.absorb(other.stored);
  }

  statistics(): Statistics {
    const { d, m, sums, count } = this.stored;
    const totals = sums.totals();
    const keyKey = zeros(d, d);
    for (let i = 0, at = 0; i < d; at += ++i) {
      keyKey.data.set(totals.subarray(at, at + i + 1), i * d);
    }
    mirrorLower(keyKey.data, d);
    const data = totals.slice(triangle(d));
    return { count, keyKey, keyValue: m === null ? keyKey : { shape: [d, m], data } };
  }

  async weights(options: LinearOptions = {}): ReturnType<CorrelationMemory["weights"]> {
    const statistics = this.statistics();
    if (this.rule === "linear") return await learnFromStatistics(statistics, options);
    const { d } = this;
    const data = statistics.keyKey.data.map((sum, at) => (at % (d + 1) === 0 ? 0 : sum / d));
    return { weights: { shape: [d, d], data }, solution: null };
  }

  save(): Uint8Array {
    return writeCorrelations(this.stored);
  }

  protected incoming(
    what: string,
    keys: ArrayLike<number>,
    { values }: StorePairsOptions = {},
  ): Incoming {
    const { d, m, rule, sums } = this.stored;
    this.#assertShapes(what, keys, values);
    const terms = this.#terms;
    const half = triangle(d);
    let [k, v] = [0, 0];
    return {
      count: keys.length / d,
      look(index) {
        [k, v] = [index * d, index * (m ?? 0)];
        let largest = 0;
        const measure = (entry: number) => {
          if (!Number.isFinite(entry)) throw notFinite(what, index);
          if (rule === "hebb" && entry !== 1 && entry !== -1) throw notSigns(what, entry, index);
          largest = Math.max(largest, Math.abs(entry));
        };
        for (let i = 0; i < d; i++) measure(keys[k + i]);
        for (let j = 0; j < (m ?? 0); j++) measure(values![v + j]);
        return reachOf(largest);
      },
      add(sign) {
        for (let i = 0, at = 0; i < d; at += ++i) {
          const key = keys[k + i];
          if (key === 0) continue;
          for (let j = 0; j <= i; j++) terms[j] = key * keys[k + j];
          sums.add(at, terms, i + 1, sign);
          if (m === null) continue;
          for (let j = 0; j < m; j++) terms[j] = key * values![v + j];
          sums.add(half + i * m, terms, m, sign);
        }
      },
    };
  }

  protected tooLarge(more: number): HamError {
    const { count } = this;
    return new HamError(
      "kohonen/too-large",
      `This memory holds ${count} pairs, and with ${more} more its sums would not be exact any more (at most ${MOST_TERMS} pairs, whose largest squares add up to ${LARGEST_WIDE}). Start another memory, or scale the numbers down.`,
      { count, more },
    );
  }

  protected nothingLeft(index: number): HamError {
    return new HamError(
      "core/not-stored",
      `forget: the memory is empty, so pattern ${index} was never stored. Forget what was stored.`,
      { index },
    );
  }

  #assertShapes(
    what: string,
    keys: ArrayLike<number>,
    values: ArrayLike<number> | undefined,
  ): void {
    const { d, m } = this;
    const count = keys.length / d;
    if (!Number.isInteger(count)) {
      throw badShape(`${what}: expected a multiple of ${d} numbers, found ${keys.length}.`);
    }
    const wanted = m === null ? undefined : m * count;
    if (values?.length === wanted) return;
    throw badShape(
      m === null
        ? `${what}: keys are their own values here, found others.`
        : `${what}: expected ${m} numbers of values for each of ${count} keys, found ${values?.length ?? "none"}.`,
    );
  }
}

/** One line that is the same for memories that merge. */
export function describeCorrelations({
  rule,
  d,
  m,
}: Pick<CorrelationMemory, "rule" | "d" | "m">): string {
  return `${rule} of ${d} numbers${m === null ? "" : ` with values of ${m}`}`;
}

/** A whole number of what no product of a pair exceeds, so that no order shows in its sums. */
function reachOf(largest: number): number {
  return Math.max(1, Math.ceil(largest * largest));
}

function badShape(message: string): HamError {
  return new HamError("kohonen/bad-shape", `${message} Pass them flat, one row after the other.`);
}

function notFinite(what: string, index: number): HamError {
  return new HamError(
    "kohonen/not-finite",
    `${what}: pattern ${index} holds NaN or an infinity, which would spoil the whole memory. Leave it out; the patterns before it are stored.`,
    { index },
  );
}

function notSigns(what: string, entry: number, index: number): HamError {
  return new HamError(
    "kohonen/not-signs",
    `${what}: expected patterns of -1 and +1, found ${entry} in pattern ${index}. Turn bits into 2 * bit - 1 first.`,
    { index, entry },
  );
}
