// A network's numbers by the tensors that its plans read.

import type { Tensor } from "@hamlet/graph";
import { places } from "./model.ts";
import type { Network } from "./network.ts";

/** Every weight by its tensor. */
export function weightsOf(net: Network, all: Float32Array): Map<Tensor, Float32Array> {
  return new Map(
    places(net).map(({ weight, from, count }) => [weight.tensor, all.subarray(from, from + count)]),
  );
}

/** What the embedding reads: `[E]` each, cosines before sines. */
export function wavesOf(net: Network, turns: Float32Array): Map<Tensor, Float32Array> {
  const angles = turns.map((turn) => 2 * Math.PI * turn);
  const phases = new Float32Array(2 * turns.length).fill(Math.PI / 2, 0, turns.length);
  return new Map([
    [net.frequencies, Float32Array.of(...angles, ...angles)],
    [net.phases, phases],
  ]);
}
