// `ham run --shards`: a model whose patterns are held by processes, some each.

import { availableParallelism } from "node:os";
import { type Signal, writeNpy } from "@hamlet/core";
import type { SoftmaxQueries } from "@hamlet/core/numbers";
import type { Neuron } from "@hamlet/graph";
import type { RecallProgress } from "@hamlet/ham";
import type { Model, ModelRecallResult } from "@hamlet/model";
import * as tf from "@tensorflow/tfjs-core";
import { type Beside, openModel } from "../files/open-model.ts";
import type { ModelFlags } from "../options.ts";
import { descend, type Descended } from "./descend.ts";
import { candidatesOf, formOf, probePatterns, startsOf } from "./form.ts";
import { holdShards } from "./holders.ts";

/** What is told of the patterns. */
export interface ShardFlags extends ModelFlags {
  readonly recall?: string;
  /** The name that the model has for them, and where they are. */
  readonly shards: { readonly name: string; readonly paths: readonly string[] };
  readonly workers?: number;
}

/** A model that recalls from patterns that are elsewhere. */
export interface ShardedModel {
  readonly model: Model;
  recall(options: {
    readonly signal?: Signal | undefined;
    readonly onProgress: (progress: RecallProgress) => void;
  }): Promise<ModelRecallResult>;
  [Symbol.dispose](): void;
}

/** What a model is told that the few patterns are from. */
const PLACE = "--shards";

/**
 * Opens it with a few patterns in place of all, and finds out what it does with them.
 * @throws CommandError for a model that needs more of its patterns than a softmax over them.
 */
export async function openSharded(
  path: string,
  flags: ShardFlags,
  beside: Beside,
): Promise<ShardedModel> {
  const { name, paths } = flags.shards;
  const { workers = availableParallelism() } = flags;
  const holders = await holdShards(paths, { workers });
  const { width } = holders;
  const load = async (patterns: ReturnType<typeof probePatterns>, quiet: boolean) => {
    const few = { ...flags, data: { ...flags.data, [name]: PLACE } };
    const instead = new Map([[PLACE, writeNpy(patterns)]]);
    return await openModel(path, few, { ...beside, instead, quiet });
  };
  let model: Model | null = null;
  const close = () => {
    model?.dispose();
    holders.close();
  };
  try {
    using first = await load(probePatterns(width), false);
    const starts = startsOf(first, first.recallNamed(flags.recall));
    const { betas, scale } = candidatesOf(first, starts);
    const probe = probePatterns(width, scale);
    model = await load(probe, true);
    const probed = model;
    const recall = probed.recallNamed(flags.recall);
    const patterns = Float64Array.from(probe.data);
    const form = await formOf(probed, recall, { starts, betas, patterns });
    return {
      model: probed,
      async recall(options) {
        const ask = (asked: SoftmaxQueries) => holders.ask(asked);
        const found = await descend(form, starts, { ask, ...options });
        return resultOf(found, form.neuron, probed);
      },
      [Symbol.dispose]: close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** What a recall of the model itself would return. */
function resultOf(
  { states, energies, outcomes }: Descended,
  neuron: Neuron,
  { sizes }: Model,
): ModelRecallResult {
  const shape = [outcomes.length, ...neuron.axes.map((axis) => sizes.get(axis)!)];
  const tensor = tf.tensor(Float32Array.from(states), shape);
  // The activation of an identity is its state.
  const layer = new Map([[neuron, tensor]]);
  const dispose = () => tensor.dispose();
  return {
    batch: outcomes.length,
    engine: "float64",
    outcomes,
    states: layer,
    activations: layer,
    energies,
    energySteps: energies.map((_, step) => step),
    trajectories: new Map(),
    warnings: [],
    dispose,
    [Symbol.dispose]: dispose,
  };
}
