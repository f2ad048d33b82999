// The door for editors: what every name of a file stands for, the words that fit a place, tokens as
// they are typed, and a parser that remembers.

export {
  FileNames,
  isSame,
  type Members,
  type NamedTemplate,
  type NameSources,
  type Things,
} from "./names/file-names.ts";
export type { BuiltIn, Declaring, NamedThing, Occurrence } from "./names/symbol.ts";
export { type Choice, VOCABULARY, type Word } from "./names/vocabulary.ts";
export { isComment, isName, type TextToken, tokensOf } from "./names/text-tokens.ts";
export { connectionName } from "./2-lower/symbols.ts";
export { lineAt, linesOf } from "./source.ts";
export { makeParser } from "./1-parse/parse.ts";
export { unquote } from "./1-parse/to-expression.ts";
export { occurrenceAt, occurrencesOf } from "./names/occurrences.ts";
