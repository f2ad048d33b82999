// What values share of a memory: it is given back with the last of them.

/** A memory of blocks. Addresses are in bytes. */
interface Memory {
  take(bytes: number): number;
  give(at: number): void;
}

/** A block that several values may lie in. */
export class Block<Of extends Memory> {
  readonly memory: Of;
  readonly at: number;
  #users = 1;

  /** Takes it. @throws HamError `core/out-of-memory`. */
  constructor(bytes: number, memory: Of) {
    this.memory = memory;
    this.at = memory.take(bytes);
  }

  /** Whether nobody else has it. */
  get isAlone(): boolean {
    return this.#users === 1;
  }

  /** One more who frees it. */
  shared(): this {
    this.#users++;
    return this;
  }

  free(): void {
    if (--this.#users === 0) this.memory.give(this.at);
  }
}
