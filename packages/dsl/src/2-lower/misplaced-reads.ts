// E0205 for what a formula reads before it has a value, and for what has many where one is asked;
// E0706 for what a schedule moves behind its back.

import {
  type EnergyGraph,
  type MisplacedRead,
  misplacedReads,
  missedSchedules,
} from "@hamlet/graph";
import { noValueHere } from "../rules/no-value-here.ts";
import { scheduleMisses } from "../rules/schedule-target.ts";
import type { Span } from "../source.ts";
import type { Written } from "./graph-check.ts";

/** Reports every layer, given and scheduled const that is read where no value of it can be meant. */
export function reportMisplacedReads(graph: EnergyGraph, written: Written): void {
  const told = new Set<string>();
  const each = <Read extends Place>(
    reads: readonly Read[],
    report: (diagnostics: Written["diagnostics"], read: Read, span: Span) => void,
  ) => {
    for (const read of reads) {
      const span = spanOf(read, written);
      const key = `${read.place} ${read.read.tensor.name} ${span?.start}`;
      if (span === undefined || told.has(key)) continue;
      told.add(key);
      report(written.diagnostics, read, span);
    }
  };
  each(misplacedReads(graph), noValueHere);
  each(missedSchedules(graph), scheduleMisses);
}

type Place = Pick<MisplacedRead, "place" | "owner" | "formula" | "read">;

/** Where it is read; what a part does stands at the part. */
function spanOf({ read, formula, owner }: Place, { spanOf: of, file }: Written): Span | undefined {
  const [first] = owner.split(".");
  const item = file.items.find((other) => "name" in other && other.name?.text === first);
  return of(read) ?? of(formula) ?? item?.span;
}
