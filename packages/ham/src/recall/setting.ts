// Numbers of a recall block: checked once, before anything runs.

import { type Expr, followSchedules, HamError, type Recall, SETTING_RANGES } from "@hamlet/graph";
import { exactScalar } from "../hypergraph/exact-consts.ts";
import type { SolverOption, SolverSettings } from "../solvers/solver.ts";
import type { RecallSetup } from "./recall.ts";

/**
 * The settings of a solver; those that it does not have are 0.
 * @throws HamError `ham/bad-setting`.
 */
export function settingsOf(
  recall: Recall,
  setup: RecallSetup,
  options: readonly SolverOption[],
): SolverSettings {
  const values = options.map(
    ({ name, default: fallback }) =>
      [name, settingOf(recall, setup, name, fallback ?? undefined)] as const,
  );
  const own = { dt: 0, temperature: 0, memory: 0, newton: 0, ...Object.fromEntries(values) };
  // What a schedule moves is a part of the dynamics.
  return movedTemperature(recall) === null ? own : { ...own, temperature: 1 };
}

/** The temperature of a recall as a formula of time; null where no schedule moves it. */
export function movedTemperature(recall: Recall): Expr | null {
  const written = recall.solver.options.get("temperature");
  if (written === undefined) return null;
  const moved = followSchedules(recall)(written);
  return moved === written ? null : moved;
}

/**
 * The value of `steps` or of an option of the solver.
 * @throws HamError `ham/bad-setting`.
 */
export function settingOf(
  recall: Recall,
  { sizes, numbers }: RecallSetup,
  name: SolverOption["name"] | "steps",
  fallback: number = Number.NaN,
): number {
  const expr = name === "steps" ? recall.steps : recall.solver.options.get(name);
  const value = expr === undefined ? fallback : exactScalar(expr, { sizes, tensors: numbers });
  const { holds, text } = SETTING_RANGES[name];
  if (holds(value)) return value;
  throw new HamError(
    "ham/bad-setting",
    `The recall "${recall.name}": expected "${name}" to be ${text}, found ${expr === undefined ? "nothing" : value}. Write it in the recall block, or set it with --set recall.${recall.name}.${name}=….`,
  );
}
