/** Messages for words that start nothing: of a file (`neurons v: …`) or of a block (`strat v = q`). */
import { suggest } from "../../diagnostics/suggest.ts";
import { tokenSpan } from "../cst.ts";
import { isName } from "../outline.ts";
import { DECLARATION_WORDS, OPENING_WORDS, RESERVED } from "../tokens.ts";
import { BLOCKS } from "./expected.ts";
import { reportExpected, reportReserved } from "./needed.ts";
import { isOnLineOf, patched, type Place, shortOf } from "./place.ts";

/** A line that starts with no word of the language: a misspelt `neuron`, a missing `param`. */
export function reportUnknownStart(place: Place): void {
  const { tokens, at, diagnostics } = place;
  const first = tokens[at];
  const before = tokens[at - 1];
  if (first !== undefined && tokens[at - 2]?.image === "@" && isName(first)) {
    const start = before.endOffset! + 1;
    const edit = { span: { start, end: first.endOffset! + 1 }, text: `(${first.image})` };
    return diagnostics.report("E0101", tokenSpan(first), {
      message: `what \`@${before.image}\` is about stands in parentheses`,
      label: "in parentheses",
      fix: [`\`@${before.image}${edit.text}\``],
      edits: [edit],
    });
  }
  if (first === undefined) {
    return diagnostics.report("E0101", tokenSpan(tokens.at(-1)!), {
      message: "expected a declaration after the attribute",
    });
  }
  const words = [...DECLARATION_WORDS, ...OPENING_WORDS].filter((word) => word !== "ham");
  const near = guessWord(first.image, words);
  if (BLOCK_WORDS.test(first.image) && tokens.length > at + 1) {
    return diagnostics.report("E0101", tokenSpan(first), {
      message: `\`${first.image}\` stands inside a recall, train or test block only`,
      label: "outside of any block",
    });
  }
  const call = isName(first) || RESERVED.has(first.image);
  diagnostics.report("E0101", tokenSpan(first), {
    message: call
      ? `no declaration starts with \`${shortOf(first)}\``
      : `expected a declaration, found \`${shortOf(first)}\``,
    label: "expected a word such as `neuron` or `energy`",
    help: [
      near === undefined
        ? `declarations start with ${words.join(", ")}`
        : `did you mean \`${near}\`?`,
    ],
    ...(near === undefined ? {} : { edits: [{ span: tokenSpan(first), text: near }] }),
  });
}

const BLOCK_WORDS =
  /^(?:start|clamp|stop|record|schedule|return|feed|run|expect|metric|solver|steps)$/;

/** Words of other languages, and the declaration they probably mean. */
const OTHER_WORDS = new Map([
  ["import", "use"],
  ["include", "use"],
  ["def", "let"],
  ["var", "let"],
  ["layer", "neuron"],
  ["hypersynapse", "synapse"],
  ["connection", "connect"],
  ["parameter", "param"],
  ["weight", "param"],
  ["constant", "const"],
  ["dimension", "dim"],
  ["input", "given"],
]);

/** The declaration word somebody meant, if it can be guessed. */
export function guessWord(typed: string, words: Iterable<string>): string | undefined {
  const lower = typed.toLowerCase();
  const known = [...words];
  if (known.includes(lower)) return lower;
  return OTHER_WORDS.get(lower) ?? suggest(lower, known);
}

/** A line of a block that is none of the lines the block can hold. */
export function reportUnknownLine(place: Place): void {
  const { tokens, rule, diagnostics } = place;
  const block = BLOCKS.get(rule)!;
  const at = Math.min(place.at, tokens.length - 1);
  const first = tokens[at];
  const second = tokens[at + 1];
  const near = suggest(first.image, block.words);
  const span = tokenSpan(first);
  if (
    second?.image === ":" &&
    isName(first) &&
    (block.hasSettings || block.words.includes(first.image))
  ) {
    const edit = { span: tokenSpan(second), text: " =" };
    return diagnostics.report("E0101", tokenSpan(second), {
      message: `expected \`=\` after \`${first.image}\``,
      label: "write `=`",
      fix: [`\`${patched(place, edit.span, edit.text)}\``],
      edits: [edit],
    });
  }
  const after = second !== undefined && isOnLineOf(place, first, second) ? second : undefined;
  if (
    after !== undefined &&
    block.words.includes(first.image) &&
    DECLARATION_WORDS.has(after.image)
  ) {
    return reportReserved(place, after);
  }
  if (first.image === "stop" && block.words.includes("stop")) {
    return reportExpected({ ...place, rule: "stop", wanted: "When", found: second, at: at + 1 });
  }
  if (block.words.includes(first.image)) {
    return diagnostics.report("E0101", after === undefined ? span : tokenSpan(after), {
      message: `\`${first.image}\` is written \`${block.forms[first.image]}\``,
      label: after === undefined ? "something is missing after this" : "this does not fit",
    });
  }
  if (near === undefined && block.hasSettings && isName(first) && after !== undefined) {
    if (isName(after) || /^[-\d"[]/.test(after.image)) {
      return reportExpected({
        ...place,
        rule: "setting",
        wanted: "Equals",
        found: second,
        at: at + 1,
      });
    }
  }
  const isCall = near === undefined && isName(first) && block.hasSettings;
  diagnostics.report("E0101", span, {
    message: `${block.name} has no line that starts with \`${shortOf(first)}\``,
    ...(isCall ? { label: "neither a setting (`name = value`) nor a word of the language" } : {}),
    help: [
      isCall && after?.image === "(" && rule === "testItem"
        ? `what must hold follows \`expect\`: \`expect ${first.image}(…)\``
        : near === undefined
          ? `it holds ${block.holds}`
          : `did you mean \`${near}\`?`,
    ],
  });
}
