// Formulas in messages: as they were written where that is known, else as the graph prints them.

import { type Expr, printText } from "@hamlet/graph";

/** A formula as it was written. */
export interface Wording {
  readonly text: string;
  /** `FILE:LINE:COLUMN`; null where it comes from no text. */
  readonly place: string | null;
}

/** Finds what a part of the model was written as, for one that has a text. */
export type WrittenOf = (expr: Expr) => Wording | undefined;

/** A formula that is printed anew is cut to about this length. */
const LONG = 80;

/** The first part: its own text, and the place of the first of `parts` that has one. */
export function wordingOf(parts: readonly Expr[], written?: WrittenOf): Wording {
  const [first] = parts;
  const own = written?.(first);
  if (own !== undefined) return own;
  for (const part of parts) {
    const found = written?.(part);
    if (found !== undefined) return { text: printed(first), place: found.place };
  }
  return { text: printed(first), place: null };
}

function printed(expr: Expr): string {
  const text = printText(expr);
  if (text.length <= LONG) return text;
  const named = expr.kind === "apply" && text.startsWith(`${expr.op}(`);
  if (!named) return `${text.slice(0, LONG - 1)}…`;
  const args = expr.args.map((arg) => printText(arg));
  return `${expr.op}(${args.map((arg) => (arg.length > LONG / 4 ? "…" : arg)).join(", ")})`;
}
