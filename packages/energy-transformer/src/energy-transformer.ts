// A block with weights on the current backend: energies, slopes and descents.

import type { Key, Signal } from "@hamlet/core";
import {
  apply,
  type Clamp,
  type EnergyGraph,
  get,
  indicesOf,
  lit,
  makeTensor,
  type Neuron,
  type Recall,
  type Tensor,
} from "@hamlet/graph";
import {
  makeHypergraph,
  makeRecall,
  type RecallProgress,
  type RecallResult,
  type TensorsByName,
} from "@hamlet/ham";
import * as tf from "@tensorflow/tfjs-core";
import { energyTransformerGraph } from "./block.ts";
import type { BlockConfig } from "./config.ts";

/** What a block is made with. */
export interface EnergyTransformerOptions {
  /** The number N of tokens. */
  readonly tokens: number;
  /** `Wq`, `Wk`, `Xi`, `gamma`, `delta`; what is left out is drawn. Borrowed while the block lives. */
  readonly weights?: TensorsByName;
  /** Where weights are drawn from; default `key(0)`. */
  readonly key?: Key;
}

/** How tokens roll downhill. */
export interface DescendOptions {
  /** Steps; default 12, as the published model has. */
  readonly steps?: number;
  /** The length of a step; default 0.1, likewise. */
  readonly dt?: number;
  /** Tokens that stay where they are: 1 to hold and 0 to move, `[N]` or `[B, N]`. Borrowed. */
  readonly hold?: tf.Tensor;
  /** Keep the layer-normalised tokens every so many steps; default never. */
  readonly record?: number;
  readonly onProgress?: (progress: RecallProgress) => void;
  /** Stops the descent, which then throws the signal's reason. */
  readonly signal?: Signal;
}

/** A block of the energy transformer that is ready to run. */
export interface EnergyTransformer {
  readonly graph: EnergyGraph;
  /** The layer of tokens: the key of states, activations and trajectories. */
  readonly tok: Neuron;
  /** The layer norm of tokens, `[N, D]` or `[B, N, D]`. The caller disposes it. */
  normalised(tokens: tf.Tensor): tf.Tensor;
  /** The energy of tokens, one number or `[B]`. The caller disposes it. */
  energy(tokens: tf.Tensor): tf.Tensor;
  /** `∂E/∂g`, the slope by the layer-normalised tokens. The caller disposes it. */
  slope(tokens: tf.Tensor): tf.Tensor;
  /**
   * `x ← x − dt ∂E/∂g`, step after step, with the energy of each. The caller disposes the result.
   */
  descend(tokens: tf.Tensor, options?: DescendOptions): Promise<RecallResult>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Makes a block. The caller disposes it.
 *
 * @throws HamError `ham/unknown-weight`.
 * @example
 * using block = makeEnergyTransformer(PRESETS.small, { tokens: 100 });
 * using result = await block.descend(tokens, { steps: 12, record: 1 });
 * result.energies; // 13 of them, each lower than the last
 * result.trajectories.get(block.tok)?.activations; // [13, B, N, D]
 */
export function makeEnergyTransformer(
  config: BlockConfig,
  { tokens: count, weights, key }: EnergyTransformerOptions,
): EnergyTransformer {
  const { graph, tok } = energyTransformerGraph(config, count);
  const ham = makeHypergraph(graph, { ...(weights && { weights }), ...(key && { key }) });
  const given = makeTensor("tokens", "given", tok.axes);
  const hold = makeTensor("hold", "given", tok.axes.slice(0, 1));
  const values = new Map(graph.tensors.map((tensor) => [tensor, ham.weights[tensor.name]]));
  const dispose = () => ham.dispose();
  return {
    graph,
    tok,
    normalised: (tokens) => ham.activations({ tok: tokens })["tok"],
    energy: (tokens) =>
      tf.tidy(() => ham.energy(ham.activations({ tok: tokens }), { tok: tokens })),
    slope: (tokens) =>
      tf.tidy(() => ham.dEdact(ham.activations({ tok: tokens }), { tok: tokens })["tok"]),
    async descend(tokens, options = {}) {
      const { onProgress, signal } = options;
      const batched = tf.tidy(() => (tokens.rank === 2 ? tf.expandDims(tokens) : tf.clone(tokens)));
      const held = options.hold === undefined ? null : alongBatch(options.hold, batched);
      try {
        const recall = descent(tok, given, held === null ? null : hold, options);
        using compiled = makeRecall(graph, recall, {
          sizes: new Map(),
          values,
          numbers: new Map(),
        });
        return await compiled.run({
          givens: new Map([[given, batched], ...(held === null ? [] : [[hold, held] as const])]),
          ...(onProgress && { onProgress }),
          ...(signal && { signal }),
        });
      } finally {
        tf.dispose([batched, held ?? []]);
      }
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}

/** One row an example, from one row for all of them. */
function alongBatch(hold: tf.Tensor, { shape: [batch] }: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const rows = tf.cast(hold, "float32");
    return hold.rank === 1 ? tf.tile(tf.expandDims(rows), [batch, 1]) : tf.clone(rows);
  });
}

/** Euler steps from given tokens. */
function descent(
  tok: Neuron,
  given: Tensor,
  hold: Tensor | null,
  { steps = 12, dt = 0.1, record }: DescendOptions,
): Recall {
  const indices = indicesOf(tok.axes);
  const held = (): Clamp => ({
    neuron: tok,
    indices,
    where: apply("ne", get(hold!, [indices[0]]), lit(0)),
    value: null,
  });
  return {
    name: "descend",
    starts: [{ neuron: tok, from: "value", indices, value: get(given, indices) }],
    clamps: hold === null ? [] : [held()],
    solver: { name: "euler", options: new Map([["dt", lit(dt)]]) },
    steps: lit(steps),
    stop: null,
    schedules: [],
    record: record === undefined ? [] : [{ name: tok.name, every: record }],
    returns: [],
  };
}
