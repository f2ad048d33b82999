// Pictures in, pictures out: patches become tokens, tokens roll downhill and become patches again.

import { type ArrayData, asFloat32 } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import type { Outcome } from "@hamlet/ham";
import * as tf from "@tensorflow/tfjs-core";
import { type ImageConfig, patchCounts } from "./config.ts";
import {
  type DescendOptions,
  type EnergyTransformer,
  makeEnergyTransformer,
} from "./energy-transformer.ts";
import { fromPatches, toPatches } from "./patches.ts";
import { assertFits, type ImageModelConfig, type ImageWeights, weightNames } from "./published.ts";

/** Pictures that were completed. The tensors are the caller's: `dispose()` frees them all. */
export interface Inpainted {
  /** What the model sees everywhere, `[B, height, width, channels]`. */
  readonly images: tf.Tensor;
  /** The same where a patch was hidden, and the given picture where it was seen. */
  readonly completed: tf.Tensor;
  /** The energy of every picture (inner) before the first step and after each (outer). */
  readonly energies: readonly Float64Array[];
  readonly outcomes: readonly Outcome[];
  /** The layer-normalised tokens along the way, `[steps kept, B, T, D]`, where asked for. */
  readonly trajectory: tf.Tensor | null;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** An energy transformer on pictures `[B, height, width, channels]`. */
export interface ImageTransformer {
  readonly config: ImageModelConfig;
  readonly block: EnergyTransformer;
  /**
   * Tokens of pictures, `[B, T, D]`: the embedded patches, with the MASK token for those that are
   * hidden; CLS before them; and the place of each added. `seen` is `[N]` or `[B, N]`, 1 for a
   * patch that can be seen and 0 for one that is hidden. The caller disposes the result.
   */
  encode(images: tf.Tensor, seen: tf.Tensor): tf.Tensor;
  /** Pictures of tokens. The caller disposes the result. */
  decode(tokens: tf.Tensor): tf.Tensor;
  /** Fills in the patches that are hidden. */
  inpaint(
    images: tf.Tensor,
    seen: tf.Tensor,
    options?: Omit<DescendOptions, "hold">,
  ): Promise<Inpainted>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Makes an image model from weights, as `readImageWeights` or `drawImageWeights` gives them. The
 * caller disposes it.
 *
 * All functions throw HamError `energy-transformer/bad-shape` for pictures or masks of another size.
 * @throws HamError `energy-transformer/bad-weights`, `energy-transformer/bad-image-size`.
 * @see Hoover et al. (2023), arXiv:2302.07253.
 * @example
 * using model = makeImageTransformer(config, weights);
 * const seen = drawMask(key(0), { patches: 196, hidden: 100 });
 * using result = await model.inpaint(images, seen);
 */
export function makeImageTransformer(
  config: ImageModelConfig,
  weights: ImageWeights,
): ImageTransformer {
  return new Transformer(config, weights);
}

class Transformer implements ImageTransformer {
  readonly config: ImageModelConfig;
  readonly block: EnergyTransformer;
  readonly #weights: Readonly<Record<string, tf.Tensor>>;
  readonly #image: ImageConfig;
  readonly #tokens: number;

