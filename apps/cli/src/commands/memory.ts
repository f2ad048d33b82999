// `ham memory FILE`: what is in a stored memory, and the weights that it stands for.

import { stat } from "node:fs/promises";
import { countHeld } from "@hamlet/core";
import { Option } from "commander";
import { CommandError, EXIT } from "../exit.ts";
import { assertOutputs } from "../files/output.ts";
import { WEIGHTS_FILE, writeWeights } from "../files/weights.ts";
import { type PatternMemory, readMemoryFile } from "../memories/memory.ts";
import { describeSizes } from "../memories/words.ts";
import { jsonOption, positiveReal } from "../options.ts";
import { formatTable } from "../table.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham memory`. */
export const command: CommandDefinition = {
  takes: (command) =>
    command
      .argument("<memory>")
      .option("--weights <FILE.npy>", "linear, hebb: write the weights for a model")
      .addOption(
        new Option("--ridge <X>", "linear: weight of a penalty on large weights").argParser(
          positiveReal,
        ),
      )
      .addOption(jsonOption()),
  run: describe,
};

interface MemoryFlags {
  readonly weights?: string;
  readonly ridge?: number;
  readonly json: boolean;
}

async function describe(path: string, flags: MemoryFlags): Promise<number> {
  const { weights, json } = flags;
  if (weights !== undefined) {
    await assertOutputs([{ option: "--weights", path: weights, content: WEIGHTS_FILE }], [path]);
  }
  const memory = await readMemoryFile(path);
  const report = { file: path, bytes: (await stat(path)).size, ...reportOf(memory) };
  if (weights !== undefined) await writeOwn(weights, memory, { path, flags });
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stdout.write(textOf(report, weights));
  return EXIT.ok;
}

type Report = ReturnType<typeof reportOf> & { readonly file: string; readonly bytes: number };

function reportOf(memory: PatternMemory) {
  const { rule, width, values, count, held, own } = memory;
  const description = own.kind === "features" ? own.memory.description : null;
  return {
    rule,
    count,
    width,
    values,
    features: description,
    /** Of one pattern's kernel; of rows that are not independent an upper limit. */
    kernelDeviation:
      description === null || description.kind !== "sin-cos"
        ? null
        : 1 / Math.sqrt(2 * description.Y),
    sources: held.map(({ id, name, rows }) => ({ id, name, rows })),
    /** Patterns that no source is known of. */
    unknown: count - countHeld(held),
  };
}

function textOf(report: Report, weights: string | undefined): string {
  const { file, bytes, rule, count, features, kernelDeviation, unknown } = report;
  const lines = [
    `${file}   ${bytes} bytes`,
    `${count} patterns of ${describeSizes(report)}, by ${rule}`,
  ];
  if (features !== null) {
    const { Y, kind, family, beta, key } = features;
    lines.push(`${Y} ${kind} features of ${family} rows, beta = ${beta}, key = ${key.join(" ")}`);
  }
  if (kernelDeviation !== null) {
    lines.push(
      `the kernel of a pattern is off by ${kernelDeviation.toPrecision(2)} at most (one standard deviation)`,
    );
  }
  const rows = report.sources.map((source) => [
    source.name,
    String(countHeld([source])),
    source.rows.length > 4
      ? `${source.rows.length} intervals`
      : source.rows.map(([from, to]) => `${from}-${to - 1}`).join(" "),
    source.id.slice(0, 19),
  ]);
  if (rows.length > 0) lines.push("", formatTable(["source", "patterns", "rows", "id"], rows));
  if (unknown > 0) lines.push("", `${unknown} patterns are of no known source.`);
  if (weights !== undefined) lines.push("", `${weights}   the weights`);
  return `${lines.join("\n")}\n`;
}

async function writeOwn(
  out: string,
  { own }: PatternMemory,
  { path, flags: { ridge } }: { readonly path: string; readonly flags: MemoryFlags },
): Promise<void> {
  if (own.kind === "features") {
    throw new CommandError(
      EXIT.usage,
      `${path} is of random features, which have no weights: a model names the memory itself, as in \`connect memory: drdam(v) from "${path}"\`.`,
    );
  }
  const { weights, solution } = await own.memory.weights(ridge === undefined ? {} : { ridge });
  if (solution?.warning != null) process.stderr.write(`${solution.warning}\n`);
  await writeWeights(out, weights);
}
