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

/** Functions that other languages have, and what a formula says instead. */
export const FOREIGN_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  [
    "argmax",
    "the largest value is `max[k] v[k]`; the positions that have it are `where v[k] == max[j] v[j]`",
  ],
  [
    "argmin",
    "the smallest value is `min[k] v[k]`; the positions that have it are `where v[k] == min[j] v[j]`",
  ],
  ["norm", "a norm is written out: `sqrt(sum[i] v[i]^2)`"],
  ["dot", "products of tensors are written with their indices: `sum[i] a[i] * b[i]`"],
  ["matmul", "products of tensors are written with their indices: `sum[j] W[i, j] * v[j]`"],
  ["transpose", "name the indices in the other order: `W[j, i]`"],
  [
    "softmax",
    "a softmax is the activation of a neuron: `neuron y: [C] as softmax`; its formula is `exp(x[k] - logsumexp[j] x[j])`",
  ],
  ["lse", "write `logsumexp[k] x[k]`"],
  ["pow", "powers are written `x^n`"],
  ["square", "powers are written `x^2`"],
  ["ln", "the natural logarithm is `log(x)`"],
  ["log10", "write `log(x) / log(10)`"],
  ["log2", "write `log(x) / log(2)`"],
  ["cosh", "`logcosh(x)` is its logarithm; else write `(exp(x) + exp(-x)) / 2`"],
  ["sinh", "write `(exp(x) - exp(-x)) / 2`"],
  ["clip", "write `max(low, min(high, x))`"],
  ["clamp", "write `max(low, min(high, x))`"],
  ["average", "write `mean[i] v[i]`"],
  ["if", "leave terms out with `sum[i where …]`, or use `max`, `min`, `relu`"],
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
  ["₀", "SUBSCRIPT ZERO"],
  ["₁", "SUBSCRIPT ONE"],
  ["₂", "SUBSCRIPT TWO"],
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
