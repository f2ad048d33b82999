// Whether the energy of a binary model has the form of a dense memory of two-valued patterns.

import {
  type ClosureSpace,
  dependsOn,
  evaluateScalar,
  gradients,
  makeClosures,
  sizeOfDim,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
import type { BinaryState } from "./binary-state.ts";
import { FastState, SLACK } from "./fast-state.ts";
import type { BinaryLayer } from "./flip-state.ts";
import { type Lattice, tabulate } from "./lattice.ts";
import { packPatterns, type PackedPatterns } from "./packed-patterns.ts";
import { HebbRows, type Parabola, QuadraticState } from "./quadratic-state.ts";
import type { FlipForm } from "./flip.ts";
import { type OverlapSum, overlapSum } from "./overlap-sum.ts";

/** Makes the state of one example from the values of its layer. */
export type MakeState = (values: Float64Array) => BinaryState;

/**
 * How the examples of a fast recall begin; null where the energy has another form, where its
 * patterns are not all of one size, or where it reads more than `space` has.
 */
export function fastStates(
  form: FlipForm,
  layers: readonly BinaryLayer[],
  space: ClosureSpace,
): MakeState | null {
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
  const scale = { slope: evaluateScalar(slope, space), rest: evaluateScalar(rest, space) };
  const parabola = op === "sum" ? parabolaOf(energy, space) : null;
  if (parabola !== null) {
    const hebb = new HebbRows(patterns);
    const setup = { patterns, hebb, unit: layer, parabola, ...scale };
    return (values) => new QuadraticState(setup, values);
  }
  const setup = { patterns, lattice, unit: layer, logarithmic: op === "logsumexp", ...scale };
  return (values) => new FastState(setup, values);
}

/** The numbers of a function that is a polynomial of degree two; null for another function. */
function parabolaOf({ body, entry }: OverlapSum, space: ClosureSpace): Parabola | null {
  const [first] = gradients(body, [{ tensor: entry, at: [] }]);
  const [second] = gradients(first, [{ tensor: entry, at: [] }]);
  if (dependsOn(second, new Set([entry]))) return null;
  const tensors = new Map(space.tensors).set(entry, [0]);
  const [bend, tilt, offset] = [second, first, body].map((expr) =>
    evaluateScalar(expr, { sizes: space.sizes, tensors }),
  );
  return Number.isFinite(bend + tilt + offset) ? { bend, tilt, offset } : null;
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
