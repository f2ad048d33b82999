// The memory that every compiled program of this process works in: blocks that are taken and given
// back. It grows and never shrinks; what was given back is taken again.

import { ALIGNMENT, Gaps, outOfMemory } from "../gaps.ts";
import { threads } from "./threads.ts";
import { isTurboWanted, useTurbo } from "./turbo.ts";
import { type HostFunction, assemble, type Procedure } from "../../wasm/assembler.ts";
import {
  compiled,
  makeLinearMemory,
  makeSharedMemory,
  type Memory,
  MOST_PAGES,
  PAGE,
} from "../../wasm/host.ts";

/** Blocks of one memory. Addresses are in bytes. */
export class Arena {
  readonly memory: Memory<ArrayBufferLike>;
  /** Whether threads can work in it. */
  readonly isShared: boolean;
  readonly #gaps = new Gaps(ALIGNMENT, PAGE);
  #bytes = PAGE;
  /** That of the memory as it is now: asking the memory for it takes longer than reading a number. */
  #buffer: ArrayBufferLike;

  /** Shared, where that is wanted and there is such memory. */
  constructor(isShared = false) {
    const shared = isShared ? makeSharedMemory(PAGE) : null;
    const memory = shared ?? makeLinearMemory(PAGE);
    if (memory === null) throw outOfMemory(PAGE);
    this.memory = memory;
    this.isShared = shared !== null;
    this.#buffer = memory.buffer;
  }

  /** Bytes that are taken. */
  get taken(): number {
    return this.#gaps.taken;
  }

  /** The bytes of the memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The address of a block of its own.
   * @throws HamError `core/out-of-memory`.
   */
  take(bytes: number): number {
    return this.#gaps.take(bytes, () => this.#grow(bytes));
  }

  /** Gives a block back. */
  give(at: number): void {
    this.#gaps.give(at);
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
    const missing = this.#gaps.missing(bytes);
    // A quarter more than there was, so that many small steps do not move a large memory often.
    for (const more of [Math.max(missing, this.#bytes / 4), missing]) {
      const pages = Math.ceil(more / PAGE);
      try {
        this.memory.grow(pages);
      } catch {
        continue;
      }
      this.#buffer = this.memory.buffer;
      this.#bytes += pages * PAGE;
      this.#gaps.extend(this.#bytes);
      return;
    }
    throw outOfMemory(bytes);
  }
}

let shared: Arena | undefined;

/** The memory of this process, made when it is first asked for. */
export function arena(): Arena {
  if (shared === undefined) {
    // Before anything is compiled.
    if (isTurboWanted()) useTurbo();
    shared = new Arena(threads() > 1);
  }
  return shared;
}
