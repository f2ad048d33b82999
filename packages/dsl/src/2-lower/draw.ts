// What stands after `~`.

import type { Expr } from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { notADistribution } from "../rules/distribution.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { DISTRIBUTIONS } from "./distributions.ts";
import type { Expressions } from "./expression.ts";

/** A distribution and its arguments; reports anything else. */
export function drawFrom(
  expression: ast.Expression,
  expressions: Expressions,
  diagnostics: Diagnostics,
  known = DISTRIBUTIONS,
): { from: "draw"; distribution: string; args: readonly Expr[] } | null {
  const name = expression.kind === "reference" ? expression.path.segments[0].text : "";
  const parameters = known.get(name);
  if (parameters === undefined || expression.kind !== "reference") {
    const written = expressions.written(expression.span);
    notADistribution(diagnostics, written, expression.span, [...known.keys()]);
    return null;
  }
  const args = (expression.args ?? []).map((arg) => expressions.lower(arg.value));
  if (args.length > parameters.length) {
    diagnostics.report("E0401", expression.argsSpan ?? expression.span, {
      message:
        parameters.length === 0
          ? `\`${name}\` takes no numbers`
          : `\`${name}\` takes ${parameters.length} numbers (${parameters.join(", ")}), but ${args.length} are given`,
    });
    return null;
  }
  if (args.some((arg) => arg === null)) return null;
  return { from: "draw", distribution: name, args: args as Expr[] };
}
