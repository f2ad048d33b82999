// One example of a binary model while its units flip: values, overlaps and the energy, in float64.
//
// The symbolic work was done before (`flipForm`); here its expressions are closures over arrays
// that live as long as the example. A proposal fills the shifts of one flip and evaluates ΔE; an
// accepted one adds the shifts to what they belong to.

import {
  type Closures,
  type Dim,
  makeClosures,
  type Neuron,
  sizeOfDim,
  type Tensor,
} from "@hamlet/graph";
import { type BinaryState, FLIP_ROUNDING, type Unit } from "./binary-state.ts";
import type { FlipForm } from "./flip.ts";

/** A layer whose units jump between two values. */
export interface BinaryLayer {
  readonly neuron: Neuron;
  readonly low: number;
  readonly high: number;
}

/** What an example is made of. */
export interface FlipSetup {
  readonly form: FlipForm;
  readonly layers: readonly BinaryLayer[];
  readonly sizes: ReadonlyMap<Dim, number>;
  /** Every tensor that the form reads, but for the layers and what the form brings itself. */
  readonly tensors: ReadonlyMap<Tensor, ArrayLike<number>>;
  /** The start of every layer; copied. */
  readonly values: readonly Float64Array[];
}

interface Moving {
  readonly shift: Float64Array;
  readonly value: Float64Array;
  /** Fills the shift by a jump of 1, by layer. */
  readonly fill: ReadonlyMap<number, (target: Float64Array) => void>;
}

export class FlipState implements BinaryState {
  readonly values: readonly Float64Array[];
  readonly #clock = { time: 0 };
  readonly #closures: Closures;
  readonly #layers: readonly BinaryLayer[];
  readonly #overlaps: readonly Moving[];
  readonly #layerShifts: readonly Float64Array[];
  readonly #units: readonly (readonly { at: number }[][])[];
  readonly #sizes: readonly (readonly number[])[];
  readonly #energy: () => number;
  readonly #change: () => number;
  /** The largest absolute energy that was asked for: the scale of rounding. */
  #scale = 0;

  constructor({ form, layers, sizes, tensors, values }: FlipSetup) {
    this.#layers = layers;
    this.values = values.map((value) => new Float64Array(value));
    this.#layerShifts = values.map((value) => new Float64Array(value.length));
    const all = new Map<Tensor, ArrayLike<number>>(tensors);
    layers.forEach(({ neuron: { activation } }, i) => {
      all.set(activation, this.values[i]);
      all.set(form.shifts.get(activation)!, this.#layerShifts[i]);
    });
    this.#closures = makeClosures({ sizes, tensors: all, clock: this.#clock });
    const closures = this.#closures;
    const count = (axes: readonly Dim[]) =>
      axes.reduce((total, dim) => total * sizeOfDim(dim, { sizes }), 1);
    for (const { tensor, indices, value } of form.constants) {
      if (all.has(tensor)) continue;
      const table = new Float64Array(count(tensor.axes));
      closures.fill(value, indices)(table);
      all.set(tensor, table);
    }
    this.#overlaps = form.overlaps.map(({ tensor, indices, value, slopes }) => {
      const moving = {
        value: new Float64Array(count(tensor.axes)),
        shift: new Float64Array(count(tensor.axes)),
        fill: new Map(
          slopes.map((slope) => [
            layers.findIndex(({ neuron }) => neuron.activation === slope.layer),
            closures.fill(slope.value, indices),
          ]),
        ),
      };
      closures.fill(value, indices)(moving.value);
      all.set(tensor, moving.value);
      all.set(form.shifts.get(tensor)!, moving.shift);
      return moving;
    });
    this.#units = layers.map(({ neuron: { activation } }) => {
      const cells = form.overlaps.flatMap(({ slopes }) =>
        slopes
          .filter((slope) => slope.layer === activation)
          .map((slope) => slope.at.map((index) => closures.cell(index))),
      );
      return cells;
    });
    this.#sizes = layers.map(({ neuron }) => neuron.axes.map((dim) => sizeOfDim(dim, { sizes })));
    this.#energy = closures.compile(form.energy);
    this.#change = closures.compile(form.change);
    this.#scale = Math.abs(this.#energy());
  }

  energy(): number {
    const energy = this.#energy();
    this.#scale = Math.max(this.#scale, Math.abs(energy));
    return energy;
  }

  setTime(time: number): void {
    this.#clock.time = time;
  }

  changeOf({ layer, offset }: Unit): number {
    const jump = this.#jump(layer, offset);
    this.#stand(layer, offset);
    for (const { shift, fill } of this.#overlaps) {
      const slope = fill.get(layer);
      if (slope === undefined) shift.fill(0);
      else {
        slope(shift);
        for (let k = 0; k < shift.length; k++) shift[k] *= jump;
      }
    }
    this.#layerShifts[layer][offset] = jump;
    const change = this.#change();
    this.#layerShifts[layer][offset] = 0;
    return change;
  }

  lowers(unit: Unit): boolean {
    return this.changeOf(unit) < -FLIP_ROUNDING * this.#scale;
  }

  accept({ layer, offset }: Unit): void {
    this.values[layer][offset] += this.#jump(layer, offset);
    for (const { value, shift } of this.#overlaps) {
      for (let k = 0; k < shift.length; k++) value[k] += shift[k];
    }
  }

  #jump(layer: number, offset: number): number {
    const { low, high } = this.#layers[layer];
    return this.values[layer][offset] === high ? low - high : high - low;
  }

  /** Sets the cells of the slopes to a unit. */
  #stand(layer: number, offset: number): void {
    const sizes = this.#sizes[layer];
    let rest = offset;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const at = rest % sizes[axis];
      rest = (rest - at) / sizes[axis];
      for (const cells of this.#units[layer]) cells[axis].at = at;
    }
  }
}
