export type * as ast from "./1-parse/ast.ts";
export type { Comment } from "./1-parse/lex.ts";
export { parse, type ParseResult } from "./1-parse/parse.ts";
export {
  type Advice,
  collectDiagnostics,
  type Diagnostic,
  type DiagnosticDetails,
  type Diagnostics,
  type RelatedPlace,
  type TextEdit,
} from "./diagnostics/diagnostic.ts";
export { type DiagnosticCode, type RuleName, RULES } from "./diagnostics/messages.ts";
export { suggest } from "./diagnostics/suggest.ts";
export {
  type NotUtf8,
  type TextPosition,
  positionAt,
  type SourceFile,
  type Span,
} from "./source.ts";
export { type Compilation, compile, type CompileOptions, isSound } from "./compile.ts";
export type { Places } from "./2-lower/model.ts";
export type { NameNotes } from "./2-lower/notes.ts";
export {
  insidePlugin,
  isPath,
  folderOfPlugin,
  packageOf,
  type PackageRange,
  type Plugin,
  type ResolveUse,
  type UseAnswer,
  type UsedPlugin,
  usesOf,
} from "./2-lower/library.ts";
export type { ExternEnergy } from "./2-lower/synapse.ts";
export { withoutAllowed } from "./rules/attributes.ts";
export type { MissingFile, RefusedPath } from "./rules/no-file.ts";
export type { GraphCheck, Written } from "./2-lower/graph-check.ts";
