// Bands and loops whose parts may be done at the same time. Into how many parts work is divided follows
// from its sizes alone, so that the numbers do not depend on who does them.

import { boundShape } from "../../plan/instruction.ts";
import { product } from "../../plan/axis-moves.ts";
import type { Band } from "./actions.ts";
import { type Loop, rowsOf } from "./loops.ts";
import { type Compiled, inParts, isLarge } from "./pool.ts";
import { NUMBER } from "./sizes.ts";

/** Pieces that a large loop or product is done in at most. */
export const PIECES = 16;

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

/** Does a loop between the addresses of its arrays. */
export function loopOf(
  compiled: Compiled,
  name: string,
  loop: Loop,
  batch: number,
  addresses: readonly number[],
): () => void {
  const run = compiled.functions[name];
  const cut = rowsOf(loop);
  if (cut === null) return () => run(batch, ...addresses);
  const [rows] = boundShape([cut.rows], batch);
  const work = product(boundShape(cut.work, batch));
  const steps = boundShape(
    cut.places.map(({ step }) => step),
    batch,
  );
  const calls = piecesOf(rows, cut.unit, isLarge(work) ? PIECES : 1).map(([from, size]) => [
    batch,
    size,
    ...cut.places.map(({ array }, n) => addresses[array] + NUMBER * steps[n] * from),
  ]);
  return () => inParts(compiled, name, calls, work);
}

/** Does a band between the addresses of its arrays. */
export function bandOf(
  compiled: Compiled,
  name: string,
  { parts, work }: Band,
  batch: number,
  addresses: readonly number[],
): () => void {
  const { functions } = compiled;
  const [alone, before, after] = ["", "Before", "After"].map((end) => functions[`${name}${end}`]);
  if (parts === 1) return () => alone(batch, ...addresses);
  const calls = Array.from({ length: parts }, (_, part) => [part, batch, ...addresses]);
  const factors = work.reduce((total, count) => total + (count < 0 ? -count * batch : count), 0);
  return () => {
    before(batch, ...addresses);
    inParts(compiled, `${name}Part`, calls, factors);
    after(batch, ...addresses);
  };
}
