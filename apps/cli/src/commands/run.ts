// `ham run FILE`: recalls once and says how it ended.

import { type ArrayData, type Signal, writeNpz } from "@hamlet/core";
import { drivenBy, type EnergyGraph, type Recall } from "@hamlet/graph";
import { FLIP_SOLVERS, RECALL_ENGINES, type RecallEngine, type RecallResult } from "@hamlet/ham";
import type { Model, ModelRecallResult } from "@hamlet/model";
import type * as tf from "@tensorflow/tfjs-core";
import { recallInThreads } from "../batch/recall.ts";
import { endingsText, startText } from "../endings.ts";
import { CommandError, EXIT } from "../exit.ts";
import { openModel } from "../files/open-model.ts";
import { CERTIFICATE, type Output } from "../files/output.ts";
import { writeFileAtomically } from "../files/write.ts";
import {
  collect,
  jsonOption,
  watchOption,
  type ModelFlags,
  positiveNumber,
  turboOption,
  withModelOptions,
} from "../options.ts";
import { recallBar, searchBar } from "../progress.ts";
import { assertWatchable, type Watched, watching } from "../watch.ts";
import { type ShardFlags, openSharded } from "../shards/open.ts";
import { workersOption } from "../threads/pool.ts";
import { InvalidArgumentError, Option } from "commander";
import type { CommandDefinition } from "./command.ts";

/** `ham run`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withModelOptions(command.argument("<file>"))
      .option("--recall <NAME>", "the recall block to run (default: the first)")
      .addOption(
        new Option("--batch <N>", "examples where nothing is given (default: 1)").argParser(
          positiveNumber,
        ),
      )
      .addOption(
        new Option(
          "--engine <NAME>",
          "what it runs on (default: compiled code, simd, on a processor; shaders on webgpu; else tensors)",
        ).choices(RECALL_ENGINES),
      )
      .addOption(
        new Option(
          "--shards <NAME=FILE[#KEY]>",
          "a data array of patterns in files that processes hold, some each; a file each time",
        ).argParser(shardsOf),
      )
      .addOption(
        workersOption(
          "threads that share the examples: the same bits; --shards: processes (default: one a core)",
        ),
      )
      .addOption(turboOption())
      .addOption(jsonOption())
      .addOption(watchOption())
      .option("--out <FILE.npz>", "write activations, states and energies")
      .option("--movie <FILE.png>", "draw a binary recall as an animated PNG")
      .option("--certificate <FILE.json>", "write what proves the ending, for ham verify"),
  run: run,
};

interface RunFlags extends ModelFlags {
  readonly recall?: string;
  readonly batch?: number;
  readonly engine?: RecallEngine;
  readonly shards?: ShardFlags["shards"];
  readonly workers?: number;
  readonly json: boolean;
  readonly watch: boolean;
  readonly out?: string;
  readonly movie?: string;
  readonly certificate?: string;
}

/** Files of one name. */
function shardsOf(text: string, before?: ShardFlags["shards"]): ShardFlags["shards"] {
  const [[name, path]] = Object.entries(collect(text, {}));
  if (before !== undefined && before.name !== name) {
    throw new InvalidArgumentError(`expected files of one array, found ${before.name} and ${name}`);
  }
  return { name, paths: [...(before?.paths ?? []), path] };
}

async function run(path: string, flags: RunFlags): Promise<number> {
  const without = (["engine", "certificate", "movie"] as const).find(
    (flag) => flags[flag] !== undefined,
  );
  if (flags.shards !== undefined && without !== undefined) {
    throw new CommandError(
      EXIT.usage,
      `--${without} is of a recall that has all patterns at hand: leave it out, or --shards.`,
    );
  }
  if (flags.workers !== undefined && flags.certificate !== undefined) {
    throw new CommandError(
      EXIT.usage,
      "--certificate is of a recall in one thread: leave it out, or --workers.",
    );
  }
  if (!flags.watch) return await runOnce(path, flags);
  assertWatchable([path]);
  return await watching((how) => runOnce(path, flags, how));
}

