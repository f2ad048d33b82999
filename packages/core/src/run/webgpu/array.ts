// What a program on a graphics card computes with: a shape, and a place in the memory of the card.

import { product } from "../../plan/axis-moves.ts";
import { Block } from "../block.ts";
import { type Call, type Card, card, NUMBER, type Range } from "./card.ts";
import { COPY, copyText } from "./regions.ts";

/** Numbers in float32 until they are freed: row-major, or a transpose of what is. */
export class CardArray {
  readonly shape: readonly number[];
  #block: Block<Card>;
  /** Bytes into the block. */
  #from: number;
  /** Steps along the axes, where they are not those of the shape. */
  readonly #strides: readonly number[] | null;

  constructor(
    shape: readonly number[],
    block: Block<Card>,
    from = 0,
    strides: readonly number[] | null = null,
  ) {
    this.shape = shape;
    this.#block = block;
    this.#from = from;
    this.#strides = strides;
  }

  /** The address, in bytes; it changes when others take the place. */
  get at(): number {
    return this.#block.at + this.#from;
  }

  get card(): Card {
    return this.#block.memory;
  }

  get length(): number {
    return product(this.shape);
  }

  get range(): Range {
    return { at: this.at, length: this.length };
  }

  /** Whether it is a transpose of row-major numbers. */
  get isTurned(): boolean {
    return this.#strides !== null;
  }

  /** The same numbers with a shape, from some number on, for somebody else to free. */
  as(shape: readonly number[], from = 0): CardArray {
    return new CardArray(shape, this.#block.shared(), this.#from + NUMBER * from, this.#strides);
  }

  /** A transpose of the same numbers, for somebody else to free. */
  turned(shape: readonly number[], strides: readonly number[]): CardArray {
    return new CardArray(shape, this.#block.shared(), this.#from, strides);
  }

  /** The numbers in the order of the shape, for somebody else to free. */
  straight(): CardArray {
    if (this.#strides === null) return this.as(this.shape);
    const copy = made(this.shape, this.card);
    const table = [this.at / NUMBER, 0, copy.at / NUMBER, 0];
    this.card.add([{ region: copyText(this.shape, this.#strides), table }], 1);
    return copy;
  }

  /** Takes the place of other numbers of the shape, which are given up. */
  become(other: CardArray): void {
    if (other.#block.isAlone && !other.isTurned) {
      this.#block.free();
      this.#block = other.#block;
      this.#from = other.#from;
      return;
    }
    copy(other, this);
    other.free();
  }

  /** Gives up this view; the numbers go with the last. */
  free(): void {
    this.#block.free();
  }
}

/** An array of its own. */
export function made(shape: readonly number[], on = card()): CardArray {
  return new CardArray(shape, new Block(NUMBER * product(shape), on));
}

/**
 * Copies numbers into the place of others. Where their first axis is that of the examples that work
 * waits for, each example copies its own, and the work need not be sent before.
 */
function copy(from: CardArray, to: CardArray): void {
  const straight = from.straight();
  const { examples } = to.card;
  const each = to.shape[0] === examples ? examples : 1;
  const count = to.length / each;
  to.card.add(
    [copyCall({ at: straight.at, step: count }, { at: to.at, step: count }, count)],
    each,
  );
  straight.free();
}

/** Where an array begins, in bytes, and how many numbers further the next example is. */
export interface Place {
  readonly at: number;
  readonly step: number;
}

/** A call that copies so many numbers of every example. */
export function copyCall(from: Place, to: Place, count: number): Call {
  return { region: COPY, table: [from.at / NUMBER, from.step, to.at / NUMBER, to.step, count] };
}
