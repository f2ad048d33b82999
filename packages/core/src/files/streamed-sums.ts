/*
 * What memories that patterns stream into do alike, whatever they sum: one pattern after the other is
 * added or taken away, others get their turn between them, and rows of a source are never counted twice.
 */
import type { HamError } from "@hamlet/graph";
import { MOST_TERMS } from "../numbers/exact-sum.ts";
import { inTurns, makeTurn, type Progress, type Signal, type Work } from "../turn.ts";
import {
  assertHeldRows,
  assertNewRows,
  type HeldSources,
  heldRows,
  parseHeld,
  printHeld,
  type SourceRows,
  uniteHeld,
  withoutHeld,
} from "./held.ts";

/** How patterns are stored. */
export interface StoreOptions {
  /** Called now and then with the number of patterns of this call that are done. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends between patterns; what is stored until then stays stored. */
  readonly signal?: Signal;
  /**
   * Which rows of which source the patterns are, the first of them at `from`. A memory keeps that, and
   * refuses to store rows twice or to forget rows that it does not hold.
   */
  readonly source?: SourceRows;
}

/** What became of patterns that were to be stored or forgotten. */
export interface StoreResult {
  /** `aborted`: the signal said so; everything that was done until then is in the memory. */
  readonly ending: "finished" | "aborted";
  /** Patterns of this call that are done; go on with those behind them. */
  readonly done: number;
}

/** Sums over patterns, and what is known of those. */
export interface StoredSums<Sums> {
  /** Added to and taken from in place. */
  readonly sums: Sums;
  /** How many patterns are in them. */
  count: number;
  /** What a sum can have reached at most. */
  reach: number;
  /** Where the patterns are from, as far as that was said when they were stored. */
  held: HeldSources;
}

/** Patterns on their way into a memory, or out of it. */
export interface Incoming {
  /** How many there are. */
  readonly count: number;
  /** What is made ready together, where that is less work: so many of them. */
  readonly ahead?: {
    readonly count: number;
    /** Makes those ready; changes no sum, and stands wrong ones, for `look` to find. */
    prepare(from: number, to: number): Work<void>;
  };
  /** Looks at one: what it adds to a sum at most. Throws where it cannot be stored. */
  look(index: number): number;
  /** Adds the one that was looked at last, or takes it away. */
  add(sign: 1 | -1): void;
}

/** Patterns between two reports. */
const CHUNK = 256;

/**
 * A memory of exact sums `Σₘ φ(ξₘ)`: each kind says what `φ` of a pattern is, and its own errors.
 *
 * `store` and `forget` add and take away one pattern after the other, and stop before one that is wrong;
 * those before it stay. They throw `core/stored-twice` and `core/not-stored` before the first pattern for
 * rows of a source that are in the memory already, or are not.
 */
export abstract class StreamedSums<
  Sums extends { merge(other: Sums): void },
  Stored extends StoredSums<Sums>,
  Options extends StoreOptions,
> {
  /** What a file of it holds. */
  protected readonly stored: Stored;

  constructor(stored: Stored) {
    this.stored = { ...stored };
  }

  /** How many patterns are in it. */
  get count(): number {
    return this.stored.count;
  }

  /** Where its patterns are from, as far as `store` was told. */
  get held(): HeldSources {
    return this.stored.held;
  }

  /** Adds patterns, one after the other in one array. */
  store(patterns: ArrayLike<number>, options?: Options): Promise<StoreResult> {
    return this.#addAll("store", patterns, options, 1);
  }

  /** Takes patterns away that were stored. */
  forget(patterns: ArrayLike<number>, options?: Options): Promise<StoreResult> {
    return this.#addAll("forget", patterns, options, -1);
  }

  /** Sums are exact up to this. */
  protected abstract readonly largest: number;
  /** Patterns of the right length, still to be looked at one by one. */
  protected abstract incoming(
    what: string,
    patterns: ArrayLike<number>,
    options?: Options,
  ): Incoming;
  /** The error of so many patterns more than sums are exact with. */
  protected abstract tooLarge(more: number): HamError;
  /** The error of a pattern that is taken from an empty memory. */
  protected abstract nothingLeft(index: number): HamError;

  /**
   * Adds what another holds that is made alike.
   * @throws HamError `core/stored-twice`, and what `tooLarge` makes; then nothing is added.
   */
  protected absorb({ sums, count, reach, held }: StoredSums<Sums>): void {
    const { stored } = this;
    assertNewRows("merge", stored.held, held);
    this.#assertRoom(count, reach);
    stored.sums.merge(sums);
    stored.count += count;
    stored.reach += reach;
    stored.held = uniteHeld(stored.held, held);
  }

  async #addAll(
    what: "store" | "forget",
    patterns: ArrayLike<number>,
    options: Options | undefined,
    sign: 1 | -1,
  ): Promise<StoreResult> {
    const { onProgress, signal, source } = options ?? ({} as StoreOptions);
    const { stored } = this;
    const incoming = this.incoming(what, patterns, options);
    const { count: total, ahead } = incoming;
    const rows = source === undefined ? null : heldRows(source, total);
    if (sign === 1) assertNewRows(what, stored.held, rows ?? []);
    else assertHeldRows(what, stored, rows ?? total);
    const turn = makeTurn();
    let done = 0;
    try {
      while (done < total) {
        if (signal?.aborted === true) return { ending: "aborted", done };
        if (ahead !== undefined && done % ahead.count === 0) {
          await inTurns(ahead.prepare(done, Math.min(total, done + ahead.count)), turn);
        }
        this.#addOne(incoming, done, sign);
        done++;
        if (done % CHUNK === 0 || done === total) onProgress?.({ done, of: total });
        const others = turn();
        if (others !== undefined) await others;
      }
      return { ending: "finished", done };
    } finally {
      if (source !== undefined) {
        const rows = heldRows(source, done);
        stored.held = (sign === 1 ? uniteHeld : withoutHeld)(stored.held, rows);
      }
    }
  }

  /** Adds one pattern, or nothing at all. */
  #addOne(incoming: Incoming, index: number, sign: 1 | -1): void {
    const { stored } = this;
    const reach = incoming.look(index);
    if (sign === 1) this.#assertRoom(1, reach);
    else if (stored.count === 0) throw this.nothingLeft(index);
    incoming.add(sign);
    stored.count += sign;
    stored.reach += sign * reach;
  }

  #assertRoom(count: number, reach: number): void {
    const { count: now, reach: reached } = this.stored;
    if (now + count > MOST_TERMS || reached + reach > this.largest) throw this.tooLarge(count);
  }
}

/** What a file says of stored sums beside them. */
export function printStored({
  count,
  reach,
  held,
}: StoredSums<unknown>): Readonly<Record<string, string>> {
  return {
    count: String(count),
    reach: String(reach),
    ...(held.length === 0 ? {} : { held: printHeld(held) }),
  };
}

/**
 * Reads what {@link printStored} wrote; NaN for numbers that are not there.
 * @throws HamError `core/bad-held`.
 */
export function parseStored(
  metadata: Readonly<Record<string, string>>,
  source: string,
): Omit<StoredSums<unknown>, "sums"> {
  const [count, reach] = [Number(metadata["count"]), Number(metadata["reach"])];
  return { count, reach, held: parseHeld(metadata["held"], source) };
}
