// Whether the energy of a binary model has the form of a dense memory of two-valued patterns.

import {
  type ClosureSpace,
  evaluateScalar,
  type FlipForm,
  makeClosures,
  type OverlapSum,
  overlapSum,
  sizeOfDim,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
import { type FastSetup, SLACK } from "./fast-state.ts";
import type { BinaryLayer } from "./flip-state.ts";
import { type Lattice, tabulate } from "./lattice.ts";
import { packPatterns, type PackedPatterns } from "./packed-patterns.ts";

/**
 * What the examples of a fast recall share; null where the energy has another form, where its
 * patterns are not all of one size, or where it reads more than `space` has.
 */
export function makeFastSetup(
  form: FlipForm,
  layers: readonly BinaryLayer[],
  space: ClosureSpace,
): FastSetup | null {
  const energy = overlapSum(form);
  const [layer, ...others] = layers;
  if (energy === null || layer === undefined || others.length > 0) return null;
  const { overlap, op, body, entry, slope, rest } = energy;
  const needed = tensorsIn([overlap.slopes[0].value, body, slope, rest]);
  if ([...needed].some((tensor) => tensor !== entry && !space.tensors.has(tensor))) return null;
  const patterns = readPatterns(energy, layer.neuron.activation, space);
  if (patterns === null) return null;
  const lattice = tabulate(energy, patterns, layer, space);
  if (lattice === null || (op === "logsumexp" && largestStep(lattice) > SLACK)) return null;
  return {
    patterns,
    lattice,
    unit: layer,
    logarithmic: op === "logsumexp",
    slope: evaluateScalar(slope, space),
    rest: evaluateScalar(rest, space),
  };
}

/** The slopes of all overlaps along every unit of the layer. */
function readPatterns(
  { overlap }: OverlapSum,
  layer: Tensor,
  space: ClosureSpace,
): PackedPatterns | null {
  const sizes = layer.axes.map((dim) => sizeOfDim(dim, space));
  const units = sizes.reduce((a, b) => a * b, 1);
  const count = overlap.tensor.axes.reduce((total, dim) => total * sizeOfDim(dim, space), 1);
  if (units === 0 || count === 0) return null;
  const closures = makeClosures(space);
  const [{ at, value }] = overlap.slopes;
  const cells = at.map((index) => closures.cell(index));
  const fill = closures.fill(value, overlap.indices);
  const entries = new Float64Array(count);
  return packPatterns(count, units, (unit) => {
    let rest = unit;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      cells[axis].at = rest % sizes[axis];
      rest = (rest - cells[axis].at) / sizes[axis];
    }
    fill(entries);
    return entries;
  });
}

function largestStep({ values }: Lattice): number {
  let largest = 0;
  for (let j = 1; j < values.length; j++) {
    largest = Math.max(largest, Math.abs(values[j] - values[j - 1]));
  }
  return largest;
}
