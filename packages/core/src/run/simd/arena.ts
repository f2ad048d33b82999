// The memory that every compiled program of this process works in: blocks that are taken and given
// back. It grows and never shrinks; what was given back is taken again.

import { HamError } from "@hamlet/graph";
import { threads } from "./threads.ts";
import { type HostFunction, assemble, type Procedure } from "../../wasm/assembler.ts";
import {
  compiled,
  makeLinearMemory,
  makeSharedMemory,
  type Memory,
  MOST_PAGES,
  PAGE,
} from "../../wasm/host.ts";

/** Addresses of blocks are multiples of this, and so are their sizes. */
const ALIGNMENT = 64;

/** The size of a block of so many bytes. */
export const aligned = (bytes: number): number =>
  Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;

interface Gap {
  readonly at: number;
  readonly bytes: number;
}

/** Blocks of one memory. Addresses are in bytes. */
export class Arena {
  readonly memory: Memory<ArrayBufferLike>;
  /** Whether threads can work in it. */
  readonly isShared: boolean;
  /** What nobody has, by address; neighbours are one. */
  #gaps: Gap[] = [];
  readonly #taken = new Map<number, number>();
  #bytes: number;
  /** That of the memory as it is now: asking the memory for it takes longer than reading a number. */
  #buffer: ArrayBufferLike;

  /** Shared, where that is wanted and there is such memory. */
  constructor(isShared = false) {
    const shared = isShared ? makeSharedMemory(PAGE) : null;
    const memory = shared ?? makeLinearMemory(PAGE);
    if (memory === null) throw tooMuch(PAGE);
    this.memory = memory;
    this.isShared = shared !== null;
    this.#bytes = PAGE;
    this.#buffer = memory.buffer;
    this.#gaps.push({ at: ALIGNMENT, bytes: PAGE - ALIGNMENT });
  }

  /** Bytes that are taken. */
  get taken(): number {
    return this.#taken.values().reduce((total, bytes) => total + bytes, 0);
  }

  /** The bytes of the memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The address of a block of its own.
   * @throws HamError `core/out-of-memory`.
   */
  take(wanted: number): number {
    const bytes = aligned(wanted);
    let place = this.#gaps.findIndex((gap) => gap.bytes >= bytes);
    if (place < 0) {
      this.#grow(bytes);
      place = this.#gaps.length - 1;
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

  /** Numbers of a block, until the memory grows. */
  floats(at: number, count: number): Float32Array {
    return new Float32Array(this.#buffer, at, count);
  }

  /** The same for many looks at them, also after the memory has grown. */
  view(at: number, count: number): () => Float32Array {
    let numbers = this.floats(at, count);
    return () => {
      if (numbers.buffer !== this.#buffer) numbers = this.floats(at, count);
      return numbers;
    };
  }

  /** A module that works in this memory; null where an instruction is not there. */
  compiled(procedures: readonly Procedure[], functions?: readonly HostFunction[]): object | null {
    return compiled(assemble(procedures, functions, this.isShared ? MOST_PAGES : undefined));
  }

  /** Makes a gap of so many bytes at the end. */
  #grow(bytes: number): void {
    const last = this.#gaps.at(-1);
    const atEnd = last !== undefined && last.at + last.bytes === this.#bytes;
    const missing = bytes - (atEnd ? last.bytes : 0);
    // A quarter more than there was, so that many small steps do not move a large memory often.
    for (const more of [Math.max(missing, this.#bytes / 4), missing]) {
      const pages = Math.ceil(more / PAGE);
      try {
        this.memory.grow(pages);
      } catch {
        continue;
      }
      this.#buffer = this.memory.buffer;
      if (atEnd) this.#gaps.pop();
      const at = atEnd ? last.at : this.#bytes;
      this.#bytes += pages * PAGE;
      this.#gaps.push({ at, bytes: this.#bytes - at });
      return;
    }
    throw tooMuch(bytes);
  }
}

function tooMuch(bytes: number): HamError {
  return new HamError(
    "core/out-of-memory",
    `There is no memory left for ${bytes} bytes more. Take fewer examples at a time, or run on tensors.`,
  );
}

let shared: Arena | undefined;

/** The memory of this process, made when it is first asked for. */
export function arena(): Arena {
  shared ??= new Arena(threads() > 1);
  return shared;
}

/** A block that several values may lie in. */
export class Block {
  readonly at: number;
  #users = 1;

  constructor(bytes: number) {
    this.at = arena().take(bytes);
  }

  /** One more who frees it. */
  shared(): this {
    this.#users++;
    return this;
  }

  free(): void {
    if (--this.#users === 0) arena().give(this.at);
  }
}
