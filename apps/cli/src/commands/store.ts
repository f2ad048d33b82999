// `ham store PATTERNS --rule RULE`: one-shot learning, from patterns to a weight matrix.

import { key, writeNpy } from "@hamlet/core";
import { hebb, pseudoInverse, storkey, unlearn } from "@hamlet/ham";
import { assertMemory } from "@hamlet/model/disk";
import { EXIT } from "../exit.ts";
import { fileOf, readPatterns } from "../files/patterns.ts";
import { assertOutputs } from "../files/output.ts";
import { writeFileAtomically } from "../files/write.ts";
import { Option } from "commander";
import type { CommandDefinition } from "./command.ts";
import { positiveNumber, positiveReal, wholeNumber } from "../options.ts";

/** `ham store`. */
export const command: CommandDefinition = {
  takes: (command) =>
    command
      .argument("<patterns>")
      .addOption(
        new Option("--rule <RULE>", "how they are stored").choices(STORAGE_RULES).default("hebb"),
      )
      .addOption(new Option("--take <K>", "store only the first K").argParser(positiveNumber))
      .addOption(
        new Option("--unlearn <N>", "then weaken N states that random starts fall into").argParser(
          positiveNumber,
        ),
      )
      .addOption(
        new Option("--rate <X>", "how much of each is unlearned")
          .default(0.01)
          .argParser(positiveReal),
      )
      .addOption(
        new Option("--seed <N>", "seed of the random starts").default(0).argParser(wholeNumber),
      )
      .option("--out <FILE.npy>", "where the weights go", "W.npy"),
  run: store,
};

const RULES = { hebb, "pseudo-inverse": pseudoInverse, storkey } as const;
type RuleName = keyof typeof RULES;

/** The storage rules, by the name on the command line. */
const STORAGE_RULES = Object.keys(RULES) as readonly RuleName[];

interface StoreFlags {
  readonly rule: RuleName;
  readonly out: string;
  readonly take?: number;
  readonly unlearn?: number;
  readonly rate: number;
  readonly seed: number;
}

const ARRAY = { what: "one NumPy array", endings: [".npy"] };

/** Bytes of a number, while learning and in the file. */
const [FLOAT64, FLOAT32] = [8, 4];

/** Writes the couplings of a classical network; returns the exit code. */
async function store(path: string, flags: StoreFlags): Promise<number> {
  const { rule, out, take, rate, seed } = flags;
  await assertOutputs([{ option: "--out", path: out, content: ARRAY }], [fileOf(path)]);
  const patterns = await readPatterns(path, { take });
  const [K, D] = patterns.shape;
  assertMemory(`${D} × ${D} weights`, D * D * (FLOAT64 + FLOAT32));
  const learned = await RULES[rule](patterns);
  const weights =
    flags.unlearn === undefined
      ? learned
      : await unlearn(learned, { count: flags.unlearn, rate, key: key(seed) });
  const stable = countStable(weights, patterns.data, D);
  // A model reads its data as float32.
  const data = new Float32Array(weights);
  await writeFileAtomically(out, writeNpy({ shape: [D, D], dtype: "float32", data }));
  process.stdout.write(
    `${K} patterns of ${D} units, stored by ${rule}: ${stable} are fixed points of sign(W v).\n\n` +
      `${out}   float32 [${D}, ${D}]; in a model:\n\n` +
      `  data W: [D, D] from "${out}"\n` +
      `  energy stored = -1/2 * sum[i, j] W[i, j] * v[i] * v[j]\n`,
  );
  return EXIT.ok;
}

/** Patterns of which no unit wants to flip alone. */
function countStable(weights: Float64Array, patterns: ArrayLike<number>, size: number): number {
  let stable = 0;
  for (let from = 0; from < patterns.length; from += size) {
    let holds = true;
    for (let i = 0; i < size && holds; i++) {
      let field = 0;
      for (let j = 0; j < size; j++) {
        if (j !== i) field += weights[i * size + j] * patterns[from + j];
      }
      holds = field * patterns[from + i] >= 0;
    }
    stable += Number(holds);
  }
  return stable;
}
