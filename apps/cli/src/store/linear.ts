// `ham store KEYS --values VALUES --rule linear`: the matrix that maps every key nearest to its value.

import { asFloat64 } from "@hamlet/core";
import { learnLinear } from "@hamlet/kohonen";
import { CommandError, EXIT } from "../exit.ts";
import { assertOutputs } from "../files/output.ts";
import { fileOf, readRows } from "../files/patterns.ts";
import { WEIGHTS_FILE, writeWeights } from "../files/weights.ts";

/** What a linear memory is told. */
export interface LinearFlags {
  readonly out?: string;
  readonly take?: number;
  readonly values?: string;
  readonly ridge?: number;
}

/** Writes `W [m, d]`; without values the patterns are their own. Returns the exit code. */
export async function storeLinear(path: string, flags: LinearFlags): Promise<number> {
  const { out = "W.npy", values = path, take, ridge } = flags;
  const inputs = [fileOf(path), fileOf(values)];
  await assertOutputs([{ option: "--out", path: out, content: WEIGHTS_FILE }], inputs);
  const [keys, wanted] = await Promise.all([path, values].map((file) => readRows(file, { take })));
  const [n, d] = keys.shape;
  const [count, m] = wanted.shape;
  if (n !== count) {
    throw new CommandError(
      EXIT.usage,
      `${path} has ${n} keys and ${values} ${count} values: give one row of values for each key.`,
    );
  }
  const { weights, solution } = await learnLinear(
    {
      keys: { shape: [n, d], data: asFloat64(keys.data) },
      values: { shape: [n, m], data: asFloat64(wanted.data) },
    },
    ridge === undefined ? {} : { ridge },
  );
  await writeWeights(out, weights);
  if (solution.warning !== null) process.stderr.write(`${solution.warning}\n`);
  process.stdout.write(
    `${n} pairs of ${d} and ${m} numbers, rank ${solution.rank}, by ${solution.method}.\n\n` +
      `${out}   float32 [${m}, ${d}]; in a model, with the key held by a clamp:\n\n` +
      `  connect stored: dense(v, k) from "${out}"\n`,
  );
  return EXIT.ok;
}
