// A score network's numbers, as plain data.

import { foldIn, type Key, normal, uniform } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { type Network, network } from "./network.ts";
import { type NetworkShape, networkShape } from "./shape.ts";

/** How far apart the frequencies of the embedding lie, as in the notebook. */
const SCALE = 16;

/** What is drawn into a score network before it learns. */
export interface InitialOptions {
  /**
   * Standard deviation of the frequencies of the time's embedding, in turns per unit of time; default
   * 16. Small ones make a network that changes slowly with the time, large ones one that may differ
   * from one time to the next.
   */
  readonly frequencyScale?: number;
}

/** A score network: its shape and its numbers. Plain data; nothing has to be disposed. */
export interface ScoreModel {
  readonly shape: NetworkShape;
  /** Turns per unit of time, `[E / 2]`; drawn once, not learned. */
  readonly frequencies: Float32Array;
  /** All weights, one after the other in the order of the network. */
  readonly weights: Float32Array;
}

/**
 * A network before it has learned anything: frequencies from `N(0, frequencyScale²)`, and the weights of a layer
 * uniform within `±1 / √(fan-in)`, as PyTorch's `Linear` starts.
 *
 * @throws HamError `diffusion/network-shape`; `diffusion/bad-setting` for a scale that is not above 0.
 * @see Tancik et al. (2020), arXiv:2006.10739, for the scale of Fourier features.
 */
export function initialModel(
  key: Key,
  shape: Partial<NetworkShape> = {},
  { frequencyScale = SCALE }: InitialOptions = {},
): ScoreModel {
  if (!(frequencyScale > 0 && frequencyScale < Infinity)) {
    throw new HamError(
      "diffusion/bad-setting",
      `A score network: expected "frequencyScale" to be a number above 0, found ${frequencyScale}. Change it, or leave it out for ${SCALE}.`,
      { setting: "frequencyScale", value: frequencyScale },
    );
  }
  const whole = networkShape(shape);
  const net = network(whole);
  const weights = new Float32Array(countOf(net));
  places(net).forEach(({ from, count, weight: { start } }, k) => {
    if ("value" in start) {
      weights.fill(start.value, from, from + count);
    } else {
      const most = 1 / Math.sqrt(start.fanIn);
      weights.set(uniform(foldIn(key, k + 1), count, { min: -most, max: most }), from);
    }
  });
  const frequencies = normal(foldIn(key, 0), whole.embedding / 2).map((x) => frequencyScale * x);
  return { shape: whole, frequencies, weights };
}

/** Where the weights of a network lie in one long array. */
export function places(net: Network) {
  let from = 0;
  return net.weights.map((weight) => {
    const place = { weight, from, count: weight.shape.reduce((n, size) => n * size, 1) };
    from += place.count;
    return place;
  });
}

/** How many weights a network has. */
export function countOf(net: Network): number {
  return places(net).reduce((total, { count }) => total + count, 0);
}
