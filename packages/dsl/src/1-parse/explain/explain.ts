/**
 * From "the parser stopped here" to a sentence for the person who wrote it. The parser tells what
 * it wanted (the key made in `grammar.ts`) and where it stopped; this file looks at the tokens
 * around the place and says what is wrong, what was probably meant, and what to write.
 */
import type { IToken } from "chevrotain";
import { tokenSpan } from "../cst.ts";
import { isName, ownerOf } from "../outline.ts";
import { DECLARATION_WORDS, RESERVED } from "../tokens.ts";
import { BLOCKS } from "./expected.ts";
import { reportHabit } from "./habit.ts";
import { reportExpected, reportReserved } from "./needed.ts";
import { type Explainer, type Mistake, patched, type Place } from "./place.ts";
import { reportRest } from "./rest.ts";
import { reportUnknownLine, reportUnknownStart } from "./unknown-word.ts";
import { reportNoValue, reportUntypedConst } from "./value.ts";

/** Reports exactly one diagnostic for a mistake. */
export function explain(mistake: Mistake, explainer: Explainer): void {
  const { error, tokens, unclosed } = mistake;
  const [kind = "", rule = "", wanted = ""] = error.message.split(":");
  const found = tokens.find((token) => token === error.token);
  const at = found === undefined ? tokens.length : tokens.indexOf(found);
  const opener = tokens.slice(0, at).findLast((token) => unclosed.has(token));
  const place: Place = { ...mistake, ...explainer, kind, rule, wanted, found, at };

  if (opener !== undefined) return reportUnclosed(place, opener);
  if (kind === "choice" && rule === "item") return reportUnknownStart(place);
  if (reportHabit(place)) return;
  if (found !== undefined && isMisusedWord(place)) return reportReserved(place, found);
  if (isBracketedReduce(place)) return reportReduceParentheses(place);
  if (kind === "rest") return reportRest(place);
  if (kind === "choice" && BLOCKS.has(rule)) return reportUnknownLine(place);
  if (kind === "choice" && rule === "unary") return reportNoValue(place);
  if (kind === "choice" && rule === "type" && ownerOf(tokens, 0) === "const") {
    if (/^[-\d("]/.test(found?.image ?? "")) return reportUntypedConst(place);
  }
  return reportExpected(place);
}

/**
 * E0102, for `(` and `[`; a missing `}` shows in the outline already. Where the closing one could
 * stand in several places, they mean different things: then nothing is offered.
 */
function reportUnclosed(place: Place, opener: IToken): void {
  const { found, tokens, at, next, parses } = place;
  const closer = opener.image === "(" ? ")" : "]";
  const isWrongCloser =
    found !== undefined && found.image !== closer && /^[)\]]$/.test(found.image);
  const behind = tokens.slice(tokens.indexOf(opener), at).map((token) => {
    const end = token.endOffset! + 1;
    return { span: { start: end, end }, text: closer };
  });
  const fitting = (
    isWrongCloser
      ? [...behind, { span: tokenSpan(found), text: closer }]
      : behind.slice(-MOST_TRIED)
  ).filter((edit) => tokens.length <= LONGEST && parses([edit]));
  const insertAt = found === undefined ? next : found;
  place.diagnostics.report("E0102", tokenSpan(opener), {
    message: `this \`${opener.image}\` is never closed`,
    label: "opened here",
    related:
      insertAt === undefined
        ? []
        : [{ span: tokenSpan(insertAt), label: `expected \`${closer}\` before this` }],
    ...(fitting.length === 1
      ? {
          fix: [`\`${patched(place, fitting[0].span, fitting[0].text)}\``],
          edits: fitting,
        }
      : { help: [`write \`${closer}\` where the part that it opens ends`] }),
  });
}

/** So many places for a missing bracket are tried, in declarations up to so many tokens. */
const MOST_TRIED = 60;
const LONGEST = 400;

/** A reserved word where only a name fits, or where a value should stand. */
function isMisusedWord({ kind, rule, wanted, found }: Place): boolean {
  if (!RESERVED.has(found!.image)) return false;
  if (
    wanted === "Name" ||
    kind === "repeat" ||
    rule === "path" ||
    rule === "binders" ||
    rule === "index"
  )
    return true;
  return kind === "choice" && rule === "unary" && DECLARATION_WORDS.has(found!.image);
}

/** `sum(i) …`: sums take their indices in square brackets. */
function isBracketedReduce({ rule, wanted, found }: Place): boolean {
  return rule === "reduce" && wanted === "LSquare" && found?.image === "(";
}

function reportReduceParentheses(place: Place): void {
  const { tokens, at, found } = place;
  const word = tokens[at - 1].image;
  const close = tokens.findIndex((token, index) => index > at && token.image === ")");
  const inside = tokens.slice(at + 1, close);
  const areNames = close > at && inside.every((token) => isName(token) || token.image === ",");
  const span =
    close > at
      ? { start: found!.startOffset, end: tokens[close].endOffset! + 1 }
      : tokenSpan(found!);
  const text = `[${place.text.slice(span.start + 1, span.end - 1)}]`;
  place.diagnostics.report("E0107", span, {
    message: `\`${word}\` takes its indices in square brackets`,
    ...(areNames && tokens[close + 1] !== undefined
      ? { fix: [`\`${word}${text}\``], edits: [{ span, text }] }
      : { help: [`say what it runs over: \`${word}[i] v[i]\``] }),
  });
}
