// What stands after `~`.

import type { Expr } from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { notADistribution } from "../rules/distribution.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { DISTRIBUTIONS, FEED_DISTRIBUTIONS } from "./distributions.ts";
import type { Expressions } from "./expression.ts";

/** Where it stands. */
interface Surroundings {
  readonly expressions: Expressions;
  readonly diagnostics: Diagnostics;
}

/** How many arguments must be given; what else there is has a default. */
const NEEDED: Readonly<Record<string, number>> = { flip: 2 };

/** A distribution and its arguments; reports anything else. */
export function drawFrom(
  expression: ast.Expression,
  { expressions, diagnostics }: Surroundings,
  known = DISTRIBUTIONS,
  entry: (value: ast.Expression) => Expr | null = (value) => expressions.lower(value),
): { from: "draw"; distribution: string; args: readonly Expr[] } | null {
  const name = expression.kind === "reference" ? expression.path.segments[0].text : "";
  const parameters = known.get(name);
  if (parameters === undefined || expression.kind !== "reference") {
    const written = expressions.written(expression.span);
    notADistribution(diagnostics, written, expression.span, [...known.keys()]);
    return null;
  }
  const given = expression.args ?? [];
  const most = parameters.length;
  if (given.length > most || given.length < (NEEDED[name] ?? 0)) {
    const what = known === FEED_DISTRIBUTIONS ? "arguments" : "numbers";
    const count = given.length === 1 ? "1 is" : `${given.length} are`;
    diagnostics.report("E0401", expression.argsSpan ?? expression.span, {
      message: `\`${name}\` takes ${most === 0 ? `no ${what}` : `${most} ${what} (${parameters.join(", ")}), but ${count} given`}`,
    });
    return null;
  }
  const args = given.map(({ value }) => entry(value));
  return args.includes(null) ? null : { from: "draw", distribution: name, args: args as Expr[] };
}
