// `ham bench FILE`: how long a whole recall takes, on every engine that runs on the processor, and on
// those of a graphics card where one is asked for.

import { type Limits, measureLimits } from "@hamlet/core";
import { ENGINES, FLIP_SOLVERS, type RecallEngine } from "@hamlet/ham";
import type { Model } from "@hamlet/model";
import * as tf from "@tensorflow/tfjs-core";
import { Option } from "commander";
import { BACKEND_NAMES, BACKENDS } from "../backends/catalogue.ts";
import { installedVersion } from "../backends/optional.ts";
import { findBackend } from "../backend.ts";
import { EXIT } from "../exit.ts";
import { amount, costOf, durationText } from "../explain-engine.ts";
import { openModel } from "../files/open-model.ts";
import { startJax } from "../jax.ts";
import {
  type DataFlags,
  jsonOption,
  positiveNumber,
  turboOption,
  withDataOptions,
  withParamsOption,
  withSeedOption,
} from "../options.ts";
import { formatTable } from "../table.ts";
import { type Competitor, timeInRounds, type Timing } from "../timing.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham bench`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withSeedOption(withParamsOption(withDataOptions(command.argument("<file>"))))
      .option("--recall <NAME>", "the recall block to time (default: the first)")
      .addOption(
        new Option("--batch <N>", "examples where nothing is given (default: 1)").argParser(
          positiveNumber,
        ),
      )
      .addOption(
        new Option("--backend <NAME>", "one more that takes part, such as webgpu").choices(
          BACKEND_NAMES,
        ),
      )
      .addOption(
        new Option("--rounds <N>", "rounds, in each of which every engine runs")
          .default(9)
          .argParser(positiveNumber),
      )
      .addOption(turboOption())
      .addOption(jsonOption()),
  run: bench,
};

interface BenchFlags extends DataFlags {
  readonly params?: string;
  readonly seed: number;
  readonly recall?: string;
  readonly batch?: number;
  readonly backend?: string;
  readonly rounds: number;
  readonly turbo: boolean;
  readonly json: boolean;
}

/** Backends that compute on the processor. */
const ON_PROCESSOR = ["wasm", "cpu", "node"];
/** Recalls before the first round: code is optimised while it runs. */
const WARM = 3;
/** Seconds after which it is. */
const ENOUGH = 1;
/** Seconds that a round lasts at least, so that short recalls run several times. */
const ROUND = 0.01;
/** Seconds after which an engine takes part in no further round. */
const PATIENCE = 20;

/** What was found out about one way to run the recall; times are in seconds. */
interface Row extends Timing {
  readonly name: string;
  /** The first recall: it compiles. */
  readonly first: number;
  readonly steps: number;
  readonly stepsPerSecond: number;
  /** The largest difference of an activation from float64; null where it cannot be compared. */
  readonly difference: number | null;
}

/** A way to run the recall once, and what came of it. */
interface Contender {
  readonly name: string;
  /** The seconds that it took, for several of it those of one. */
  run(times: number): Promise<number>;
  readonly examples: () => number;
  readonly steps: () => number;
  readonly ends: () => Float32Array | null;
  end(): void;
}

/** Times a whole recall; returns the exit code. */
async function bench(path: string, flags: BenchFlags): Promise<number> {
  const contenders: Contender[] = [];
  try {
    const { recall, costOfStep } = await addEngines(contenders, path, flags);
    const jax = await startJax(path, { ...flags, recall });
    if (typeof jax !== "string") contenders.push(jax);
    const rows = await race(contenders, flags.rounds);
    const examples = contenders[0].examples();
    const least = costOfStep(examples);
    if (flags.json) {
      const report = { model: path, recall, examples, ...least, rows };
      process.stdout.write(
        `${JSON.stringify({ ...report, jax: typeof jax === "string" ? jax : null })}\n`,
      );
    } else {
      const notes = [
        ...limitNotes(rows, least, measureLimits()),
        ...(typeof jax === "string" ? [`JAX: ${jax}`] : []),
      ];
      process.stdout.write(
        `recall ${recall}, ${examples} at a time\n\n${tableOf(rows)}\n\n${notes.join("\n")}\n`,
      );
    }
    return EXIT.ok;
  } finally {
    for (const contender of contenders) contender.end();
  }
}

/** What a step moves and computes at least, as compiled code says; null for flips. */
interface Least {
  readonly bytes: number | null;
  readonly flops: number | null;
}

