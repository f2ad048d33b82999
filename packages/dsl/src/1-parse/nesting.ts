/**
 * How deep an expression is nested, counted on tokens. The parser, and everything that later walks
 * the tree, recurse; so what nests deeper than any formula is refused before it is parsed.
 */
import type { IToken } from "chevrotain";

/** Far beyond any formula, well within a default call stack. */
const MAX_WEIGHT = 600;
/** A bracket passes through every level of precedence, an operator through one or two. */
const BRACKET = 20;
const OPERATOR = 1;
const PREFIX = 3;

/** The first token that nests too deep, if there is one. */
export function tooDeep(tokens: readonly IToken[]): IToken | undefined {
  const outer: number[] = [];
  let weight = 0;
  for (const token of tokens) {
    const { image, tokenType } = token;
    if (/^[([]$/.test(image)) {
      outer.push(weight);
      weight += BRACKET;
    } else if (/^[)\]]$/.test(image)) {
      weight = outer.pop() ?? 0;
    } else if (/^[,{}]$/.test(image) || tokenType.name === "Equals") {
      weight = (outer.at(-1) ?? -BRACKET) + BRACKET;
    } else if (/^(?:[-^]|not|sum|mean|prod|logsumexp|max|min)$/.test(image)) {
      weight += PREFIX;
    } else if (/^(?:[+*/<>]|==|!=|<=|>=|and|or)$/.test(image)) {
      weight += OPERATOR;
    }
    if (weight > MAX_WEIGHT) return token;
  }
  return undefined;
}
