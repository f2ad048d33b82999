// The movie of a binary recall: where its layers begin, and every flip, in the order of the steps.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { drawMovie } from "../../apps/cli/src/pictures/movie.ts";
import { readNpz } from "../../packages/core/src/index.ts";
import { picture } from "./picture.ts";
import { ham } from "./told.ts";

const COMMAND =
  "run examples/02b-dense-exponential.ham --given query=examples/data/damaged-icons.npy --movie recall.png --out recall.npz";

interface Recalled {
  /** Of one example: its rows and columns. */
  readonly shape: readonly number[];
  /** A string of bits for each example; 1 is the upper value of a unit. */
  readonly starts: readonly string[];
  /** Of each example: step and place in the layer, one after the other. */
  readonly flips: readonly (readonly number[])[];
  readonly energies: readonly (readonly number[])[];
  readonly energySteps: readonly number[];
}

export const binaryRecall = picture<Recalled>(
  () =>
    ham("learn/binary-memories.mdx", [COMMAND], (_, folder) => {
      const arrays = readNpz(readFileSync(join(folder, "recall.npz")));
      const [start] = [...arrays.keys()].filter((name) => name.endsWith(".start"));
      const name = start.slice(0, -".start".length);
      const [batch, ...shape] = arrays.get(start)!.shape;
      const size = shape.reduce((a, b) => a * b, 1);
      const units = Array.from(arrays.get(start)!.data as Float32Array, (value) =>
        value > 0 ? "1" : "0",
      ).join("");
      const flips = Array.from({ length: batch }, (): number[] => []);
      const rows = arrays.get(`${name}.flips`)!.data as Int32Array;
      for (let at = 0; at < rows.length; at += 3) flips[rows[at]].push(rows[at + 1], rows[at + 2]);
      const energies = arrays.get("energies")!.data as Float64Array;
      return {
        shape,
        starts: flips.map((_, b) => units.slice(b * size, (b + 1) * size)),
        flips,
        energies: Array.from({ length: energies.length / batch }, (_, k) =>
          Array.from(energies.subarray(k * batch, (k + 1) * batch)),
        ),
        energySteps: Array.from(arrays.get("energySteps")!.data as Int32Array),
      };
    }),
  ({ shape, starts, flips, energies, energySteps }) => {
    const neuron = {};
    const paths = starts.map((bits, b) => ({
      starts: new Map([
        [
          neuron,
          { low: -1, high: 1, values: Float64Array.from(bits, (bit) => 2 * Number(bit) - 1) },
        ],
      ]),
      flips: Array.from({ length: flips[b].length / 2 }, (_, k) => ({
        neuron,
        step: flips[b][2 * k],
        unit: flips[b][2 * k + 1],
      })),
    }));
    const [result, layer, size] = [
      { flips: paths, energies, energySteps },
      neuron,
      shape,
    ] as unknown as Parameters<typeof drawMovie>;
    return drawMovie(result, layer, size);
  },
);