  constructor(config: ImageModelConfig, weights: ImageWeights) {
    const { image, cls = true } = config;
    const shapes = new Map([...weights].map(([name, { shape }]) => [name, shape]));
    const { T } = assertFits("This set of weights", shapes, config);
    this.config = config;
    this.#image = image;
    this.#tokens = T;
    this.#weights = ownedWeights(weights, weightNames(cls));
    const { Wq, Wk, Xi, LNORM_gamma: gamma, LNORM_bias: delta } = this.#weights;
    try {
      const named = { Wq, Wk, Xi, gamma, delta };
      this.block = makeEnergyTransformer(config.block, { tokens: T, weights: named });
    } catch (error) {
      tf.dispose(this.#weights);
      throw error;
    }
  }

  encode(images: tf.Tensor, seen: tf.Tensor): tf.Tensor {
    const { Wenc, Benc, MASK_token: mask, CLS_token: cls, POS_embed: places } = this.#weights;
    return tf.tidy(() => {
      const patches = toPatches(images, this.#image);
      const [batch, count] = patches.shape;
      const visible = tf.reshape(this.#rows(seen, batch), [batch, count, 1]);
      const embedded = tf.add(rowsTimes(patches, Wenc), Benc);
      const hidden = tf.mul(tf.sub(1, visible), mask);
      const tokens = tf.add(tf.mul(visible, embedded), hidden);
      if (cls === undefined) return tf.add(tokens, places);
      const first = tf.add(tf.zeros([batch, 1, cls.shape[0]]), cls);
      return tf.add(tf.concat([first, tokens], 1), places);
    });
  }

  decode(tokens: tf.Tensor): tf.Tensor {
    const { Wdec, Bdec, CLS_token: cls } = this.#weights;
    return tf.tidy(() => {
      const seen = this.block.normalised(tokens);
      const first = Number(cls !== undefined);
      const own = tf.slice(seen, [0, first, 0], [-1, this.#tokens - first, -1]);
      return fromPatches(tf.add(rowsTimes(own, Wdec), Bdec), this.#image);
    });
  }

  async inpaint(
    images: tf.Tensor,
    seen: tf.Tensor,
    options: Omit<DescendOptions, "hold"> = {},
  ): Promise<Inpainted> {
    const start = this.encode(images, seen);
    const running = this.block.descend(start, options);
    using result = await running.finally(() => start.dispose());
    const { tok } = this.block;
    const path = result.trajectories.get(tok)?.activations;
    const [all, completed, trajectory = null] = tf.tidy(() => {
      const decoded = this.decode(result.states.get(tok)!);
      const kept = path === undefined ? [] : [tf.clone(path)];
      return [decoded, this.#completed(images, seen, decoded), ...kept];
    });
    const dispose = () => tf.dispose([all, completed, trajectory ?? []]);
    const { energies, outcomes } = result;
    return {
      images: all,
      completed,
      energies,
      outcomes,
      trajectory,
      dispose,
      [Symbol.dispose]: dispose,
    };
  }

  dispose(): void {
    this.block.dispose();
    tf.dispose(this.#weights);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #completed(images: tf.Tensor, seen: tf.Tensor, decoded: tf.Tensor): tf.Tensor {
    const { patches, entries } = patchCounts(this.#image);
    const [batch] = images.shape;
    const visible = tf.reshape(this.#rows(seen, batch), [batch, patches, 1]);
    const pixels = fromPatches(tf.mul(visible, tf.ones([1, 1, entries])), this.#image);
    return tf.add(tf.mul(pixels, images), tf.mul(tf.sub(1, pixels), decoded));
  }

  /** A mask for every picture, `[B, N]`, from one for each or one for all. */
  #rows(seen: tf.Tensor, batch: number): tf.Tensor {
    const { patches } = patchCounts(this.#image);
    const one = seen.rank === 1 && seen.shape[0] === patches;
    const each = seen.rank === 2 && seen.shape[0] === batch && seen.shape[1] === patches;
    if (!one && !each) {
      throw new HamError(
        "energy-transformer/bad-shape",
        `Expected a mask of the shape [${patches}] or [${batch}, ${patches}], found [${seen.shape.join(", ")}].`,
      );
    }
    return tf.mul(tf.ones([batch, 1]), tf.cast(seen, "float32"));
  }
}

/** `[B, N, I] · [I, O]` as one matrix product. */
function rowsTimes(rows: tf.Tensor, matrix: tf.Tensor): tf.Tensor {
  const [batch, count, width] = rows.shape;
  const flat = tf.matMul(tf.reshape(rows, [batch * count, width]), matrix);
  return tf.reshape(flat, [batch, count, matrix.shape[1] ?? 1]);
}

/** The weights as tensors, those of the block in its own layouts. */
function ownedWeights(weights: ImageWeights, names: readonly string[]): Record<string, tf.Tensor> {
  return tf.tidy(() =>
    Object.fromEntries(
      names.map((name) => {
        const stored = tensorOf(weights.get(name)!);
        if (name === "Wq" || name === "Wk") return [name, tf.transpose(stored, [0, 2, 1])];
        if (name === "Xi") return [name, tf.transpose(stored)];
        return [name, name === "LNORM_gamma" ? tf.reshape(stored, []) : stored];
      }),
    ),
  );
}

function tensorOf({ shape, data }: ArrayData): tf.Tensor {
  return tf.tensor(asFloat32(data), shape, "float32");
}
