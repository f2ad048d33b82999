// Mistakes become messages and exit codes; a bug of ours says that it is one.

import { CommanderError } from "commander";
import { CommandError, EXIT } from "./exit.ts";

/** Writes what went wrong for a person; bugs of ours keep their stack. Returns the exit code. */
export async function explainError(error: unknown): Promise<number> {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  if (error instanceof CommandError) {
    process.stderr.write(`ham: ${error.message}\n`);
    return error.exitCode;
  }
  const { HamError } = await import("@hamlet/graph");
  if (HamError.isInstance(error)) {
    if (error.code === "model/file-has-errors") {
      process.stderr.write(`${error.message}\n`);
      return error.details["ofArguments"] === true ? EXIT.usage : EXIT.file;
    }
    process.stderr.write(`ham: ${error.message}\n`);
    if (USAGE.has(error.code)) return EXIT.usage;
    return FILE.has(error.code) ? EXIT.file : EXIT.failed;
  }
  process.stderr.write(
    `ham: this is a bug in ham, please report it with the file that shows it.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT.failed;
}

/** Mistakes in the arguments, and in the files that they name beside the model. */
const USAGE = new Set([
  "cluster/bad-address",
  "core/bad-arrow",
  "core/bad-checkpoint",
  "core/bad-held",
  "core/bad-npy",
  "core/bad-npz",
  "core/bad-parquet",
  "core/bad-json",
  "core/bad-table",
  "core/bad-text-picture",
  "core/bad-png",
  "core/bad-safetensors",
  "core/no-parquet",
  "core/no-rows",
  "core/not-stored",
  "core/stored-twice",
  "core/unknown-array",
  "core/unknown-array-format",
  "core/unsupported-dtype",
  "graph/empty-array",
  "graph/unknown-recall",
  "ham/bad-patterns",
  "ham/other-training",
  "model/batch-mismatch",
  "model/cannot-read",
  "model/given-shape",
  "model/held-out",
  "model/no-params-file",
  "model/one-example",
  "model/param-shape",
  "model/param-value",
  "model/too-large",
  "model/unknown-data",
  "model/unknown-given",
  "model/unknown-param",
  "model/unknown-recall",
  "model/unknown-training",
]);

/** Mistakes in the model that only show when it is about to run. */
const FILE = new Set([
  "ham/bad-setting",
  "ham/batch-mismatch",
  "ham/no-examples",
  "ham/no-gradient",
  "ham/setting-trained",
  "ham/solver-misfit",
  "ham/solver-neuron",
]);
