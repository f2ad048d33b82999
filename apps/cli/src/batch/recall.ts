// `ham run --workers`: the examples of a batch are recalled by threads, some each, with the bits of one.

import { type Progress, type Signal, throwIfAborted } from "@hamlet/core";
import { givensOf, HamError, type Neuron, type Recall } from "@hamlet/graph";
import type { RecallEngine } from "@hamlet/ham";
import type { Model, ModelRecallResult } from "@hamlet/model";
import * as tf from "@tensorflow/tfjs-core";
import { CommandError, EXIT } from "../exit.ts";
import type { ModelFlags } from "../options.ts";
import { inThreads } from "../threads/pool.ts";
import type { Batch, BatchJob, BatchPart, LayerPart } from "./worker.ts";

/** How a batch is recalled. */
export interface BatchOptions {
  readonly path: string;
  readonly flags: ModelFlags;
  readonly engine: RecallEngine | undefined;
  readonly recordFlips: boolean;
  readonly workers: number;
  /** As asked for. */
  readonly batch: number | undefined;
  readonly signal?: Signal | undefined;
  /** `of` is 1. */
  readonly onProgress: (progress: Progress) => void;
}

/** Backends that threads can have for themselves. */
const ON_PROCESSORS: readonly string[] = ["wasm", "cpu"];

/**
 * Recalls on threads; null where one can as well: there is one example, or something is wrong with the
 * givens, which a recall says.
 */
export async function recallInThreads(
  model: Model,
  recall: Recall,
  options: BatchOptions,
): Promise<ModelRecallResult | null> {
  const { path, flags, engine = null, recordFlips, signal, onProgress } = options;
  if (!ON_PROCESSORS.includes(flags.backend) || engine === "webgpu") {
    throw new CommandError(
      EXIT.usage,
      `--workers are threads of the processor, and this recall is to run on ${engine === "webgpu" ? engine : flags.backend}. Use --backend ${ON_PROCESSORS.join(" or ")}, or leave --workers out.`,
    );
  }
  const of = examplesOf(model, recall, options.batch);
  const threads = Math.min(options.workers, of);
  if (threads <= 1) return null;
  const steps = new Int32Array(new SharedArrayBuffer(8 * threads)).fill(-1);
  const jobs = Array.from({ length: threads }, (_, part): BatchJob => {
    const [from, to] = [part, part + 1].map((end) => Math.floor((of * end) / threads));
    return { part, from, to };
  });
  const { source } = model.compilation;
  const share: Batch = {
    path,
    source: { name: source.name, text: source.text },
    flags,
    recall: recall.name,
    engine,
    recordFlips,
    of,
    steps,
  };
  const parts: BatchPart[] = [];
  await inThreads<BatchJob, BatchPart>(jobs.values(), {
    module: ["./worker", import.meta.url],
    data: share,
    threads,
    ...(signal === undefined ? {} : { signal }),
    onAnswer: (answer, { part }) => void (parts[part] = answer),
    // All go on until the last has ended.
    onProgress: (done) => onProgress({ done, of: 1 }),
  });
  throwIfAborted(signal);
  return joined(model, parts);
}

/** The number of examples; 0 where givens are missing, or do not agree with each other or what is asked. */
function examplesOf(model: Model, recall: Recall, batch: number | undefined): number {
  const counts = [...givensOf(model.graph, recall)].map(({ name, axes }) => {
    const row = axes.reduce((size, dim) => size * model.sizes.get(dim)!, 1);
    return entryCount(model, name) / row;
  });
  const [first = batch ?? 1] = counts;
  const all = batch === undefined ? counts : [batch, ...counts];
  return all.every((count) => count === first) ? first : 0;
}

function entryCount(model: Model, name: string): number {
  try {
    return model.entries(name).data.length;
  } catch (error) {
    if (HamError.isInstance(error) && error.code === "model/unknown-name") return 0;
    throw error;
  }
}

/** The examples of all parts, one behind the other. */
function joined({ graph }: Model, parts: readonly BatchPart[]): ModelRecallResult {
  const [{ engine, energySteps, flips }] = parts;
  const neuronNamed = new Map(graph.neurons.map((neuron) => [neuron.name, neuron]));
  const layers = (of: (part: BatchPart) => ReadonlyMap<string, LayerPart>, axis: number) =>
    new Map(
      [...of(parts[0]).keys()].map((name): [Neuron, tf.Tensor] => [
        neuronNamed.get(name)!,
        behind(
          parts.map((part) => of(part).get(name)!),
          axis,
        ),
      ]),
    );
  const tensors = {
    states: layers((part) => part.states, 0),
    activations: layers((part) => part.activations, 0),
    paths: layers((part) => part.trajectories, 1),
  };
  const dispose = () => {
    for (const some of Object.values(tensors)) tf.dispose([...some.values()]);
  };
  const own = (neuron: Neuron) => neuronNamed.get(neuron.name)!;
  return {
    batch: parts.reduce((sum, { outcomes }) => sum + outcomes.length, 0),
    // Givens are the model's own here: what there is to warn of was said when it was loaded.
    warnings: [],
    engine,
    states: tensors.states,
    activations: tensors.activations,
    outcomes: parts.flatMap(({ outcomes }) => outcomes),
    energySteps,
    energies: energySteps.map((_, step) =>
      Float64Array.from(parts.flatMap(({ energies }) => [...energies[step]])),
    ),
    trajectories: new Map(
      [...tensors.paths].map(([neuron, activations]) => [
        neuron,
        { steps: parts[0].trajectories.get(neuron.name)!.steps, activations },
      ]),
    ),
    ...(flips === undefined
      ? {}
      : {
          flips: parts.flatMap((part) =>
            part.flips!.map((path) => ({
              starts: new Map([...path.starts].map(([neuron, start]) => [own(neuron), start])),
              flips: path.flips.map((flip) => ({ ...flip, neuron: own(flip.neuron) })),
            })),
          ),
        }),
    dispose,
    [Symbol.dispose]: dispose,
  };
}

/** Tensors one behind the other along an axis; without a backend, so that no bit is another. */
function behind(parts: readonly LayerPart[], axis: number): tf.Tensor {
  const shape = [...parts[0].shape];
  const outer = shape.slice(0, axis).reduce((total, n) => total * n, 1);
  shape[axis] = parts.reduce((sum, part) => sum + part.shape[axis], 0);
  const all = new Float32Array(shape.reduce((total, n) => total * n, 1));
  let at = 0;
  for (let row = 0; row < outer; row++) {
    for (const { data } of parts) {
      const size = data.length / outer;
      all.set(data.subarray(row * size, (row + 1) * size), at);
      at += size;
    }
  }
  return tf.tensor(all, shape, "float32");
}
