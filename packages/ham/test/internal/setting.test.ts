// What the numbers of a recall may be, from both sides of every limit.

import "@tensorflow/tfjs-backend-cpu";
import { lit } from "@hamlet/graph";
import { expect, test } from "vitest";
import { settingsOf } from "../../src/recall/setting.ts";
import type { SolverOption } from "../../src/solvers/solver.ts";
import { recallOf, setupOf, twoPatterns } from "../models.ts";

const model = twoPatterns();

function taken(name: SolverOption["name"], value: number): number | string {
  const solver = { name: "any", options: new Map([[name, lit(value)]]) };
  const recall = recallOf([[model.v, model.query]], { solver });
  try {
    return settingsOf(recall, setupOf(model.values), [{ name, default: null }])[name];
  } catch (error) {
    return (error as Error).message;
  }
}

test.each([
  ["dt", "above 0", [1e-9, 3], [0, -1, Number.NaN]],
  ["temperature", "0 or above", [0, 2.5], [-1e-9, Number.NaN]],
  ["memory", "a whole number from 1 to 50", [1, 50], [0, 51, 1.5, Number.NaN]],
  ["newton", "a whole number from 0 up", [0, 7], [-1, 0.5, Infinity]],
] as const)("%s is %s", (name, text, good, bad) => {
  for (const value of good) expect(taken(name, value)).toBe(value);
  for (const value of bad) expect(taken(name, value)).toContain(`to be ${text}, found ${value}`);
});