/** Runs a recall and reports it; returns the exit code. */
async function runOnce(
  path: string,
  flags: RunFlags,
  { onRead, signal }: Partial<Watched> = {},
): Promise<number> {
  const began = performance.now();
  const outputs = outputsOf(flags);
  const beside = { outputs, ...(onRead === undefined ? {} : { onRead }) };
  const { shards } = flags;
  using sharded =
    shards === undefined ? null : await openSharded(path, { ...flags, shards }, beside);
  using model = sharded?.model ?? (await openModel(path, flags, beside));
  const recall = model.recallNamed(flags.recall);
  if (flags.movie !== undefined) assertFlips(recall);
  const loaded = performance.now();
  const threaded =
    sharded === null ? await inThreads(path, flags, { model, recall, signal }) : null;
  const bar = await recallBar(recall.name);
  let outcome: ModelRecallResult;
  try {
    const { onProgress } = bar;
    outcome =
      threaded ??
      (await (sharded?.recall({ onProgress, signal }) ??
        model.recall({
          recall: recall.name,
          ...(flags.batch === undefined ? {} : { batch: flags.batch }),
          ...(flags.engine === undefined ? {} : { engine: flags.engine }),
          onProgress,
          ...(signal === undefined ? {} : { signal }),
          ...(flags.movie === undefined ? {} : { recordFlips: true }),
          certificate: flags.certificate !== undefined,
        })));
  } finally {
    bar.done();
  }
  using result = outcome;
  const timings = { loadMs: loaded - began, recallMs: performance.now() - loaded };
  if (flags.out !== undefined) await writeFileAtomically(flags.out, await resultFile(result));
  if (flags.movie !== undefined) await writeFileAtomically(flags.movie, await movieOf(result));
  if (flags.certificate !== undefined) {
    await writeFileAtomically(flags.certificate, `${JSON.stringify(result.certificate)}\n`);
  }
  const isDefault = model.compilation.file.items.every(({ kind }) => kind !== "recall");
  if (flags.json) {
    const about = { ...report(path, recall.name, flags, result, timings), isDefault };
    process.stdout.write(`${JSON.stringify(about)}\n`);
  } else {
    const parts = [startText(recall, isDefault), summary(model.graph, recall, result, timings)];
    process.stdout.write(`${parts.filter((part) => part !== "").join("\n\n")}\n`);
    const written = [flags.out, flags.movie, flags.certificate].filter(
      (path) => path !== undefined,
    );
    if (written.length > 0) process.stdout.write(`\nwritten: ${written.join(", ")}\n`);
  }
  return result.outcomes.some(({ ending }) => ending === "non-finite") ? EXIT.failed : EXIT.ok;
}

/** What threads recall, where there are several. */
async function inThreads(
  path: string,
  { workers, batch, engine, movie, ...flags }: RunFlags,
  { model, recall, signal }: { model: Model; recall: Recall; signal: Signal | undefined },
): Promise<ModelRecallResult | null> {
  if (workers === undefined) return null;
  const bar = await searchBar(recall.name);
  try {
    const { onProgress } = bar;
    const recordFlips = movie !== undefined;
    const how = { path, flags, engine, recordFlips, workers, batch, signal, onProgress };
    return await recallInThreads(model, recall, how);
  } finally {
    bar.done();
  }
}

function outputsOf({ out, movie, certificate }: RunFlags): Output[] {
  const outputs: Output[] = [];
  if (out !== undefined) outputs.push({ option: "--out", path: out, content: ARRAYS });
  if (movie !== undefined) outputs.push({ option: "--movie", path: movie, content: MOVIE });
  if (certificate !== undefined) {
    outputs.push({ option: "--certificate", path: certificate, content: CERTIFICATE });
  }
  return outputs;
}

const ARRAYS = { what: "NumPy arrays", endings: [".npz"] };
const MOVIE = { what: "an animated PNG", endings: [".png", ".apng"] };

