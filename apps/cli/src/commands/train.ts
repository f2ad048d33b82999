// `ham train FILE`: learns the params of a model, and draws how the loss fell.

import { basename, dirname, join } from "node:path";
import { asFloat32, openDataFile, readCheckpoint } from "@hamlet/core";
import { type Entries, ENGINES, type RecallEngine, type TrainResult } from "@hamlet/ham";
import type { Model, ModelTrainResult } from "@hamlet/model";
import { hamCall } from "../called.ts";
import { CommandError, EXIT } from "../exit.ts";
import { readCallersFile, readRegularFile } from "@hamlet/model/disk";
import { assertOutputs, CERTIFICATE, type Output } from "../files/output.ts";
import { fileOf } from "../files/patterns.ts";
import { pathIn } from "../files/path-in.ts";
import { modelName } from "../files/source.ts";
import { writeFileAtomically } from "../files/write.ts";
import {
  jsonOption,
  collect,
  type ModelFlags,
  positiveNumber,
  share,
  turboOption,
  withModelOptions,
} from "../options.ts";
import { trainBar } from "../progress.ts";
import { listenForStop } from "../signals.ts";
import { formatTable } from "../table.ts";
import { openModel } from "../files/open-model.ts";
import { type Command, Option } from "commander";
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
      .addOption(
        new Option(
          "--held-out <NAME=FILE[#KEY]>",
          "measure the loss on these examples of a given instead",
        )
          .argParser(collect)
          .default({}, "nothing"),
      )
      .addOption(
        new Option(
          "--engine <NAME>",
          "what it runs on (default: compiled code, simd, on a processor, else tensors)",
        ).choices(ENGINES),
      )
      .addOption(turboOption())
      .option("--out <FILE.safetensors>", "where the params go (default: out/<name>.safetensors)")
      .option("--checkpoint <FILE>", "where to go on from is kept (default: beside the params)")
      .option("--resume", "go on from the checkpoint", false)
      .option("--certificate <FILE.json>", "write the journal as a chain of hashes, for ham verify")
      .addOption(jsonOption()),
  run: train,
};

interface TrainFlags extends ModelFlags {
  readonly train?: string;
  readonly epochs?: number;
  readonly validation: number;
  readonly heldOut: Record<string, string>;
  readonly engine?: RecallEngine;
  readonly out?: string;
  readonly checkpoint?: string;
  readonly resume: boolean;
  readonly certificate?: string;
  readonly json: boolean;
}

/** Where everything goes. */
interface Places {
  readonly params: string;
  readonly checkpoint: string;
  /** The params with the lowest loss on what is held back. */
  readonly best: string;
  readonly picture: string;
  readonly data: string;
  readonly certificate?: string;
}

