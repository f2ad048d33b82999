// Bands and loops whose parts may be done at the same time. Into how many parts work is divided follows
// from its sizes alone, so that the numbers do not depend on who does them.

import { BATCH, boundShape } from "../../plan/instruction.ts";
import { product } from "../../plan/axis-moves.ts";
import type { Action, Band } from "./actions.ts";
import { type Loop, rowsOf, STEP } from "./loops.ts";
import { type Compiled, inParts, isLarge } from "./pool.ts";
import { NUMBER } from "./sizes.ts";
import { threads } from "./threads.ts";

/** Pieces that a large loop or product is done in at most. */
export const PIECES = 16;

/** Examples of a share at least: products of many turn a matrix for each, which has to pay. */
const SHARE = 80;

/** The next multiple. */
export const ceil = (n: number, unit: number): number => Math.ceil(n / unit) * unit;

/** From where, and how many: pieces of whole units, of which there are about so many. */
export function piecesOf(
  length: number,
  unit: number,
  pieces: number,
): (readonly [number, number])[] {
  const size = ceil(length / Math.max(1, pieces), unit);
  return Array.from({ length: Math.ceil(length / size) }, (_, n) => [
    n * size,
    Math.min(size, length - n * size),
  ]);
}

/**
 * How far the arrays of an action move on from example to example, where what it writes is made example by
 * example; else null.
 */
export function examplesOf(
  { arrays, writes, ...action }: Action & { readonly kind: "loop" | "band" },
  shapes: readonly (readonly number[])[],
): number[] | null {
  const steps = arrays.map((slot, array) => {
    const shape = shapes[slot];
    if (shape.find((n) => n !== 1) === BATCH) return -product(shape);
    const isOwn = action.kind === "band" && action.band.own.has(array);
    return shape.includes(BATCH) || (writes.includes(slot) && !isOwn) ? Number.NaN : 0;
  });
  return steps.some(Number.isNaN) ? null : steps;
}

/** What a function works on. */
interface Work {
  readonly batch: number;
  /** Where its arrays are, and what {@link examplesOf} says of them. */
  readonly addresses: readonly number[];
  readonly examples: readonly number[] | null;
}

/**
 * Calls a function for some examples each, if there is much to do for several threads; otherwise for all of
 * them, which gives the same bits.
 */
function shared(
  compiled: Compiled,
  name: string,
  work: number,
  { batch, addresses, examples }: Work,
  own?: Band["own"],
): () => void {
  const isShared = examples !== null && isLarge(work) && threads() > 1;
  const shares = isShared ? Math.min(PIECES, Math.floor(batch / SHARE)) : 1;
  const calls = piecesOf(batch, 2, shares).map(([from, size], share) => [
    size,
    ...addresses.map((at, array) => {
      const moved = from * (examples?.[array] ?? 0) + share * (own?.get(array) ?? 0);
      return at + NUMBER * moved;
    }),
  ]);
  if (calls.length !== 1) return () => inParts(compiled, name, calls, work);
  const run = compiled.functions[name];
  return () => run(...calls[0]);
}

/** Does a loop between the addresses of its arrays. */
export function loopOf(compiled: Compiled, name: string, loop: Loop, on: Work): () => void {
  const { batch, addresses } = on;
  const cut = rowsOf(loop);
  const work = product(boundShape([...loop.sizes, STEP * loop.steps.length], batch));
  if (cut === null) return shared(compiled, name, work, on);
  const counts = [cut.rows, ...cut.places.map(({ step }) => step)];
  const [rows, ...steps] = boundShape(counts, batch);
  const calls = piecesOf(rows, cut.unit, isLarge(work) ? PIECES : 1).map(([from, size]) => [
    batch,
    size,
    ...cut.places.map(({ array }, n) => addresses[array] + NUMBER * steps[n] * from),
  ]);
  return () => inParts(compiled, name, calls, work);
}

/** Does a band between the addresses of its arrays. */
export function bandOf(compiled: Compiled, name: string, band: Band, on: Work): () => void {
  const { batch, addresses } = on;
  const { parts, own } = band;
  const work = band.work.reduce((total, count) => total + (count < 0 ? -count * batch : count), 0);
  if (parts === 1) return shared(compiled, name, work, on, own);
  const [before, after] = ["Before", "After"].map((end) => compiled.functions[`${name}${end}`]);
  const calls = Array.from({ length: parts }, (_, part) => [part, batch, ...addresses]);
  return () => {
    before(batch, ...addresses);
    inParts(compiled, `${name}Part`, calls, work);
    after(batch, ...addresses);
  };
}
