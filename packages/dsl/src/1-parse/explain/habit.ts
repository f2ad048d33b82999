/**
 * Habits from other languages and from paper that the parser understands up to a point:
 * `neuron s[N]: sign`, `sum[i if …]`, `0 < x < 1`. Each is answered with what it is here.
 */
import type { IToken } from "chevrotain";
import type { DiagnosticDetails } from "../../diagnostics/diagnostic.ts";
import type { DiagnosticCode } from "../../diagnostics/messages.ts";
import type { Span } from "../../source.ts";
import { tokenSpan } from "../cst.ts";
import { FOREIGN_FUNCTIONS } from "../foreign.ts";
import { isName, ownerOf } from "../outline.ts";
import { type Edit, isOnLineOf, patched, type Place } from "./place.ts";

interface Saying extends DiagnosticDetails {
  readonly code?: DiagnosticCode;
  /** Where, if not at the token that does not fit. */
  readonly span?: Span;
}

/** Reports a habit; false when it is none that is known. */
export function reportHabit(place: Place): boolean {
  const { found, at } = place;
  if (found === undefined || at === 0) return false;
  for (const say of HABITS) {
    const saying = say(place, found);
    if (saying === undefined) continue;
    const { code = "E0107", span = tokenSpan(found), ...details } = saying;
    place.diagnostics.report(code, span, details);
    return true;
  }
  return false;
}

const COMPARISON = /^(?:==|!=|<=|>=|<|>)$/;
const UNITS = /^(?:[munp]?s|sec|min|[kM]?Hz|[munp]?V|[munp]?A|mM|ohm|deg|rad)$/;
const REDUCER = /^(sum|mean|prod|logsumexp|max|min)_([\p{L}])$/u;
const ELEMENT = /^(?:real|int|bool|sign|bit)$/;

const HABITS: readonly ((place: Place, found: IToken) => Saying | undefined)[] = [
  shapeOnName,
  binderCondition,
  binderRange,
  assignmentInCondition,
  chainedComparison,
  repeatedBrackets,
  foreignFunction,
  subscriptedReducer,
  unit,
];

/** A fix that replaces one stretch. */
function replacing(place: Place, edit: Edit): Pick<DiagnosticDetails, "fix" | "edits"> {
  return { fix: [`\`${patched(place, edit.span, edit.text)}\``], edits: [edit] };
}

/** `neuron s[N]: sign`, `param W[D, H] ~ …`: the shape belongs behind the colon. */
function shapeOnName(place: Place, found: IToken): Saying | undefined {
  const { tokens, at, text } = place;
  const word = tokens[at - 2]?.image ?? "";
  if (found.image !== "[" || !/^(?:neuron|const|param|data|given)$/.test(word)) return undefined;
  const close = closing(tokens, at);
  const behindName = tokens[at - 1].endOffset! + 1;
  const colon = { span: { start: behindName, end: behindName }, text: ":" };
  if (close === undefined || place.parses([colon])) return undefined;
  const shape = text.slice(found.startOffset, tokens[close].endOffset! + 1);
  const [next, element] = [tokens[close + 1], tokens[close + 2]];
  const isTyped = next?.image === ":" && ELEMENT.test(element?.image ?? "");
  const [last, instead] =
    word === "neuron"
      ? /^(?::|as)$/.test(next?.image ?? "")
        ? [next, `: ${shape} as`]
        : [tokens[close], `: ${shape}`]
      : isTyped
        ? [element, `: ${element.image}${shape}`]
        : [tokens[close], `: ${shape}`];
  const edit = {
    span: { start: behindName, end: last.endOffset! + 1 },
    text: instead,
  };
  return {
    code: "E0101",
    message: `expected \`:\` between the name \`${tokens[at - 1].image}\` and its shape`,
    label: "the shape follows the colon",
    ...replacing(place, edit),
  };
}

/** `sum[i if …]`, `sum[i != j] …`: a condition follows `where`. */
function binderCondition(place: Place, found: IToken): Saying | undefined {
  const { tokens, at, rule } = place;
  if (rule !== "reduce" || hasCondition(place)) return undefined;
  if (found.image === "if") {
    const edit = { span: tokenSpan(found), text: "where" };
    return {
      message: "a sum leaves terms out with `where`, not with `if`",
      ...replacing(place, edit),
    };
  }
  const index = tokens[at - 1];
  if (!COMPARISON.test(found.image) || !isName(index)) return undefined;
  const end = index.endOffset! + 1;
  const edit = { span: { start: end, end }, text: ` where ${index.image}` };
  return {
    message: "the condition of a sum follows its indices and the word `where`",
    ...replacing(place, edit),
  };
}

/** `sum[i in N]`, `sum[i for i in N]`, `sum[i = 1..N]`: an index runs over a whole dim. */
function binderRange(place: Place, found: IToken): Saying | undefined {
  const { tokens, at, rule } = place;
  if (rule !== "reduce" || hasCondition(place)) return undefined;
  if (!/^(?:in|for|=)$/.test(found.image)) return undefined;
  const index = tokens[at - 1];
  const help = [
    `where nothing else says it, write \`${index.image}: N\` with the dim's name; leave entries out with \`where\``,
  ];
  const message = "an index runs over the whole of its dim";
  if (found.image !== "in") return { message, help };
  const span = { start: index.endOffset! + 1, end: found.endOffset! + 1 };
  return { message, ...replacing(place, { span, text: ":" }) };
}