/** Trains a model and writes what came of it; returns the exit code. */
async function train(path: string, given: TrainFlags, command: Command): Promise<number> {
  const places = placesOf(path, given);
  const resume = given.resume ? { resume: await readCheckpointFile(places.checkpoint) } : {};
  const asked = command.getOptionValueSource("seed") === "cli";
  const flags = { ...given, seed: seedOf(given, asked, { ...resume, path: places.checkpoint }) };
  const heldOut = await readHeldOut(flags, outputsOf(places));
  using model = await openModel(path, flags, { outputs: outputsOf(places) });
  const training = model.trainingNamed(flags.train);
  using signal = listenForStop();
  const bar = await trainBar(training.name);
  let outcome: ModelTrainResult;
  try {
    outcome = await model.train({
      train: training.name,
      ...(flags.epochs === undefined ? {} : { epochs: flags.epochs }),
      ...resume,
      validation: flags.validation,
      ...heldOut,
      ...(flags.engine === undefined ? {} : { engine: flags.engine }),
      certificate: flags.certificate !== undefined,
      signal,
      onProgress: bar.onProgress,
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

function placesOf(path: string, { out, checkpoint, certificate }: TrainFlags): Places {
  const params = out ?? join("out", `${modelName(path)}.safetensors`);
  const stem = pathIn(dirname(params), basename(params, ".safetensors"));
  return {
    params,
    checkpoint: checkpoint ?? `${stem}.checkpoint.safetensors`,
    best: `${stem}-best.safetensors`,
    picture: `${stem}-loss.svg`,
    data: `${stem}-loss.csv`,
    ...(certificate === undefined ? {} : { certificate }),
  };
}

function outputsOf({ params, checkpoint, best, picture, data, certificate }: Places): Output[] {
  const content = { what: "safetensors", endings: [".safetensors"] };
  return [
    { option: "--out", path: params, content },
    { option: "--checkpoint", path: checkpoint, content },
    { option: "--out", path: best },
    { option: "--out", path: picture },
    { option: "--out", path: data },
    ...(certificate === undefined
      ? []
      : [{ option: "--certificate", path: certificate, content: CERTIFICATE }]),
  ];
}

/** Examples to measure the loss on, by their givens. */
async function readHeldOut(
  { heldOut, validation }: TrainFlags,
  outputs: readonly Output[],
): Promise<{ heldOut?: Record<string, Entries> }> {
  const named = Object.entries(heldOut);
  if (named.length === 0) return {};
  if (validation > 0) {
    throw new CommandError(
      EXIT.usage,
      "--validation holds back a share of the examples, --held-out brings others. Give one of them.",
    );
  }
  await assertOutputs(
    outputs,
    named.map(([, path]) => fileOf(path)),
  );
  const read: Record<string, Entries> = {};
  for (const [name, path] of named) {
    const entry = await openDataFile(path, await readCallersFile(fileOf(path)));
    const { shape, data } = entry.read();
    read[name] = { shape, data: asFloat32(data) };
  }
  return { heldOut: read };
}

/** No file of another name is proposed: it would be the checkpoint of another training. */
async function readCheckpointFile(path: string): Promise<Uint8Array> {
  const read = await readRegularFile(path);
  if (typeof read !== "string") return read;
  const missing = read === "there is no such folder";
  throw new CommandError(
    EXIT.usage,
    `${missing ? `there is no checkpoint ${path}` : `cannot read ${path}: ${read}`}. Name it with --checkpoint, or start anew without --resume.`,
  );
}

/**
 * The seed of a training: as asked for, or that of the checkpoint. Everything that is drawn follows
 * from it, so a training cannot go on with another one.
 */
function seedOf(
  { seed }: TrainFlags,
  asked: boolean,
  { resume, path }: { readonly resume?: Uint8Array; readonly path: string },
): number {
  if (resume === undefined) return seed;
  const [high, low] = readCheckpoint(resume, { source: path }).key;
  const begun = high * 2 ** 32 + low;
  if (!asked || begun === seed) return begun;
  throw new CommandError(
    EXIT.usage,
    `the training of ${path} was begun with --seed ${begun}, and goes on with it. Leave --seed ${seed} out, or start anew without --resume.`,
  );
}

async function writeAll(model: Model, result: ModelTrainResult, places: Places): Promise<void> {
  await writeFileAtomically(places.params, model.paramsFile());
  if (result.best !== null) {
    await writeFileAtomically(places.best, model.paramsFile(result.best.params));
  }
  await writeFileAtomically(places.data, curveFile(result));
  if (places.certificate !== undefined) {
    await writeFileAtomically(places.certificate, `${JSON.stringify(result.certificate)}\n`);
  }
  if (result.losses.length > 0) {
    const { drawLosses } = await import("../pictures/loss-plot.ts");
    await writeFileAtomically(places.picture, drawLosses(result));
  }
}

/**
 * The loss of every step, and beside it that of the examples held back where it was measured; the
 * same of every metric.
 */
function curveFile({ losses, validation, metrics }: TrainResult): string {
  const places = new Map(validation.map(({ step }, i) => [step, i]));
  const curves = [
    { name: "loss", minibatches: losses, validation: validation.map(({ loss }) => loss) },
    ...[...metrics].map(([name, curve]) => ({ name, ...curve })),
  ];
  const cell = (value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? "" : String(value);
  const head = curves.flatMap(({ name }) =>
    name === "loss" ? [name, "held_back"] : [name, `${name}_held_back`],
  );
  const rows = Array.from({ length: losses.length + 1 }, (_, step) =>
    [
      step,
      ...curves.flatMap(({ minibatches, validation: held }) => [
        cell(minibatches[step - 1]),
        cell(held[places.get(step) ?? -1]),
      ]),
    ].join(),
  );
  return `step,${head.join()}\n${rows.join("\n")}\n`;
}

function report(
  path: string,
  train: string,
  flags: TrainFlags,
  result: TrainResult,
  written: Places,
) {
  const { ending, steps, resumed, epochs, losses, validation, unsettled, unsolved } = result;
  const { metrics } = result;
  return {
    model: path,
    train,
    backend: flags.backend,
    engine: result.engine,
    seed: flags.seed,
    ending,
    steps,
    resumed,
    epochs,
    losses,
    validation,
    metrics: Object.fromEntries(metrics),
    best: result.best === null ? null : { step: result.best.step, loss: result.best.loss },
    unsettled,
    unsolved,
    written,
  };
}

function summary(name: string, result: TrainResult, places: Places): string {
  const { ending, steps, resumed, epochs, losses, validation, unsettled, unsolved } = result;
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
  const tables = [
    formatTable(["loss", "first", "last", "of the first"], rows),
    ...metricsTable(result, perEpoch),
  ];
  const advice = [
    ...(resumed?.changed ?? []).map(
      (setting) => `Went on with ${setting.name} = ${setting.now}; it was ${setting.before}.`,
    ),
    resumed?.step === steps &&
      "There was nothing left to do: ask for more than the checkpoint has with --epochs.",
    unsettled > 0 &&
      `${unsettled} recalls had not come to rest, so their gradients are approximate: raise \`steps\`, or take \`gradient = unroll\`.`,
    unsolved > 0 &&
      `${unsolved} linear systems were not solved to their tolerance: their gradients are approximate.`,
    ending === "aborted" && "Stopped. Go on with the same command and --resume.",
  ].filter((line) => line !== false);
  const files = [
    `${places.params}   the params: ${hamCall()} run … --params ${places.params}`,
    ...(result.best === null
      ? []
      : [
          `${places.best}   those with the lowest loss on what is held back, ${result.best.loss.toPrecision(4)} after step ${result.best.step}`,
        ]),
    ...(losses.length > 0 ? [`${places.picture}   loss against step`] : []),
    `${places.data}   the same as numbers`,
    `${places.checkpoint}   to go on from, with --resume`,
    ...(places.certificate === undefined
      ? []
      : [`${places.certificate}   for ${hamCall()} verify … --params ${places.params}`]),
  ];
  const before = resumed === null ? "" : `, ${resumed.step} of them before`;
  const head = `training ${name}: ${steps} steps${before}, ${Number(epochs.toFixed(2))} epochs`;
  return [
    head,
    ...tables,
    ...(advice.length > 0 ? [advice.join("\n")] : []),
    files.join("\n"),
  ].join("\n\n");
}

/** How the metrics were at first and at last; none where the block has none. */
function metricsTable({ metrics }: TrainResult, perEpoch: number): string[] {
  const digits = (value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? "" : value.toFixed(4);
  const rows = [...metrics].flatMap(([name, { minibatches, validation }]) =>
    [
      ["minibatches", mean(minibatches.slice(0, perEpoch)), mean(minibatches.slice(-perEpoch))],
      ["held back", validation[0], validation.at(-1)],
    ].flatMap(([where, first, last]) =>
      last === undefined
        ? []
        : [[name, `${where}`, digits(first as number | undefined), digits(last as number)]],
    ),
  );
  return rows.length === 0 ? [] : [formatTable(["metric", "of", "first", "last"], rows)];
}

/** Undefined for nothing. */
function mean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((total, value) => total + value, 0) / values.length;
}
