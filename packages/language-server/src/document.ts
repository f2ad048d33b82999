// A file as the features see it: its tree, its names, what it compiles to and what is wrong with it.

import {
  type Compilation,
  compile,
  type ParseResult,
  type ResolveUse,
  type SourceFile,
} from "@hamlet/dsl";
import { checkSoundness } from "@hamlet/dsl/soundness";
import type { FileNames } from "@hamlet/dsl/editor";
import type { Registry } from "@hamlet/graph";

/** An analysed file. It never changes; a change of the text makes another one. */
export interface Document {
  readonly source: SourceFile;
  readonly registry: Registry;
  readonly parsed: ParseResult;
  readonly names: FileNames;
  readonly compilation: Compilation;
}

/** What analysing a text needs besides it. */
export interface Surroundings {
  readonly registry: Registry;
  readonly resolve: ResolveUse;
  readonly parse: (source: SourceFile) => ParseResult;
  readonly namesOf: (source: SourceFile) => FileNames;
}

/** Analyses a text. Never throws, whatever stands in it. */
export function analyse(
  source: SourceFile,
  { registry, resolve, parse, namesOf }: Surroundings,
): Document {
  const compilation = compile(source, { registry, resolve, parse, checks: [checkSoundness] });
  return { source, registry, parsed: parse(source), names: namesOf(source), compilation };
}
