/**
 * Habits from other languages that are only visible across tokens: `np.exp(x)`, `W @ v`,
 * `einsum("ij,j", W, v)`. Each is reported once and taken out of the token list.
 */
import type { IToken } from "chevrotain";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { tokenSpan } from "./cst.ts";
import { FOREIGN_PREFIXES } from "./foreign.ts";
import { isName } from "./outline.ts";
import { DECLARATION_WORDS } from "./tokens.ts";

/** Reports habits and gives the tokens without them. What then no longer fits goes to `spoiled`. */
export function dropHabits(
  tokens: readonly IToken[],
  spoiled: number[],
  diagnostics: Diagnostics,
): IToken[] {
  const declared = new Set(
    tokens
      .filter((_, at) => {
        const before = tokens[at - 1]?.image ?? "";
        return before === "as" || DECLARATION_WORDS.has(before);
      })
      .map(({ image }) => image),
  );
  const kept: IToken[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    const called = FOREIGN_PREFIXES.has(token.image) ? lastOfCall(tokens, at) : at;
    if (called > at && !declared.has(token.image)) {
      const prefix = tokens.slice(at, called).map(({ image }) => image);
      const name = tokens[called].image;
      const span = { start: token.startOffset, end: tokens[called].startOffset };
      at = called;
      if (name !== "einsum") {
        diagnostics.report("E0107", span, {
          message: `functions have no prefix: write \`${name}\`, not \`${prefix.join("")}${name}\``,
          fix: [`\`${name}\``],
          edits: [{ span, text: "" }],
        });
        kept.push(tokens[at]);
        continue;
      }
    }
    const last = tokens[at];
    if (last.image === "einsum" && tokens[at + 1]?.image === "(" && !declared.has("einsum")) {
      diagnostics.report("E0107", tokenSpan(last), {
        message: "sums name their indices; there is no `einsum`",
        help: ["for example `sum[j] W[i, j] * v[j]`"],
      });
      spoiled.push(last.startOffset);
      continue;
    }
    if (last.image === "@" && isProduct(tokens, at)) {
      diagnostics.report("E0107", tokenSpan(last), {
        message: "products of tensors are written with their indices, not with `@`",
        help: ["for example `sum[j] W[i, j] * v[j]`"],
      });
      spoiled.push(last.startOffset);
      continue;
    }
    kept.push(last);
  }
  return kept;
}

/** For `np.linalg.norm(`, the position of `norm`; else the position given. */
function lastOfCall(tokens: readonly IToken[], start: number): number {
  let at = start;
  for (let dots = 0; dots < 4 && tokens[at + 1]?.image === "."; dots++) {
    if (tokens[at + 2] === undefined) break;
    at += 2;
  }
  return tokens[at + 1]?.image === "(" ? at : start;
}

/** An `@` between two values, unless it is written like an attribute: space before, none after. */
function isProduct(tokens: readonly IToken[], at: number): boolean {
  const before = tokens[at - 1];
  const after = tokens[at + 1];
  if (before === undefined || after === undefined) return false;
  const { startOffset } = tokens[at];
  const endsValue = isName(before) || /^[)\]]$|^\d/.test(before.image);
  const startsValue = isName(after) || /^[(\d[]/.test(after.image);
  const likeAttribute =
    before.endOffset! + 1 < startOffset && after.startOffset === startOffset + 1;
  return endsValue && startsValue && !likeAttribute;
}
