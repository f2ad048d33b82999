import type { CstNode, IRecognitionException, IToken } from "chevrotain";
import { HamParser } from "./grammar.ts";

/** The rules that are parsed on their own: declarations, and the lines of their blocks. */
export type Rule = "item" | "recallItem" | "trainItem" | "testItem" | "neuronItem" | "bodyItem";

/** A tree, or how the parser stopped. */
export type Attempt =
  | { readonly tree: CstNode; readonly error: undefined }
  | { readonly tree: undefined; readonly error: IRecognitionException };

/** Runs one rule of the grammar over all of the tokens. The parser is made on first use and kept. */
export const attempt = (() => {
  let parser: HamParser | undefined;
  return (rule: Rule, tokens: readonly IToken[]): Attempt => {
    parser ??= new HamParser();
    parser.input = [...tokens];
    const tree = parser[rule]();
    const [error] = parser.errors;
    return error === undefined ? { tree, error } : { tree: undefined, error };
  };
})();
