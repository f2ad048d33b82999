// Text to energy graph in one call.

import type { EnergyGraph, Registry } from "@hamlet/graph";
import type { FileAst } from "./1-parse/ast.ts";
import type { ParseResult } from "./1-parse/parse.ts";
import { checkAttributes, withoutAllowed } from "./rules/attributes.ts";
import { lookAlikeNames } from "./rules/look-alike-names.ts";
import type { GraphCheck } from "./2-lower/graph-check.ts";
import { isPath, Library, type ResolveUse, type UsedPlugin } from "./2-lower/library.ts";
import { lowerModel, type Places } from "./2-lower/model.ts";
import { readOverrides } from "./2-lower/overrides.ts";
import { declaredNames } from "./2-lower/symbols.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import type { SourceFile } from "./source.ts";

/** What a file may name, and what is given and checked beside its text. */
export interface CompileOptions {
  /** The Lagrangians and hypersynapses that the file may name. */
  readonly registry: Registry;
  /** The files and plugins behind every `use`; default: there are none. */
  readonly resolve?: ResolveUse;
  /** `NAME=NUMBER` texts, as on the command line. */
  readonly set?: readonly string[];
  /**
   * Checks of the finished graph; default none. `checkSoundness` of `@hamlet/dsl/soundness` is one:
   * it stands apart so that a page can load it after the rest.
   */
  readonly checks?: readonly GraphCheck[];
  /** How texts become trees; default `parse`. An editor keeps the trees of what did not change. */
  readonly parse?: (source: SourceFile) => ParseResult;
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
  /** The plugins that were used, with the versions that were found. */
  readonly plugins: readonly UsedPlugin[];
  /**
   * Synapses whose energies are missing from the graph, since they are code of a plugin that was
   * "not run". Only names, sizes and axes were checked there.
   */
  readonly leftOut: readonly string[];
  /**
   * Everything found once `checks` have run as well, for who compiled without them and shows the
   * rest first. Call it once.
   */
  readonly checkLater: (checks: readonly GraphCheck[]) => readonly Diagnostic[];
}

/** For a caller without files: nothing is found. */
const NOTHING: ResolveUse = (specifier) =>
  isPath(specifier)
    ? { found: "no file", missing: { path: specifier, folder: "(no files here)", near: null } }
    : { found: "no plugin", installed: null };

/** Parses, checks and lowers a file. Never throws for a mistake in it. */
export function compile(
  source: SourceFile,
  { registry, resolve = NOTHING, set = [], checks = [], parse }: CompileOptions,
): Compilation {
  const library = new Library(registry, resolve, parse);
  const main = library.open(source);
  checkAttributes(main.file, main.diagnostics);
  lookAlikeNames(
    main.diagnostics,
    main.file.items.flatMap((item) => [...declaredNames(item)]),
  );
  const overrides = readOverrides(set);
  const { graph, places, leftOut, check } = lowerModel(main, overrides, checks);
  const found = () => withoutAllowed(main.file, [...overrides.list(), ...library.diagnostics()]);
  return {
    source,
    file: main.file,
    graph,
    places,
    diagnostics: found(),
    checkLater(later) {
      check(later);
      return found();
    },
    sources: [...library.sources, ...overrides.sources],
    plugins: library.plugins,
    leftOut,
  };
}

/** True when a compilation can run. */
export function isSound(compilation: Compilation): boolean {
  return compilation.diagnostics.every((diagnostic) => diagnostic.severity !== "error");
}
