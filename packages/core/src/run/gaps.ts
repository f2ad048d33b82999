// Which parts of a memory nobody has: blocks are taken from gaps, and become gaps again.

import { HamError } from "@hamlet/graph";

/** Addresses of blocks are multiples of this, and so are their sizes. */
export const ALIGNMENT = 64;

/** The size of a block of so many bytes. */
export const aligned = (bytes: number): number =>
  Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;

/** What is thrown where a memory cannot grow by so many bytes; `where` says which, if not that of the machine. */
export const outOfMemory = (bytes: number, where = ""): HamError =>
  new HamError(
    "core/out-of-memory",
    `There is no memory left for ${bytes} bytes more${where}. Take fewer examples at a time, or run on tensors.`,
  );

interface Gap {
  readonly at: number;
  readonly bytes: number;
}

/** The gaps of one memory, by address; neighbours are one. */
export class Gaps {
  readonly #gaps: Gap[] = [];
  readonly #taken = new Map<number, number>();
  #end: number;

  /** One gap, from an address to the end of the memory. */
  constructor(from: number, end: number) {
    this.#end = end;
    this.#gaps.push({ at: from, bytes: end - from });
  }

  /** Bytes that are taken. */
  get taken(): number {
    return this.#taken.values().reduce((total, bytes) => total + bytes, 0);
  }

  /** The address of a block; where no gap has room for it, `grow` makes one at the end. */
  take(wanted: number, grow: () => void): number {
    const bytes = aligned(wanted);
    let place = this.#placeFor(bytes);
    if (place < 0) {
      grow();
      place = this.#placeFor(bytes);
    }
    const gap = this.#gaps[place];
    const rest = { at: gap.at + bytes, bytes: gap.bytes - bytes };
    this.#gaps.splice(place, 1, ...(rest.bytes > 0 ? [rest] : []));
    this.#taken.set(gap.at, bytes);
    return gap.at;
  }

  /** Gives a block back. */
  give(at: number): void {
    let bytes = this.#taken.get(at)!;
    this.#taken.delete(at);
    let place = this.#gaps.findIndex((gap) => gap.at > at);
    if (place < 0) place = this.#gaps.length;
    const [before, after] = [this.#gaps[place - 1], this.#gaps[place]];
    const joinsBefore = before !== undefined && before.at + before.bytes === at;
    const joinsAfter = after !== undefined && at + bytes === after.at;
    if (joinsAfter) bytes += after.bytes;
    const gap = joinsBefore ? { at: before.at, bytes: before.bytes + bytes } : { at, bytes };
    this.#gaps.splice(place - Number(joinsBefore), Number(joinsBefore) + Number(joinsAfter), gap);
  }

  /** How many bytes a memory lacks at its end for a block. */
  missing(wanted: number): number {
    return aligned(wanted) - this.#last;
  }

  /** The memory has grown. */
  extend(end: number): void {
    const bytes = this.#last;
    if (bytes > 0) this.#gaps.pop();
    this.#gaps.push({ at: this.#end - bytes, bytes: bytes + end - this.#end });
    this.#end = end;
  }

  #placeFor(bytes: number): number {
    return this.#gaps.findIndex((gap) => gap.bytes >= bytes);
  }

  /** The bytes of a gap at the end of the memory. */
  get #last(): number {
    const last = this.#gaps.at(-1);
    return last !== undefined && last.at + last.bytes === this.#end ? last.bytes : 0;
  }
}
