// The path of one example as a list of flips: memory grows with the flips, not with the frames.

import { HamError, type Neuron } from "@hamlet/graph";

/** One unit that jumped to its other value. */
export interface Flip {
  /** The step that made it; the first is 1. */
  readonly step: number;
  readonly neuron: Neuron;
  /** The place in the layer, row-major. */
  readonly unit: number;
}

/** A layer before the first step, and the two values that its units take. */
export interface LayerStart {
  readonly low: number;
  readonly high: number;
  readonly values: Float64Array;
}

/** Where an example began and every flip since, in order. Enough to rebuild any moment. */
export interface FlipPath {
  /** The layers that may move. */
  readonly starts: ReadonlyMap<Neuron, LayerStart>;
  readonly flips: readonly Flip[];
}

/**
 * The activations of the moving layers after `step` steps, row-major.
 *
 * @throws HamError `ham/no-such-step` unless `step ≥ 0`.
 * @example
 * const halfway = frameAt(result.flips![0], 500).get(v)!;
 */
export function frameAt({ starts, flips }: FlipPath, step: number): Map<Neuron, Float64Array> {
  if (!(step >= 0)) {
    throw new HamError(
      "ham/no-such-step",
      `frameAt: expected a step from 0, the start, up; found ${step}.`,
    );
  }
  const frame = new Map([...starts].map(([neuron, { values }]) => [neuron, values.slice()]));
  for (const flip of flips) {
    if (flip.step > step) break;
    const { low, high } = starts.get(flip.neuron)!;
    const layer = frame.get(flip.neuron)!;
    layer[flip.unit] = layer[flip.unit] === high ? low : high;
  }
  return frame;
}
