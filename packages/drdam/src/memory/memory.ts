// A memory that patterns stream into: T = Σₘ Φ(ξₘ), exact whatever the order.

import {
  type HeldSources,
  type Incoming,
  type StoreOptions,
  type StoreResult,
  StreamedSums,
  type Work,
} from "@hamlet/core";
import { ExactSums, LARGEST_TOTAL, MOST_TERMS } from "@hamlet/core/numbers";
import { HamError } from "@hamlet/graph";
import {
  type FeatureDescription,
  type FeatureOptions,
  printFeatures,
  sameFeatures,
} from "../features/description.ts";
import { FeatureMap, featureScale } from "../features/feature-map.ts";
import { type Features, LazyFeatures } from "../features/features.ts";
import { type ErrorBar, estimatedError } from "../theory/error-bar.ts";
import { readMemory, type StoredMemory, writeMemory } from "./file.ts";
import { recallFrom, type MemoryRecall, type MemoryRecallOptions } from "./recall.ts";

/** Below this kernel sum an energy is flat. */
const EPS = 1e-10;

/** Patterns whose features are made together, and the most numbers that those may be. */
const TOGETHER = 128;
const MOST_ENTRIES = 2 ** 21;

/**
 * A distributed memory: `2 Y` sums for any number of patterns, in float64 and plain arrays, so
 * there is nothing to dispose.
 *
 * Storing, forgetting and merging add and take away exactly: in any order and any grouping the same
 * patterns give the same bits.
 */
export interface DistributedMemory {
  /** What its features are made of. */
  readonly description: FeatureDescription;
  /** Its features. They are drawn when they are first needed: merging and saving do without. */
  readonly features: Features;
  /** How many patterns are in it. */
  readonly count: number;
  /** Where its patterns are from, as far as `store` was told. */
  readonly held: HeldSources;
  /** Adds patterns `[K, D]`, one after the other in one array. */
  store(patterns: ArrayLike<number>, options?: StoreOptions): Promise<StoreResult>;
  /** Takes patterns away that were stored. */
  forget(patterns: ArrayLike<number>, options?: StoreOptions): Promise<StoreResult>;
  /** An empty memory of the same features, which are drawn once for both. */
  fresh(): DistributedMemory;
  /** Adds what another memory of the same features holds; no rows that are in both. */
  merge(other: DistributedMemory): void;
  /** The memory vector `T`, `[2Y]`, in float64. */
  T(): Float64Array;
  /** `E = −(1/β) log max(⟨Φ(v), T⟩, 1e-10)`. */
  energy(v: ArrayLike<number>): number;
  /** `∂E/∂v`, `[D]`; 0 where the kernel sum is cut. */
  gradient(v: ArrayLike<number>): Float64Array;
  /** How far the energy at `v` may be from the exact one, from `T` alone. */
  errorBar(v: ArrayLike<number>, options?: { readonly gradient?: boolean }): ErrorBar;
  /** Descends the energy from a query until nothing moves, and says how it ended. */
  recall(query: ArrayLike<number>, options?: MemoryRecallOptions): Promise<MemoryRecall>;
  /** The bytes of a safetensors file with the sums and what the features are made of. */
  save(): Uint8Array;
}

/**
 * An empty memory, of features that are drawn for it or were before.
 *
 * Its methods throw HamError: `drdam/shape-mismatch` for arrays of the wrong length,
 * `drdam/not-finite`, `drdam/too-large` for positive features beyond what can be summed exactly,
 * `drdam/different-features`, `core/stored-twice` and `core/not-stored` for rows of a source.
 * @throws HamError `drdam/bad-features`.
 * @example
 * const memory = makeMemory({ D: 64, Y: 8192, beta: 5, key: key(0), family: "structured" });
 * await memory.store(patterns);
 * const { state, ending } = await memory.recall(query);
 */
export function makeMemory(options: FeatureOptions | Features): DistributedMemory {
  return new Memory(new LazyFeatures(options));
}

/**
 * Reads what `save` wrote; the features are drawn again from their key.
 * @throws HamError `core/bad-safetensors`, `drdam/bad-file`.
 */
export function loadMemory(bytes: Uint8Array, source = "memory file"): DistributedMemory {
  const { description, ...stored } = readMemory(bytes, source);
  return new Memory(new LazyFeatures(description), stored);
}