/** A contender for every engine and backend; each has a model of its own. */
async function addEngines(
  contenders: Contender[],
  path: string,
  flags: BenchFlags,
): Promise<{ recall: string; costOfStep: (examples: number) => Least }> {
  const installed = BACKENDS.filter(
    ({ name, packages }) =>
      ON_PROCESSOR.includes(name) && packages.every((one) => installedVersion(one) !== null),
  ).map(({ name }) => name);
  const backends = [
    ...new Set([...installed, ...(flags.backend === undefined ? [] : [flags.backend])]),
  ];
  let recall = "";
  let costOfStep: (examples: number) => Least = () => ({ bytes: null, flops: null });
  for (const backend of backends) {
    const model = await openModel(path, { ...flags, backend });
    const block = model.recallNamed(flags.recall);
    recall = block.name;
    const flips = FLIP_SOLVERS.includes(block.solver.name);
    const isFirst = backend === backends[0];
    const own = flips ? (isFirst ? FLIPS : []) : isFirst ? ENGINES : enginesOf(backend);
    // The last to end has the model.
    let users = own.length;
    const end = () => {
      if (--users <= 0) model.dispose();
    };
    if (own.length === 0) model.dispose();
    for (const engine of own) {
      const name = flips ? "flips" : engine === "tensors" ? `tensors (${backend})` : engine;
      contenders.push(contend(name, model, { ...flags, recall, backend, engine, end }));
    }
    if (!isFirst || flips) continue;
    costOfStep = (examples) => {
      using compiled = model.compileRecall(recall, "simd");
      const { bytes, flops } = costOf(compiled.describe(examples).parts);
      return { bytes, flops };
    };
  }
  return { recall, costOfStep };
}

const FLIPS: readonly RecallEngine[] = ["float64"];
/** Engines that another backend adds. */
const enginesOf = (backend: string): readonly RecallEngine[] =>
  backend === "webgpu" ? ["webgpu", "tensors"] : ["tensors"];

/** An engine on a backend. */
function contend(
  name: string,
  model: Model,
  {
    recall,
    batch,
    backend,
    engine,
    end,
  }: Pick<BenchFlags, "batch"> & {
    readonly recall: string;
    readonly backend: string;
    readonly engine: RecallEngine;
    readonly end: () => void;
  },
): Contender {
  const { registered } = findBackend(backend);
  let [steps, examples] = [0, 0];
  let ends: Float32Array | null = null;
  return {
    name,
    async run(times) {
      await tf.setBackend(registered);
      const began = performance.now();
      for (let n = 0; n < times; n++) {
        using result = await model.recall({
          recall,
          engine,
          ...(batch === undefined ? {} : { batch }),
        });
        if (n < times - 1) continue;
        const took = (performance.now() - began) / 1000 / times;
        steps = result.energySteps.at(-1)!;
        examples = result.batch;
        const layers = [...result.activations.values()];
        const read = await Promise.all(layers.map((layer) => layer.data()));
        ends = Float32Array.from(read.flatMap((layer) => Array.from(layer)));
        return took;
      }
      return 0;
    },
    examples: () => examples,
    steps: () => steps,
    ends: () => ends,
    end,
  };
}

/** First recalls, warm ones, and then rounds. */
async function race(contenders: readonly Contender[], rounds: number): Promise<Row[]> {
  const firsts = new Map<string, number>();
  const competitors: Competitor[] = [];
  for (const contender of contenders) {
    firsts.set(contender.name, await contender.run(1));
    let warm = Infinity;
    for (let n = 0, spent = 0; n < WARM && spent < ENOUGH; n++) {
      const took = await contender.run(1);
      warm = Math.min(warm, took);
      spent += took;
    }
    const times = Math.max(1, Math.min(1000, Math.ceil(ROUND / Math.max(warm, 1e-6))));
    competitors.push({ name: contender.name, run: () => contender.run(times) });
  }
  const timings = await timeInRounds(competitors, { rounds, patience: PATIENCE });
  const exact = contenders.find(({ name }) => name === "float64" || name === "flips")!.ends()!;
  return contenders.map(({ name, steps, ends }) => {
    const timing = timings.get(name)!;
    const own = ends();
    return {
      name,
      first: firsts.get(name)!,
      ...timing,
      steps: steps(),
      stepsPerSecond: steps() / timing.median,
      difference:
        own === null ? null : own.reduce((most, x, n) => Math.max(most, Math.abs(x - exact[n])), 0),
    };
  });
}

function tableOf(rows: readonly Row[]): string {
  const fastest = Math.min(...rows.map(({ median }) => median));
  const head = ["engine", "first", "median", "quartiles", "×", "steps", "steps/s", "differs by"];
  return formatTable(
    head,
    rows.map(({ name, first, median, low, high, steps, stepsPerSecond, difference }) => [
      name,
      durationText(first),
      durationText(median),
      `${durationText(low)} – ${durationText(high)}`,
      String(Number((median / fastest).toPrecision(3))),
      String(steps),
      amount(stepsPerSecond),
      difference === null ? "-" : difference.toExponential(1),
    ]),
  );
}

/** How far the fastest is from what one thread could do. */
function limitNotes(
  rows: readonly Row[],
  { bytes, flops }: Least,
  limits: Limits | null,
): string[] {
  if (limits === null || bytes === null || flops === null) return [];
  const { name, median, steps } = rows.toSorted((a, b) => a.median - b.median)[0];
  const step = median / Math.max(1, steps);
  const [memory, arithmetic] = [bytes / limits.bytesPerSecond, flops / limits.flopsPerSecond];
  const limit = Math.max(memory, arithmetic);
  const times = Number((step / limit).toPrecision(3));
  return [
    `a step of ${name} takes ${durationText(step)}, ${times} times the limit of one thread (${durationText(memory)} of memory, ${durationText(arithmetic)} of arithmetic)`,
  ];
}