/** Stops before the run where there will be nothing to draw. */
function assertFlips({ name, solver }: Recall): void {
  if (!FLIP_SOLVERS.includes(solver.name)) {
    throw new CommandError(
      EXIT.usage,
      `--movie draws flips, but the recall "${name}" follows \`${solver.name}\`, which moves units smoothly. Recalls with flips: ${FLIP_SOLVERS.join(", ")}.`,
    );
  }
}

async function movieOf(result: RecallResult): Promise<Uint8Array> {
  const { drawMovie } = await import("../pictures/movie.ts");
  const [neuron] = result.flips![0].starts.keys();
  return drawMovie(result, neuron, result.activations.get(neuron)!.shape.slice(1));
}

function report(
  path: string,
  recall: string,
  flags: RunFlags,
  result: RecallResult,
  timings: { loadMs: number; recallMs: number },
) {
  return {
    model: path,
    recall,
    backend: flags.backend,
    engine: result.engine,
    seed: flags.seed,
    examples: result.batch,
    steps: result.energySteps.at(-1)!,
    result: result.outcomes.map(({ ending }) => ending),
    outcomes: result.outcomes,
    energies: result.energies.map((energy) => [...energy]),
    energySteps: result.energySteps,
    timings,
  };
}

function summary(
  graph: EnergyGraph,
  recall: Recall,
  { outcomes, energySteps }: RecallResult,
  { recallMs }: { recallMs: number },
): string {
  const seconds = (recallMs / 1000).toFixed(2);
  const endings = endingsText(outcomes, drivenBy(graph, recall).length > 0);
  return `recall ${recall.name}: ${energySteps.at(-1)!} steps in ${seconds} s\n\n${endings}`;
}

/**
 * Activations under the neurons' names, states beside them, the energies with their steps, and
 * the trajectories of the layers that the recall records. Of recorded flips there is where each
 * layer began, and one row a flip: example, step and place in the layer.
 */
async function resultFile({
  activations,
  states,
  energies,
  energySteps,
  trajectories,
  flips = [],
  batch,
}: RecallResult): Promise<Uint8Array> {
  const arrays = new Map<string, ArrayData>();
  const add = async (name: string, tensor: tf.Tensor) => {
    const data = new Float32Array(await tensor.data());
    arrays.set(name, { shape: [...tensor.shape], dtype: "float32", data });
  };
  for (const [neuron, tensor] of activations) await add(neuron.name, tensor);
  for (const [neuron, tensor] of states) await add(`${neuron.name}.state`, tensor);
  for (const [{ name }, { steps, activations: path }] of trajectories) {
    await add(`${name}.trajectory`, path);
    const data = Int32Array.from(steps);
    arrays.set(`${name}.trajectorySteps`, { shape: [data.length], dtype: "int32", data });
  }
  for (const neuron of flips[0]?.starts.keys() ?? []) {
    const began = flips.flatMap(({ starts }) => [...starts.get(neuron)!.values]);
    const shape = activations.get(neuron)!.shape;
    const data = new Float32Array(began);
    arrays.set(`${neuron.name}.start`, { shape: [...shape], dtype: "float32", data });
    const rows = flips.flatMap((path, example) =>
      path.flips.flatMap((flip) => (flip.neuron === neuron ? [example, flip.step, flip.unit] : [])),
    );
    arrays.set(`${neuron.name}.flips`, {
      shape: [rows.length / 3, 3],
      dtype: "int32",
      data: Int32Array.from(rows),
    });
  }
  // Energies of high order leave the range of float32.
  const all = new Float64Array(energies.length * batch);
  energies.forEach((energy, step) => all.set(energy, step * batch));
  arrays.set("energies", { shape: [energies.length, batch], dtype: "float64", data: all });
  const steps = Int32Array.from(energySteps);
  arrays.set("energySteps", { shape: [steps.length], dtype: "int32", data: steps });
  return writeNpz(arrays);
}