class Memory
  extends StreamedSums<ExactSums, StoredMemory, StoreOptions>
  implements DistributedMemory
{
  protected readonly largest = LARGEST_TOTAL;
  readonly #features: LazyFeatures;
  #made: FeatureMap | null = null;
  /** The sums rounded to one number each, until they change. */
  #totals: Float64Array | null = null;

  constructor(
    features: LazyFeatures,
    stored: StoredMemory = {
      sums: ExactSums.zeros(2 * features.description.Y),
      count: 0,
      reach: 0,
      held: [],
    },
  ) {
    super(stored);
    this.#features = features;
  }

  get description(): FeatureDescription {
    return this.#features.description;
  }

  get features(): Features {
    return this.#features.now;
  }

  fresh(): DistributedMemory {
    return new Memory(this.#features);
  }

  get #map(): FeatureMap {
    return (this.#made ??= new FeatureMap(this.features));
  }

  merge(other: DistributedMemory): void {
    if (!sameFeatures(this.description, other.description)) {
      throw new HamError(
        "drdam/different-features",
        `merge: the memories are made of different features, ${printFeatures(this.description)} and ${printFeatures(other.description)}. Store the patterns with one description.`,
      );
    }
    if (!(other instanceof Memory)) throw new TypeError("merge takes a memory of makeMemory.");
    this.absorb(other.stored);
    this.#totals = null;
  }

  T(): Float64Array {
    const scale = featureScale(this);
    return this.#sums().map((sum) => scale * sum);
  }

  energy(v: ArrayLike<number>): number {
    this.#assertState("energy", v);
    const h = this.#map.kernelSum(v, this.#sums(), null);
    return -Math.log(Math.max(h, EPS)) / this.description.beta;
  }

  gradient(v: ArrayLike<number>): Float64Array {
    this.#assertState("gradient", v);
    const gradient = new Float64Array(this.description.D);
    const h = this.#map.kernelSum(v, this.#sums(), gradient);
    const { beta } = this.description;
    return gradient.map((entry) => (h > EPS ? -entry / (beta * h) : 0));
  }

  errorBar(v: ArrayLike<number>, { gradient = false } = {}): ErrorBar {
    this.#assertState("errorBar", v);
    return estimatedError(v, this.#sums(), { map: this.#map, gradient });
  }

  recall(query: ArrayLike<number>, options: MemoryRecallOptions = {}): Promise<MemoryRecall> {
    this.#assertState("recall", query);
    return recallFrom(query, { map: this.#map, sums: this.#sums(), eps: EPS }, options);
  }

  save(): Uint8Array {
    return writeMemory({ ...this.stored, description: this.description });
  }

  #sums(): Float64Array {
    this.#totals ??= this.stored.sums.totals();
    return this.#totals;
  }

  protected incoming(what: string, patterns: ArrayLike<number>): Incoming {
    const { D, Y, kind } = this.description;
    this.#assertStates(what, patterns);
    const count = patterns.length / D;
    const together = Math.min(count, TOGETHER, Math.ceil(MOST_ENTRIES / (2 * Y)));
    const entries = new Float64Array(together * 2 * Y);
    const desk = {};
    /** Where the entries of the pattern are that was looked at last. */
    let at = 0;
    return {
      count,
      ahead: {
        count: together,
        prepare: (from, to) => this.#prepare(patterns, [from, to], entries, desk),
      },
      look: (index) => {
        for (let d = 0; d < D; d++) {
          if (!Number.isFinite(patterns[index * D + d])) throw notFinite(what, index);
        }
        at = (index % together) * 2 * Y;
        if (kind !== "positive") return 1;
        return roundedUp(entries.subarray(at, at + 2 * Y).reduce((a, b) => Math.max(a, b), 0));
      },
      add: (sign) => {
        this.stored.sums.add(0, entries, 2 * Y, sign, at);
        this.#totals = null;
      },
    };
  }

  /** Writes the entries of patterns; who stores first draws the features, while others have their turn. */
  *#prepare(...asked: Parameters<FeatureMap["entries"]>): Work<void> {
    yield* this.#features.drawn();
    yield* this.#map.entries(...asked);
  }

  protected tooLarge(more: number): HamError {
    const { count } = this;
    return new HamError(
      "drdam/too-large",
      `This memory holds ${count} patterns, and with ${more} more its sums would not be exact any more (at most ${MOST_TERMS} patterns, and entries that add up to ${LARGEST_TOTAL}). Start another memory${this.description.kind === "positive" ? ", scale the patterns down, or use sine-cosine features" : ""}.`,
      { count, more },
    );
  }

  protected nothingLeft(index: number): HamError {
    return new HamError(
      "drdam/nothing-stored",
      `forget: the memory is empty, so pattern ${index} was never stored. Forget what was stored.`,
      { index },
    );
  }

  #assertState(what: string, v: ArrayLike<number>): void {
    if (v.length === this.description.D) return;
    throw wrongLength(what, `D = ${this.description.D} numbers`, v.length);
  }

  #assertStates(what: string, patterns: ArrayLike<number>): void {
    const { D } = this.description;
    if (patterns.length % D === 0) return;
    throw wrongLength(
      what,
      `a multiple of D = ${D} numbers, one pattern after the other`,
      patterns.length,
    );
  }
}

/** To a grain whose sums are exact, so that no order shows in them either. */
function roundedUp(largest: number): number {
  return Math.ceil(largest * 2 ** 26) / 2 ** 26;
}

function wrongLength(what: string, expected: string, found: number): HamError {
  return new HamError(
    "drdam/shape-mismatch",
    `${what}: expected ${expected}, found ${found}. Pass them flat, or make the memory for that size.`,
    { expected, found },
  );
}

function notFinite(what: string, index: number): HamError {
  return new HamError(
    "drdam/not-finite",
    `${what}: pattern ${index} holds NaN or an infinity, which would spoil the whole memory. Leave it out; the patterns before it are stored.`,
    { index },
  );
}
