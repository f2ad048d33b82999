import { HamError, type HypersynapseDefinition, makeIndex, mul, neg, sum } from "@hamlet/graph";
import { KROTOV_2021, weights } from "./options.ts";

/** How many axes the two layers of a dense hypersynapse have. */
export interface DenseAxes {
  readonly a: number;
  readonly b: number;
}

/**
 * Makes a dense hypersynapse between layers of several axes each:
 * `E = −Σ W[i₁, …, iₘ, j₁, …, jₙ] a[i₁, …, iₘ] b[j₁, …, jₙ]`, a weight for every pair of units.
 *
 * A signature has a fixed number of axes, so there is one definition for each: `dense_3_1` joins a
 * picture `a: [A1, A2, A3]` to a layer `b: [B1]`. The catalogue has those up to three axes; the
 * layers of an undirected edge may be given in either order, so the first has as many as the second
 * or more.
 *
 * Shapes: `a: [A1, …, Am]`, `b: [B1, …, Bn]`, `W: [A1, …, Am, B1, …, Bn]`; `W` starts as N(0, 0.02²).
 * @throws HamError `ham/bad-setting` unless both are whole numbers from 1 up, and not both 1: that
 * is `dense`.
 * @see Krotov & Hopfield (2021), arXiv:2008.06996.
 */
export function makeDense({ a, b }: DenseAxes): HypersynapseDefinition {
  if (![a, b].every((axes) => Number.isInteger(axes) && axes >= 1) || a + b === 2) {
    throw new HamError(
      "ham/bad-setting",
      `A dense hypersynapse over several axes takes whole numbers of axes from 1 up, not both 1, found ${a} and ${b}. Use "dense" for one axis each.`,
    );
  }
  const [ofA, ofB] = [axesOf("A", a), axesOf("B", b)];
  const [atA, atB] = [axesOf("i", a), axesOf("j", b)].map((places) => places.join(", "));
  return {
    kind: "hypersynapse",
    name: `dense_${a}_${b}`,
    summary: `E = −Σ W[${atA}, ${atB}] a[${atA}] b[${atB}]`,
    args: [
      { name: "a", axes: ofA },
      { name: "b", axes: ofB },
    ],
    dims: [],
    options: [],
    params: [weights("W", ...ofA, ...ofB)],
    energy: ({ dims, args, params: { W } }) => {
      const i = ofA.map((axis, k) => makeIndex(`i${k + 1}`, dims[axis]));
      const j = ofB.map((axis, k) => makeIndex(`j${k + 1}`, dims[axis]));
      return neg(sum([...i, ...j], mul(W(...i, ...j), args["a"](...i), args["b"](...j))));
    },
    references: [KROTOV_2021],
  };
}

function axesOf(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, k) => `${name}${k + 1}`);
}

/** Those of the catalogue: up to three axes. */
export const DENSE_OVER_AXES: readonly HypersynapseDefinition[] = [
  { a: 2, b: 1 },
  { a: 2, b: 2 },
  { a: 3, b: 1 },
  { a: 3, b: 2 },
  { a: 3, b: 3 },
].map(makeDense);
