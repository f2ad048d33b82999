// `ham energy FILE`: what given states are worth, without a step.

import type { StartEnergies } from "@hamlet/ham";
import { Option } from "commander";
import { EXIT } from "../exit.ts";
import { openModel } from "../files/open-model.ts";
import { jsonOption, type ModelFlags, positiveNumber, withModelOptions } from "../options.ts";
import { formatTable } from "../table.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham energy`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withModelOptions(command.argument("<file>"))
      .option("--recall <NAME>", "the recall block whose starts are taken (default: the first)")
      .addOption(
        new Option("--batch <N>", "examples where nothing is given (default: 1)").argParser(
          positiveNumber,
        ),
      )
      .addOption(jsonOption()),
  run: energy,
};

interface EnergyFlags extends ModelFlags {
  readonly recall?: string;
  readonly batch?: number;
  readonly json: boolean;
}

/** Examples that the table shows; --json has all. */
const SHOWN = 50;

/** Prints every part of the energy and the whole; returns the exit code. */
async function energy(path: string, flags: EnergyFlags): Promise<number> {
  using model = await openModel(path, flags);
  const recall = model.recallNamed(flags.recall);
  const energies = await model.energies({
    recall: recall.name,
    ...(flags.batch === undefined ? {} : { batch: flags.batch }),
  });
  if (flags.json) {
    const { batch, parts, total } = energies;
    const report = {
      model: path,
      recall: recall.name,
      backend: flags.backend,
      seed: flags.seed,
      examples: batch,
      parts: parts.map(({ name, kind, values }) => ({ name, kind, values: [...values] })),
      total: [...total],
    };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  } else {
    process.stdout.write(`energy where ${recall.name} starts\n\n${table(energies)}\n`);
  }
  return energies.total.every(Number.isFinite) ? EXIT.ok : EXIT.failed;
}

function table({ batch, parts, total }: StartEnergies): string {
  const head = [
    "example",
    ...parts.map(({ name, kind }) => (kind === "leak" ? `leak of ${name}` : name)),
    "total",
  ];
  const columns = [...parts.map(({ values }) => values), total];
  const rows = Array.from({ length: Math.min(SHOWN, batch) }, (_, b) => [
    String(b),
    ...columns.map((values) => values[b].toPrecision(7)),
  ]);
  const rest = batch > SHOWN ? `\n… and ${batch - SHOWN} more; --json has all.` : "";
  return `${formatTable(head, rows)}${rest}`;
}
