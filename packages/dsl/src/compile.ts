// Text to energy graph in one call.

import type { EnergyGraph, Registry } from "@hamlet/graph";
import { parse } from "./1-parse/parse.ts";
import type { FileAst } from "./1-parse/ast.ts";
import { lowerModel, type Places } from "./3-lower/model.ts";
import { readOverrides } from "./3-lower/overrides.ts";
import { collectDiagnostics, type Diagnostic } from "./diagnostics/diagnostic.ts";
import type { SourceFile } from "./source.ts";

export interface CompileOptions {
  /** The Lagrangians that the file may name. */
  readonly registry: Registry;
  /** `NAME=NUMBER` texts, as on the command line. */
  readonly set?: readonly string[];
}

/** What a file compiles to. */
export interface Compilation {
  readonly source: SourceFile;
  readonly file: FileAst;
  /** As much of the model as could be made; whole when there are no errors. */
  readonly graph: EnergyGraph;
  readonly places: Places;
  /** Everything found, errors and warnings. */
  readonly diagnostics: readonly Diagnostic[];
  /** All texts that diagnostics point into. */
  readonly sources: readonly SourceFile[];
}

/** Parses, checks and lowers a file. Never throws for a mistake in it. */
export function compile(source: SourceFile, { registry, set = [] }: CompileOptions): Compilation {
  const parsed = parse(source);
  const collected = collectDiagnostics(source);
  const overrides = readOverrides(set);
  const { graph, places } = lowerModel(parsed.file, registry, overrides, collected);
  const diagnostics = [...parsed.diagnostics, ...collected.list(), ...overrides.list()];
  return {
    source,
    file: parsed.file,
    graph,
    places,
    diagnostics,
    sources: [source, ...overrides.sources],
  };
}

/** True when a compilation can run. */
export function isSound(compilation: Compilation): boolean {
  return compilation.diagnostics.every((diagnostic) => diagnostic.severity !== "error");
}
