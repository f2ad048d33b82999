// The door to the names of a file: what each stands for, and the words that fit a place. For editors.

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
export { isName, type TextToken, tokensOf } from "./names/text-tokens.ts";
export { lineAt, linesOf } from "./source.ts";
