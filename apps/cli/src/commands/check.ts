// `ham check FILE…`: everything that is wrong with a file, without running it.

import {
  type Diagnostic,
  isSound,
  positionAt,
  type SourceFile,
  type TextPosition,
} from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { EXIT } from "../exit.ts";
import { modelPaths } from "../files/models.ts";
import { compilePath } from "../files/compile.ts";
import { assertWatchable, type Watched, watching } from "../watch.ts";
import { Option } from "commander";
import type { CommandDefinition } from "./command.ts";
import {
  gather,
  jsonOption,
  type PluginFlags,
  type RootFlags,
  watchOption,
  withReadingOptions,
} from "../options.ts";

/** `ham check`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withReadingOptions(command.argument("<files...>"))
      .addOption(
        new Option("--set <NAME=VALUE>", "check with this override")
          .argParser(gather)
          .default([], "nothing"),
      )
      .addOption(jsonOption("one JSON array"))
      .addOption(watchOption()),
  run: check,
};

interface CheckFlags extends RootFlags, PluginFlags {
  readonly set: readonly string[];
  readonly json: boolean;
  readonly watch: boolean;
}

async function check(paths: readonly string[], flags: CheckFlags): Promise<number> {
  if (!flags.watch) return await checkOnce(paths, flags);
  assertWatchable(paths);
  return await watching((how) => checkOnce(paths, flags, how));
}

/** Checks files and prints what was found; returns the exit code. */
async function checkOnce(
  paths: readonly string[],
  flags: CheckFlags,
  how: Partial<Watched> = {},
): Promise<number> {
  const compilations = [];
  for (const path of await modelPaths(paths, how.onRead)) {
    compilations.push(await compilePath(path, { ...flags, ...how }));
  }
  if (flags.json) {
    const found = compilations.flatMap(({ diagnostics, sources }) =>
      diagnostics.map((diagnostic) => ({ ...diagnostic, ...placeOf(diagnostic, sources) })),
    );
    process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  } else {
    for (const { diagnostics, sources, source, leftOut } of compilations) {
      for (const diagnostic of diagnostics) {
        process.stdout.write(`${renderDiagnostic(diagnostic, sources)}\n\n`);
      }
      const errors = diagnostics.filter(({ severity }) => severity === "error").length;
      const warnings = diagnostics.length - errors;
      const verdict = errors > 0 ? `${plural(errors, "error")}, ` : "no errors, ";
      process.stdout.write(`${source.name}: ${verdict}${plural(warnings, "warning")}\n`);
      if (leftOut.length > 0) process.stdout.write(`${leftOutNote(leftOut)}\n`);
    }
  }
  return compilations.every(isSound) ? EXIT.ok : EXIT.file;
}

/** Where a message begins, as people count it; beside the offsets of its span. */
function placeOf(
  { file, span }: Diagnostic,
  sources: readonly SourceFile[],
): Partial<TextPosition> {
  const source = sources.find(({ name }) => name === file);
  return source === undefined ? {} : positionAt(source, span.start);
}

/** What an energy in code keeps from being checked. */
function leftOutNote(names: readonly string[]): string {
  const energies = names.length === 1 ? "the energy" : "the energies";
  return `  ${energies} of ${names.map((name) => `\`${name}\``).join(", ")} is code of a plugin, which was not run: checked by its signature (--trust-plugins runs it)`;
}

function plural(count: number, word: string): string {
  return `${count === 0 ? "no" : count} ${word}${count === 1 ? "" : "s"}`;
}
