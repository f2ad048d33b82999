/**
 * What people type out of habit from other languages and from paper: each row says what to write
 * here instead. Where the meaning is certain, the lexer goes on with `instead`, so that the habit
 * costs one message and nothing after it is misread.
 */
import type { DiagnosticCode } from "../diagnostics/messages.ts";

/** One habit: the text as typed, and what this language writes. */
export interface ForeignText {
  readonly typed: string;
  readonly code: DiagnosticCode;
  readonly message: string;
  /** Text the lexer continues with; empty to leave it out; undefined when nothing is certain. */
  readonly instead?: string;
  readonly help?: string;
}

const habit = (typed: string, instead: string, message: string): ForeignText => ({
  typed,
  code: "E0107",
  message,
  instead,
});

const sign = (typed: string, instead: string): ForeignText => ({
  typed,
  code: "E0104",
  message: `\`${typed}\` is not part of the language`,
  instead,
});

/** Longer texts before their prefixes. */
export const FOREIGN: readonly ForeignText[] = [
  habit("**", "^", "powers are written `^`, not `**`"),
  habit("&&", "and", "conditions are joined by `and`, not `&&`"),
  habit("||", "or", "conditions are joined by `or`, not `||`"),
  habit(";", "", "declarations do not end in `;`"),
  habit(":=", "=", "values are given with `=`, not `:=`"),
  habit("!", "not", "a condition is negated by `not`, not `!`"),
  sign("×", "*"),
  sign("·", "*"),
  sign("⋅", "*"),
  sign("∙", "*"),
  sign("∗", "*"),
  sign("÷", "/"),
  sign("∕", "/"),
  sign("−", "-"),
  sign("–", "-"),
  sign("≤", "<="),
  sign("≥", ">="),
  sign("≠", "!="),
  sign("∼", "~"),
  sign("∑", "sum"),
  sign("²", "^2"),
  sign("³", "^3"),
  sign("∧", "and"),
  sign("∨", "or"),
  sign("¬", "not"),
];

/** Names that other languages put before a function: `np.exp`, `torch.tanh`. */
export const FOREIGN_PREFIXES: ReadonlySet<string> = new Set([
  "np",
  "jnp",
  "tf",
  "numpy",
  "torch",
  "jax",
  "math",
  "Math",
]);

/** Unicode names of the signs people are likely to meet; the code point alone helps nobody. */
export const SIGN_NAMES: ReadonlyMap<string, string> = new Map([
  ["×", "MULTIPLICATION SIGN"],
  ["·", "MIDDLE DOT"],
  ["⋅", "DOT OPERATOR"],
  ["∙", "BULLET OPERATOR"],
  ["∗", "ASTERISK OPERATOR"],
  ["÷", "DIVISION SIGN"],
  ["∕", "DIVISION SLASH"],
  ["−", "MINUS SIGN"],
  ["–", "EN DASH"],
  ["—", "EM DASH"],
  ["≤", "LESS-THAN OR EQUAL TO"],
  ["≥", "GREATER-THAN OR EQUAL TO"],
  ["≠", "NOT EQUAL TO"],
  ["∼", "TILDE OPERATOR"],
  ["∑", "N-ARY SUMMATION"],
  ["²", "SUPERSCRIPT TWO"],
  ["³", "SUPERSCRIPT THREE"],
  ["∧", "LOGICAL AND"],
  ["∨", "LOGICAL OR"],
  ["¬", "NOT SIGN"],
  ["∈", "ELEMENT OF"],
  ["∞", "INFINITY"],
  ["√", "SQUARE ROOT"],
  ["\u201c", "LEFT DOUBLE QUOTATION MARK"],
  ["\u201d", "RIGHT DOUBLE QUOTATION MARK"],
  ["\u2018", "LEFT SINGLE QUOTATION MARK"],
  ["\u2019", "RIGHT SINGLE QUOTATION MARK"],
  ["\u200b", "ZERO WIDTH SPACE"],
]);
