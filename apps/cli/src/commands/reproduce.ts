// `ham reproduce NAME`: computes a published result again, as a table and figures.

import { readdir } from "node:fs/promises";
import { Argument } from "commander";
import { suggest } from "@hamlet/dsl";
import { startBackend } from "../backend.ts";
import { CommandError, EXIT } from "../exit.ts";
import { assertFolder, assertOutputs } from "../files/output.ts";
import { pathIn } from "../files/path-in.ts";
import { writeFileAtomically } from "../files/write.ts";
import { workBar } from "../progress.ts";
import { REPRODUCTIONS } from "../reproduce/catalogue.ts";
import { type Findings, type Reproduction, SOME_HAVE } from "../reproduce/reproduction.ts";
import { formatTable } from "../table.ts";
import { workersOption } from "../threads/pool.ts";
import type { CommandDefinition } from "./command.ts";
import {
  jsonOption,
  listOf,
  positiveNumber,
  withBackendOption,
  withSeedOption,
} from "../options.ts";

/** `ham reproduce`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withBackendOption(withSeedOption(command.addArgument(name())))
      .option("--short", "fewer and smaller settings: seconds instead of minutes", false)
      .option(
        "--separation <FORMULA>",
        "kohonen: add a separation function of your own, such as 'max(0, s[i])^3'",
      )
      .option("--iterations <N>", "diffusion: how long each network is trained", positiveNumber)
      .option(
        "--sizes <K,K,…>",
        "diffusion: on how many patterns each, up to 60000",
        listOf(positiveNumber),
      )
      .addOption(
        workersOption(
          "kohonen, diffusion: threads (default: for kohonen one a core, 4 at most; for diffusion one)",
        ),
      )
      .addOption(jsonOption())
      .option("--out <FOLDER>", "where the figures go", "out"),
  run: reproduce,
};

/** Its choices are listed; another one is explained when it is looked for. */
function name(): Argument {
  const argument = new Argument("<name>", "what to compute");
  argument.argChoices = REPRODUCTIONS.map((reproduction) => reproduction.name);
  return argument;
}

interface ReproduceFlags {
  readonly seed: number;
  readonly short: boolean;
  readonly backend: string;
  readonly separation?: string;
  readonly iterations?: number;
  readonly sizes?: readonly number[];
  readonly workers?: number;
  readonly json: boolean;
  readonly out: string;
}

/** Runs a reproduction and reports it; returns the exit code. */
async function reproduce(name: string, flags: ReproduceFlags): Promise<number> {
  const { seed, short, backend, separation, iterations, sizes, workers, json, out } = flags;
  const found = findReproduction(name);
  assertTaken(found, flags);
  await assertFolder(out, "--out");
  const older = await namesIn(out);
  // Everything that it writes begins with its name.
  const outputs = older.filter((file) => file.startsWith(`${name}-`));
  await assertOutputs(outputs.map((file) => ({ option: "--out", path: pathIn(out, file) })));
  await startBackend(backend);
  const began = performance.now();
  const bar = await workBar(name);
  let findings: Findings;
  try {
    findings = await found.run({
      seed,
      short,
      out,
      bar,
      backend,
      ...(separation !== undefined && { separation }),
      ...(iterations !== undefined && { iterations }),
      ...(sizes !== undefined && { sizes }),
      ...(workers !== undefined && { workers }),
    });
  } finally {
    bar.done();
  }
  const seconds = (performance.now() - began) / 1000;
  const paths: string[] = [];
  for (const [file, content] of Object.entries(findings.figures)) {
    const path = pathIn(out, file);
    await writeFileAtomically(path, content);
    paths.push(path);
  }
  if (json) {
    const { results } = findings;
    const report = { name, seed, short, backend, seconds, figures: paths, results };
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return EXIT.ok;
  }
  const { head, rows } = findings.table;
  process.stdout.write(
    `${formatTable(head, rows)}\n\n${findings.verdict}; ${seconds.toFixed(1)} s\n\n${paths.join("\n")}\n`,
  );
  return EXIT.ok;
}

/** @throws CommandError for an option of another reproduction. */
function assertTaken({ name, takes = [] }: Reproduction, flags: ReproduceFlags): void {
  for (const option of SOME_HAVE) {
    if (flags[option] === undefined || takes.includes(option)) continue;
    const others = REPRODUCTIONS.filter((other) => other.takes?.includes(option));
    throw new CommandError(
      EXIT.usage,
      `--${option} is for ${others.map((other) => other.name).join(" and ")}, and ${name} would not read it. Leave it out.`,
    );
  }
}

/** What is in a folder; nothing in one that is not there yet. */
async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}

function findReproduction(name: string): Reproduction {
  const found = REPRODUCTIONS.find((reproduction) => reproduction.name === name);
  if (found !== undefined) return found;
  const names = REPRODUCTIONS.map((reproduction) => reproduction.name);
  const near = suggest(name, names);
  const width = Math.max(...names.map((each) => each.length));
  const list = REPRODUCTIONS.map(
    (each) => `\n  ${each.name.padEnd(width)}   ${each.description}`,
  ).join("");
  throw new CommandError(
    EXIT.usage,
    `there is no reproduction called "${name}".${near === undefined ? "" : ` Did you mean ${near}?`} There is:${list}`,
  );
}
