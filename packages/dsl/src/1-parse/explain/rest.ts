/** Messages for what follows a declaration that was already complete. */
import type { IToken } from "chevrotain";
import { tokenSpan } from "../cst.ts";
import { isFirstOnLine, isName, ownerOf } from "../outline.ts";
import { RESERVED } from "../tokens.ts";
import { KINDS } from "./expected.ts";
import { reportExpected } from "./needed.ts";
import { patched, type Place, shortOf } from "./place.ts";
import { OPERATORS, reportStops } from "./value.ts";

/** The declaration is complete, but something follows. */
export function reportRest(place: Place): void {
  const { found, tokens, at } = place;
  if (found === undefined) return reportExpected(place);
  const previous = tokens[at - 1];
  const { image } = found;
  const span = tokenSpan(found);
  const startsSetting =
    image === "=" &&
    isName(previous) &&
    isFirstOnLine(place, at - 1) &&
    OPERATORS.test(tokens[at - 2]?.image ?? "");
  if (startsSetting) {
    return reportStops(place, tokens[at - 2], {
      span: tokenSpan(previous),
      label: "a new line starts here",
    });
  }
  if (/^[)\]}]$/.test(image)) {
    return place.diagnostics.report("E0101", span, {
      message: `this \`${image}\` closes nothing`,
      label: "nothing is open here",
      fix: ["delete it"],
      edits: [{ span, text: "" }],
    });
  }
  if (tokens[0].image === "dim" && /^:$|^\d/.test(image) && isName(previous)) {
    const edit =
      image === ":"
        ? { span, text: " =" }
        : { span: { start: span.start, end: span.start }, text: "= " };
    return place.diagnostics.report("E0101", span, {
      message: "expected `=` before the size",
      label: image === ":" ? "write `=`" : "`=` goes here",
      fix: [`\`${patched(place, edit.span, edit.text)}\``],
      edits: [edit],
    });
  }
  if (/^(?:==|!=|<=|>=|<|>)$/.test(image) && !/^(?:dim|use)$/.test(tokens[0].image)) {
    return place.diagnostics.report("E0101", span, {
      message: "comparisons cannot be chained",
      label: "a second comparison",
      help: ["join them with `and`: `0 < a and a < 1`"],
    });
  }
  const startsValue = isName(found) || /^[\d("[]/.test(image) || RESERVED.has(image);
  const endsValue = isName(previous) || /^[)\]]$|^[\d"]/.test(previous.image);
  if (startsValue && endsValue && holdsExpression(tokens)) {
    return place.diagnostics.report("E0101", span, {
      message: `expected an operator between \`${shortOf(previous)}\` and \`${shortOf(found)}\``,
      label: "an operator is missing before this",
      help: ["products are written with `*`"],
    });
  }
  return place.diagnostics.report("E0101", span, {
    message: `\`${shortOf(found)}\` does not belong here`,
    label: `the ${nameOfPiece(place)} ends before this`,
  });
}

/** Declarations that hold an expression, where a missing operator is the likely mistake. */
function holdsExpression(tokens: readonly IToken[]): boolean {
  return tokens.some(({ image }) => /^(?:=|when|expect|assert|where|take)$/.test(image));
}

function nameOfPiece({ tokens, block }: Place): string {
  if (block !== "") return "line";
  return KINDS.get(ownerOf(tokens, 0))?.replace(/^an? /, "") ?? "declaration";
}
