/** Messages for "this one thing was needed here": the sentence is looked up in `expected.ts`. */
import type { IToken } from "chevrotain";
import type { Span } from "../../source.ts";
import { tokenSpan } from "../cst.ts";
import { isName, ownerOf } from "../outline.ts";
import { type Expected, expectedAt, placeOfName } from "./expected.ts";
import { after, isOnLineOf, patched, type Place } from "./place.ts";

/** One particular thing was needed: the table in `expected.ts` knows how to say it. */
export function reportExpected(place: Place): void {
  const { found, tokens, at, kind, rule, wanted, diagnostics } = place;
  const previous = tokens[at - 1] ?? tokens[0];
  const stack = place.error.context.ruleStack;
  const expected = expectedAt(rule, kind === "repeat" ? "Name" : wanted, {
    found: found?.image,
    previous: previous.image,
    parent: stack.at(-2) ?? "",
    owner: ownerOf(tokens, 0) || stack[0],
    subject: tokens.length > 1 && isName(tokens[1]) ? tokens[1].image : undefined,
  });
  const isBehind =
    found === undefined || (expected.follows === true && !isOnLineOf(place, previous, found));
  const span = isBehind ? after(previous) : tokenSpan(found);
  const edit = expected.insert === undefined ? undefined : editFor(expected, previous, found);
  diagnostics.report("E0101", span, {
    message: expected.message,
    ...(expected.label === undefined ? {} : { label: expected.label }),
    ...(edit === undefined || found === undefined
      ? {}
      : { fix: [`\`${patched(place, edit.span, edit.text)}\``], edits: [edit] }),
    ...(expected.help === undefined ? {} : { help: [expected.help] }),
  });
}

/** The edit that puts in what was needed. */
function editFor(
  { insert = "", replaces, follows }: Expected,
  previous: IToken,
  found: IToken | undefined,
): { span: Span; text: string } {
  const start = previous.endOffset! + 1;
  if (found === undefined) return { span: { start, end: start }, text: ` ${insert}` };
  if (replaces === true) {
    return {
      span: { start, end: found.endOffset! + 1 },
      text: follows === true ? insert : ` ${insert}`,
    };
  }
  if (follows === true) {
    const gap = found.startOffset === start && /\w$|[:,]$/.test(insert) ? " " : "";
    return { span: { start, end: start }, text: insert + gap };
  }
  return { span: { start: found.startOffset, end: found.startOffset }, text: `${insert} ` };
}

/** E0103: only a name fits here, and this word can never be one. */
export function reportReserved(place: Place, found: IToken): void {
  const what = placeOfName(place.error.context.ruleStack, place.tokens);
  place.diagnostics.report("E0103", tokenSpan(found), {
    message: `\`${found.image}\` is a word of the language, so it cannot ${what}`,
    label: "reserved",
    help: [`add a letter or an underscore, for example \`${found.image}_\``],
  });
}
