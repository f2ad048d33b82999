/** Messages for a value that is missing or begun and not finished. */
import type { IToken } from "chevrotain";
import type { Span } from "../../source.ts";
import { tokenSpan } from "../cst.ts";
import { ownerOf } from "../outline.ts";
import { DECLARATION_WORDS } from "../tokens.ts";
import { after, patched, type Place, shortOf } from "./place.ts";

/** Words after which an expression has to go on. */
export const OPERATORS =
  /^(?:[-+*/^=~<>,([:]|==|!=|<=|>=|and|or|not|where|when|expect|take|assert)$/;

/** A value is missing: E0106 when something was begun, E0101 when something else stands there. */
export function reportNoValue(place: Place): void {
  const { found, tokens, at, next, diagnostics } = place;
  const previous = tokens[at - 1];
  const isEnd = found === undefined || /^[)\]},]$/.test(found.image);
  if (
    isEnd &&
    (OPERATORS.test(previous.image) || (found === undefined && previous.image === "]"))
  ) {
    const isDeclaration = next !== undefined && DECLARATION_WORDS.has(next.image);
    const label =
      isDeclaration || ownerOf([next!], 0) !== ""
        ? "a new declaration starts here"
        : "a new line starts here";
    return reportStops(
      place,
      previous,
      found === undefined && next !== undefined && next.image !== "}"
        ? { span: tokenSpan(next), label }
        : undefined,
    );
  }
  if (found === undefined) {
    return diagnostics.report("E0106", after(previous), {
      message: `the expression stops after \`${shortOf(previous)}\``,
      label: "something must follow",
    });
  }
  const isOperator = /^(?:[*/^=<>+~]|==|!=|<=|>=|and|or|where)$/.test(found.image);
  diagnostics.report("E0101", tokenSpan(found), {
    message: `expected a value, found \`${shortOf(found)}\``,
    label: isOperator ? "something is missing before this" : "a number, a name or `(` fits here",
  });
}

/** E0106: something must follow. */
export function reportStops(
  place: Place,
  previous: IToken,
  related: { span: Span; label: string } | undefined,
): void {
  place.diagnostics.report("E0106", tokenSpan(previous), {
    message: `the expression stops after \`${shortOf(previous)}\``,
    label: "something must follow",
    related: related === undefined ? [] : [related],
  });
}

/** `const a: 3`: the colon is for a type. */
export function reportUntypedConst(place: Place): void {
  const colon = place.tokens[place.at - 1];
  const edit = { span: tokenSpan(colon), text: " =" };
  place.diagnostics.report("E0101", edit.span, {
    message: "expected `=` before the value",
    label: "write `=`",
    fix: [`\`${patched(place, edit.span, edit.text)}\``],
    edits: [edit],
  });
}
