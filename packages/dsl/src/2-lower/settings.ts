// Numbers of recalls, tests and trainings that running refuses, where the text alone says them.

import { type EnergyGraph, type Expr, followSchedules, SETTING_RANGES } from "@hamlet/graph";
import { settingRefused } from "../rules/value-out-of-bounds.ts";
import type { Span } from "../source.ts";
import type { Written } from "./graph-check.ts";

/** Reports every setting that is known to be out of its range. */
export function reportSettings(
  { recalls, tests = [], trainings = [] }: EnergyGraph,
  valueOf: (expr: Expr) => number | null,
  { diagnostics, file, spanOf }: Written,
): void {
  const report = (block: Span | undefined, settings: readonly Setting[]) => {
    for (const [name, expr] of settings) {
      const value = expr && valueOf(expr);
      if (value === null || SETTING_RANGES[name]?.holds(value)) continue;
      // What came from outside stands nowhere in the file.
      const own = spanOf(expr!);
      const span = own ?? block;
      if (span !== undefined) settingRefused(diagnostics, name, value, span, own === undefined);
    }
  };
  for (const recall of recalls) {
    const { name, steps, solver } = recall;
    const block = file.items.find((item) => item.kind === "recall" && item.name.text === name);
    // What a schedule moves is looked at on the way.
    const still = [...solver.options].filter(([, expr]) => followSchedules(recall)(expr) === expr);
    report(block?.kind === "recall" ? block.name.span : undefined, [["steps", steps], ...still]);
  }
  for (const { seed } of tests) report(undefined, [["seed", seed]]);
  for (const { batch, epochs, clip, optimiser, gradient } of trainings) {
    const own: Setting[] = [
      ["batch", batch],
      ["epochs", epochs],
      ["clip", clip],
    ];
    report(undefined, [...own, ...optimiser.options, ...gradient.options]);
  }
}

type Setting = readonly [name: string, value: Expr | null];
