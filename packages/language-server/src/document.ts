// A file as the features see it: its tree, its names, what it compiles to and what is wrong with it.

import {
  type Compilation,
  compile,
  type Diagnostic,
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
  /** Without the checks of the whole model, which {@link findingsOf} adds. */
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
  const compilation = compile(source, { registry, resolve, parse });
  return { source, registry, parsed: parse(source), names: namesOf(source), compilation };
}

const FINDINGS = new WeakMap<Document, readonly Diagnostic[]>();

/** Everything that is wrong with a file, told by the checks of the whole model too. */
export function findingsOf(document: Document): readonly Diagnostic[] {
  let found = FINDINGS.get(document);
  if (found === undefined) {
    found = document.compilation.checkLater([checkSoundness]);
    FINDINGS.set(document, found);
  }
  return found;
}
