// `ham store PATTERNS --rule RULE`: one-shot learning, from patterns to a memory in a file.

import { atOnce, key } from "@hamlet/core";
import { addProduct } from "@hamlet/core/numbers";
import { hebb, pseudoInverse, type StoredPatterns, storkey, unlearn } from "@hamlet/ham";
import { assertMemory } from "@hamlet/model/disk";
import { CommandError, EXIT } from "../exit.ts";
import { fileOf, readPatterns } from "../files/patterns.ts";
import { assertOutputs } from "../files/output.ts";
import { WEIGHTS_FILE, writeWeights } from "../files/weights.ts";
import { FEATURE_FLAGS, withFeatureOptions } from "../store/feature-options.ts";
import type { LinearFlags } from "../store/linear.ts";
import type { FeatureFlags } from "../store/random-features.ts";
import { Option } from "commander";
import type { CommandDefinition } from "./command.ts";
import { positiveNumber, positiveReal, wholeNumber } from "../options.ts";

/** `ham store`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withFeatureOptions(
      command
        .argument("<patterns>")
        .addOption(
          new Option("--rule <RULE>", "how they are stored")
            .choices([...STORAGE_RULES, "linear", "drdam"])
            .default("hebb"),
        )
        .addOption(new Option("--take <K>", "store only the first K").argParser(positiveNumber))
        .addOption(
          new Option(
            "--unlearn <N>",
            "then weaken N states that random starts fall into",
          ).argParser(positiveNumber),
        )
        .addOption(
          new Option("--rate <X>", "how much of each is unlearned")
            .default(0.01)
            .argParser(positiveReal),
        )
        .addOption(
          new Option("--seed <N>", "seed of the random starts, or of random features")
            .default(0)
            .argParser(wholeNumber),
        )
        .option(
          "--values <FILE[#KEY]>",
          "linear: the values that belong to the patterns, one a row",
        )
        .addOption(
          new Option("--ridge <X>", "linear: weight of a penalty on large weights").argParser(
            positiveReal,
          ),
        ),
    )
      .option("--into <FILE>", "drdam: add to this memory; it says what features are made of")
      .option("--forget", "drdam: take the patterns away again")
      .addOption(new Option("--skip <K>", "drdam: go on after the first K").argParser(wholeNumber))
      .option("--out <FILE>", "where it goes: W.npy, or memory.safetensors for drdam"),
  run: store,
};

const RULES = { hebb, "pseudo-inverse": pseudoInverse, storkey } as const;
type RuleName = keyof typeof RULES;

/** The storage rules, by the name on the command line. */
const STORAGE_RULES = Object.keys(RULES) as readonly RuleName[];

interface StoreFlags extends LinearFlags, FeatureFlags {
  readonly rule: RuleName | "linear" | "drdam";
  readonly unlearn?: number;
  readonly rate: number;
}

/** The rules that flags belong to; the others have no use for them. */
const OWN_FLAGS = {
  linear: ["values", "ridge"],
  drdam: [...FEATURE_FLAGS, "into", "forget", "skip"],
} as const;

/** Bytes of a number, while learning and in the file. */
const [FLOAT64, FLOAT32] = [8, 4];

async function store(path: string, flags: StoreFlags): Promise<number> {
  for (const [owner, names] of Object.entries(OWN_FLAGS)) {
    const idle = names.find((name) => owner !== flags.rule && flags[name] !== undefined);
    if (idle === undefined) continue;
    throw new CommandError(EXIT.usage, `--${idle} is of --rule ${owner}, not of ${flags.rule}.`);
  }
  switch (flags.rule) {
    case "linear":
      return (await import("../store/linear.ts")).storeLinear(path, flags);
    case "drdam":
      return (await import("../store/random-features.ts")).storeFeatures(path, flags);
    default:
      return storeCouplings(path, { ...flags, rule: flags.rule });
  }
}

/** Writes the couplings of a classical network; returns the exit code. */
async function storeCouplings(
  path: string,
  flags: StoreFlags & { readonly rule: RuleName },
): Promise<number> {
  const { rule, out = "W.npy", take, rate, seed } = flags;
  await assertOutputs([{ option: "--out", path: out, content: WEIGHTS_FILE }], [fileOf(path)]);
  const patterns = await readPatterns(path, { take });
  const [K, D] = patterns.shape;
  assertMemory(`${D} × ${D} weights`, D * D * (FLOAT64 + FLOAT32));
  const learned = await RULES[rule](patterns);
  const weights =
    flags.unlearn === undefined
      ? learned
      : await unlearn(learned, { count: flags.unlearn, rate, key: key(seed) });
  const stable = countStable(weights, patterns);
  await writeWeights(out, { shape: [D, D], data: weights });
  process.stdout.write(
    `${K} patterns of ${D} units, stored by ${rule}: ${stable} are fixed points of sign(W v).\n\n` +
      `${out}   float32 [${D}, ${D}]; in a model:\n\n` +
      `  connect stored: hopfield(v) from "${out}"\n`,
  );
  return EXIT.ok;
}

/** Patterns that are multiplied at a time. */
const SOME = 1024;

/** Patterns of which no unit wants to flip alone. */
function countStable(weights: Float64Array, { shape: [K, D], data }: StoredPatterns): number {
  const patterns = new Float64Array(data);
  const others = weights.slice();
  for (let i = 0; i < D; i++) others[i * D + i] = 0;
  const couplings = { data: others, row: D, depth: 1 };
  let stable = 0;
  for (let from = 0; from < K; from += SOME) {
    const rows = Math.min(SOME, K - from);
    const fields = new Float64Array(rows * D);
    const some = { data: patterns, offset: from * D, row: D, depth: 1 };
    const sizes = { rows, columns: D, depth: D };
    atOnce(addProduct({ data: fields, row: D }, some, couplings, sizes));
    for (let m = 0; m < rows; m++) {
      const [at, of] = [m * D, (from + m) * D];
      let i = 0;
      while (i < D && fields[at + i] * patterns[of + i] >= 0) i++;
      stable += Number(i === D);
    }
  }
  return stable;
}
