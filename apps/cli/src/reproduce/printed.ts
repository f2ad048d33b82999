// Numbers that a source prints, beside ours.

import type { Findings } from "./reproduction.ts";

/** One printed number. */
export interface Printed {
  readonly what: string;
  /** As it is printed. */
  readonly theirs: string;
  readonly ours: number;
  /** How far apart the two may be. */
  readonly tolerance: number;
}

/** A table of printed numbers, the rows as data, and how many agree. */
export function comparison(numbers: readonly Printed[]): Omit<Findings, "figures"> {
  const all = numbers.map((number) => {
    const { what, theirs, ours, tolerance } = number;
    const digits = theirs.split(".")[1]?.length ?? 0;
    const shown = ours.toFixed(digits);
    const agrees = Math.abs(Number(shown) - Number(theirs)) <= tolerance * (1 + 1e-9);
    return { what, theirs, shown, ours, tolerance, same: shown === theirs, agrees };
  });
  const count = (test: (one: (typeof all)[number]) => boolean) => all.filter(test).length;
  return {
    table: {
      head: ["number", "notebook", "ours", ""],
      rows: all.map(({ what, theirs, shown, same, agrees }) => [
        what,
        theirs,
        shown,
        same ? "same" : agrees ? "within tolerance" : "differs",
      ]),
    },
    results: all.map(({ what, theirs, ours, tolerance, agrees }) => ({
      what,
      theirs: Number(theirs),
      ours,
      tolerance,
      agrees,
    })),
    verdict: `${count(({ agrees }) => agrees)} of ${all.length} numbers agree, ${count(({ same }) => same)} in every printed digit`,
  };
}
