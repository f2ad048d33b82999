// A score network's numbers, as plain data.

import { foldIn, type Key, normal, uniform } from "@hamlet/core";
import { type Network, network } from "./network.ts";
import { type NetworkShape, networkShape } from "./shape.ts";

/** How far apart the frequencies of the embedding lie: turns per unit of time. */
const SCALE = 16;

/** A score network: its shape and its numbers. Plain data; nothing has to be disposed. */
export interface ScoreModel {
  readonly shape: NetworkShape;
  /** Turns per unit of time, `[E / 2]`; drawn once, not learned. */
  readonly frequencies: Float32Array;
  /** All weights, one after the other in the order of the network. */
  readonly weights: Float32Array;
}

/**
 * A network before it has learned anything: frequencies from N(0, 16²), and the weights of a layer
 * uniform within `±1 / √(fan-in)`, as PyTorch's `Linear` starts.
 *
 * @throws HamError `diffusion/network-shape`.
 */
export function initialModel(key: Key, shape: Partial<NetworkShape> = {}): ScoreModel {
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
  const frequencies = normal(foldIn(key, 0), whole.embedding / 2).map((x) => SCALE * x);
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