/** `where i = j`: a comparison is written `==`. */
function assignmentInCondition(place: Place, found: IToken): Saying | undefined {
  const { tokens, at } = place;
  if (found.image !== "=" || !isOnLineOf(place, tokens[at - 1], found)) return undefined;
  const before = sameLevel(tokens, at);
  const isCondition =
    before.some(({ image }) => /^(?:where|when|expect)$/.test(image)) ||
    ownerOf(tokens, 0) === "assert";
  if (!isCondition) return undefined;
  return {
    message: "a comparison is written `==`; `=` gives something its value",
    ...replacing(place, { span: tokenSpan(found), text: "==" }),
  };
}

/** `0 < x < 1`: two comparisons joined by `and`. */
function chainedComparison(place: Place, found: IToken): Saying | undefined {
  const { tokens, at, text, rule } = place;
  if (!COMPARISON.test(found.image) || rule === "init") return undefined;
  const before = sameLevel(tokens, at);
  const first = before.findIndex(({ image }) => COMPARISON.test(image));
  const stop = before.findIndex(({ image }) => /^(?:and|or|not|where|when|,|=)$/.test(image));
  if (first === -1 || (stop !== -1 && stop < first)) return undefined;
  const middle = text.slice(before[first].endOffset! + 1, tokens[at - 1].endOffset! + 1).trim();
  const isNegated = before[stop]?.image === "not";
  const start = tokens[at - 1].endOffset! + 1;
  const edit = { span: { start, end: start }, text: ` and ${middle}` };
  return {
    code: "E0101",
    message: "comparisons cannot be chained",
    label: "a second comparison",
    ...(!isNegated && place.parses([edit])
      ? replacing(place, edit)
      : { help: ["join them with `and`: `0 < a and a < 1`"] }),
  };
}

/** `v[i][0]`: all indices stand in one pair of brackets. */
function repeatedBrackets(place: Place, found: IToken): Saying | undefined {
  const { tokens, at } = place;
  const previous = tokens[at - 1];
  if (found.image !== "[" || previous?.image !== "]") return undefined;
  const open = opening(tokens, at - 1);
  const isEntry = open !== undefined && open > 0 && isName(tokens[open - 1]);
  if (!isEntry) return undefined;
  const edit = { span: { start: previous.startOffset, end: found.endOffset! + 1 }, text: ", " };
  return {
    message: "all indices of an entry stand in one pair of brackets",
    ...replacing(place, edit),
  };
}

/** `argmax[i] v[i]`: read as an entry of something called `argmax`. */
function foreignFunction({ tokens, at }: Place): Saying | undefined {
  const open = tokens[at - 1]?.image === "]" ? opening(tokens, at - 1) : undefined;
  const name = open === undefined ? undefined : tokens[open - 1];
  const way = FOREIGN_FUNCTIONS.get(name?.image ?? "");
  if (name === undefined || way === undefined) return undefined;
  return {
    span: tokenSpan(name),
    message: `there is no \`${name.image}\` in formulas`,
    help: [way],
  };
}

/** `sum_i v[i]` */
function subscriptedReducer(place: Place): Saying | undefined {
  const previous = place.tokens[place.at - 1];
  const [, op, index] = REDUCER.exec(previous?.image ?? "") ?? [];
  if (op === undefined) return undefined;
  const edit = { span: tokenSpan(previous), text: `${op}[${index}]` };
  return {
    span: edit.span,
    message: `\`${op}\` takes its indices in square brackets`,
    ...replacing(place, edit),
  };
}

/** `tau = 5 ms` */
function unit(place: Place, found: IToken): Saying | undefined {
  const previous = place.tokens[place.at - 1];
  const isUnit = /^\d/.test(previous?.image ?? "") && UNITS.test(found.image);
  if (!isUnit || !isOnLineOf(place, previous, found)) return undefined;
  return {
    message: "there are no units",
    label: "not a part of the number",
    help: ["an energy has no unit, and `tau` and `dt` count in one unit of time: leave it out"],
  };
}

function hasCondition({ tokens, at }: Place): boolean {
  return sameLevel(tokens, at).some(({ image }) => image === "where");
}

/** The tokens before a position that are inside the same brackets, nearest first. */
function sameLevel(tokens: readonly IToken[], at: number): IToken[] {
  const found: IToken[] = [];
  let depth = 0;
  for (let position = at - 1; position >= 0; position--) {
    const { image } = tokens[position];
    if (/^[)\]}]$/.test(image)) depth++;
    if (depth === 0 && /^[([{]$/.test(image)) break;
    if (depth === 0) found.push(tokens[position]);
    if (/^[([{]$/.test(image)) depth--;
  }
  return found;
}

function closing(tokens: readonly IToken[], open: number): number | undefined {
  let depth = 0;
  for (let position = open; position < tokens.length; position++) {
    if (/^[([]$/.test(tokens[position].image)) depth++;
    if (/^[)\]]$/.test(tokens[position].image) && --depth === 0) return position;
  }
  return undefined;
}

function opening(tokens: readonly IToken[], close: number): number | undefined {
  let depth = 0;
  for (let position = close; position >= 0; position--) {
    if (/^[)\]]$/.test(tokens[position].image)) depth++;
    if (/^[([]$/.test(tokens[position].image) && --depth === 0) return position;
  }
  return undefined;
}
