// `ham train FILE`: learns the params of a model, and draws how the loss fell.

import { basename, dirname, join } from "node:path";
import type { TrainResult } from "@hamlet/ham";
import type { Model } from "@hamlet/model";
import { CommandError, EXIT } from "../exit.ts";
import { diskFiles } from "@hamlet/model/disk";
import type { Output } from "../files/output.ts";
import { writeFileAtomically } from "../files/write.ts";
import { type ModelFlags, positiveNumber, share, withModelOptions } from "../options.ts";
import { trainBar } from "../progress.ts";
import { listenForStop } from "../signals.ts";
import { formatTable } from "../table.ts";
import { openModel } from "../files/open-model.ts";
import { Option } from "commander";
import type { CommandDefinition } from "./command.ts";

/** `ham train`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withModelOptions(command.argument("<file>"))
      .option("--train <NAME>", "the train block to run (default: the first)")
      .addOption(
        new Option("--epochs <N>", "how often all examples are seen").argParser(positiveNumber),
      )
      .addOption(
        new Option("--validation <SHARE>", "hold back this share of the examples")
          .default(0)
          .argParser(share),
      )
      .option("--out <FILE.safetensors>", "where the params go (default: out/<name>.safetensors)")
      .option("--checkpoint <FILE>", "where to go on from is kept (default: beside the params)")
      .option("--resume", "go on from the checkpoint", false)
      .option("--json", "print one JSON object and nothing else", false),
  run: train,
};

interface TrainFlags extends ModelFlags {
  readonly train?: string;
  readonly epochs?: number;
  readonly validation: number;
  readonly out?: string;
  readonly checkpoint?: string;
  readonly resume: boolean;
  readonly json: boolean;
}

/** Where everything goes. */
interface Places {
  readonly params: string;
  readonly checkpoint: string;
  readonly picture: string;
  readonly data: string;
}

/** Trains a model and writes what came of it; returns the exit code. */
async function train(path: string, flags: TrainFlags): Promise<number> {
  const places = placesOf(path, flags);
  const resume = flags.resume ? { resume: await readCheckpointFile(path, places.checkpoint) } : {};
  using model = await openModel(path, flags, outputsOf(places));
  const training = model.trainingNamed(flags.train);
  using signal = listenForStop();
  const bar = trainBar(training.name);
  let outcome: TrainResult;
  try {
    outcome = await model.train({
      train: training.name,
      ...(flags.epochs === undefined ? {} : { epochs: flags.epochs }),
      ...resume,
      validation: flags.validation,
      signal,
      onStep: bar.onStep,
      onCheckpoint: (bytes) => writeFileAtomically(places.checkpoint, bytes),
    });
  } finally {
    bar.done();
  }
  using result = outcome;
  await writeAll(model, result, places);
  const text = flags.json
    ? JSON.stringify(report(path, training.name, flags, result, places))
    : summary(training.name, result, places);
  process.stdout.write(`${text}\n`);
  return result.ending === "aborted" ? signal.exitCode : EXIT.ok;
}

function placesOf(path: string, { out, checkpoint }: TrainFlags): Places {
  const params = out ?? join("out", `${basename(path, ".ham")}.safetensors`);
  const stem = join(dirname(params), basename(params, ".safetensors"));
  return {
    params,
    checkpoint: checkpoint ?? `${stem}.checkpoint.safetensors`,
    picture: `${stem}-loss.svg`,
    data: `${stem}-loss.csv`,
  };
}

function outputsOf({ params, checkpoint, picture, data }: Places): Output[] {
  const content = { what: "safetensors", endings: [".safetensors"] };
  return [
    { option: "--out", path: params, content },
    { option: "--checkpoint", path: checkpoint, content },
    { option: "--out", path: picture },
    { option: "--out", path: data },
  ];
}

async function readCheckpointFile(model: string, path: string): Promise<Uint8Array> {
  const bytes = await diskFiles(model).read(path, "caller");
  if (bytes instanceof Uint8Array) return bytes;
  const near = bytes.near === null ? "" : ` Did you mean ${bytes.near}?`;
  throw new CommandError(
    EXIT.usage,
    `there is no checkpoint ${path} in ${bytes.folder}.${near} Name it with --checkpoint, or start anew without --resume.`,
  );
}

async function writeAll(model: Model, result: TrainResult, places: Places): Promise<void> {
  await writeFileAtomically(places.params, model.paramsFile());
  await writeFileAtomically(places.data, curveFile(result));
  if (result.losses.length > 0) {
    const { drawLosses } = await import("../pictures/loss-plot.ts");
    await writeFileAtomically(places.picture, drawLosses(result));
  }
}

/** The loss of every step, and beside it that of the examples held back where it was measured. */
function curveFile({ losses, validation }: TrainResult): string {
  const held = new Map(validation.map(({ step, loss }) => [step, loss]));
  const rows = Array.from({ length: losses.length + 1 }, (_, step) =>
    [step, step === 0 ? "" : losses[step - 1], held.get(step) ?? ""].join(),
  );
  return `step,loss,held_back\n${rows.join("\n")}\n`;
}

function report(
  path: string,
  train: string,
  flags: TrainFlags,
  result: TrainResult,
  written: Places,
) {
  const { ending, steps, epochs, losses, validation, unsettled, unsolved } = result;
  return {
    model: path,
    train,
    backend: flags.backend,
    seed: flags.seed,
    ending,
    steps,
    epochs,
    losses,
    validation,
    unsettled,
    unsolved,
    written,
  };
}

function summary(name: string, result: TrainResult, places: Places): string {
  const { ending, steps, epochs, losses, validation, unsettled, unsolved } = result;
  const perEpoch = Math.max(1, Math.round(steps / Math.max(1, epochs)));
  const curves = [
    ["minibatches", mean(losses.slice(0, perEpoch)), mean(losses.slice(-perEpoch))] as const,
    ["held back", validation[0]?.loss, validation.at(-1)?.loss] as const,
  ];
  const rows = curves.flatMap(([what, before, after]) =>
    before === undefined || after === undefined
      ? []
      : [[what, before.toPrecision(4), after.toPrecision(4), `${(after / before).toFixed(3)} ×`]],
  );
  const table = formatTable(["loss", "first", "last", "of the first"], rows);
  const advice = [
    unsettled > 0 &&
      `${unsettled} recalls had not come to rest, so their gradients are approximate: raise \`steps\`, or take \`gradient = unroll\`.`,
    unsolved > 0 &&
      `${unsolved} linear systems were not solved to their tolerance: their gradients are approximate.`,
    ending === "aborted" && "Stopped. Go on with the same command and --resume.",
  ].filter((line) => line !== false);
  const files = [
    `${places.params}   the params: ham run … --params ${places.params}`,
    ...(losses.length > 0 ? [`${places.picture}   loss against step`] : []),
    `${places.data}   the same as numbers`,
    `${places.checkpoint}   to go on from, with --resume`,
  ];
  const head = `training ${name}: ${steps} steps, ${Number(epochs.toFixed(2))} epochs`;
  return [head, table, ...(advice.length > 0 ? [advice.join("\n")] : []), files.join("\n")].join(
    "\n\n",
  );
}

/** Undefined for nothing. */
function mean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((total, value) => total + value, 0) / values.length;
}
