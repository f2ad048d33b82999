// `ham cite FILE`: where the Lagrangians, hypersynapses, solvers and trainings of a model come from.

import { OPTIMISERS } from "@hamlet/core";
import {
  type CatalogueEntry,
  type EnergyGraph,
  type HypersynapseDefinition,
  type HypersynapseUse,
  makeRegistry,
} from "@hamlet/graph";
import { GRADIENTS, SOLVERS } from "@hamlet/ham";
import { CATALOGUE } from "@hamlet/model/disk";
import { bibtex } from "../bibtex.ts";
import { EXIT } from "../exit.ts";
import { compileFile } from "../files/compile.ts";
import { type PluginFlags, type RootFlags, withReadingOptions } from "../options.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham cite`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withReadingOptions(command.argument("<file>")).option(
      "--bibtex",
      "print the sources alone, as BibTeX",
      false,
    ),
  run: cite,
};

interface CiteFlags extends RootFlags, PluginFlags {
  readonly bibtex: boolean;
}

/** Something that a model uses, and where it comes from. */
interface Source {
  readonly what: string;
  readonly references: readonly string[];
}

/** Prints the sources of all that a model uses; returns the exit code. */
async function cite(path: string, { bibtex: asBibtex, ...flags }: CiteFlags): Promise<number> {
  const used = new Set<CatalogueEntry>();
  const compilation = await compileFile(path, { ...flags, registry: watched(used) });
  if (compilation === null) return EXIT.file;
  const sources = [...Array.from(used, sourceOf), ...methodsOf(compilation.graph)].filter(
    ({ references }) => references.length > 0,
  );
  if (asBibtex) {
    process.stdout.write(bibtex(new Set(sources.flatMap(({ references }) => references))));
    return EXIT.ok;
  }
  const byName = new Map(sources.map((source) => [source.what, source.references]));
  const parts = Array.from(
    byName,
    ([what, references]) => `${what}\n  ${references.join("\n  ")}\n`,
  );
  // What a file says itself has no source here, and may well have one.
  const own = compilation.file.items.flatMap((item) =>
    item.kind === "energy" || item.kind === "lagrangian" || item.kind === "synapse"
      ? [item.name.text]
      : [],
  );
  if (own.length > 0)
    parts.push(`Written in the file, which says where it is from: ${own.join(", ")}\n`);
  process.stdout.write(parts.join("\n"));
  return EXIT.ok;
}

/** The catalogue, which notes every entry whose formula is asked for: also by parts and by plugins. */
function watched(used: Set<CatalogueEntry>) {
  const { lagrangians, hypersynapses } = CATALOGUE;
  const watchedHypersynapse = (entry: HypersynapseDefinition): HypersynapseDefinition => {
    const { energy, stored } = entry;
    const noting = (use: HypersynapseUse) => {
      used.add(entry);
      return energy(use);
    };
    const named = (words: Readonly<Record<string, string>>) => watchedHypersynapse(stored!(words));
    return { ...entry, energy: noting, ...(stored === undefined ? {} : { stored: named }) };
  };
  return makeRegistry(
    ...Array.from(lagrangians.values(), (entry) => ({
      ...entry,
      value: (...given: Parameters<typeof entry.value>) => {
        used.add(entry);
        return entry.value(...given);
      },
    })),
    ...Array.from(hypersynapses.values(), watchedHypersynapse),
  );
}

function sourceOf(entry: CatalogueEntry): Source {
  const what = entry.kind === "hypersynapse" ? "hypersynapse" : "Lagrangian";
  return { what: `${what} ${entry.name}`, references: entry.references };
}

/** How it recalls and learns. */
function methodsOf({ recalls, trainings = [] }: EnergyGraph): Source[] {
  const of = (
    what: string,
    { name }: { readonly name: string },
    among: ReadonlyMap<string, { readonly references: readonly string[] }>,
  ) => ({ what: `${what} ${name}`, references: among.get(name)?.references ?? [] });
  return [
    ...recalls.map(({ solver }) => of("solver", solver, SOLVERS)),
    ...trainings.flatMap(({ gradient, optimiser }) => [
      of("gradient", gradient, GRADIENTS),
      of("optimiser", optimiser, OPTIMISERS),
    ]),
  ];
}
