// What consts and params are before anything is learned: a formula's value, or draws.

import { foldIn, type Key } from "@hamlet/core";
import {
  type Dim,
  type Environment,
  evaluateScalar,
  type NumberArray,
  sizeOfDim,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
import { drawEntries } from "../recall/draw.ts";
import { assertAdmitted } from "./assert-admitted.ts";

/** Entries of a tensor on the CPU, row-major. */
export type Entries = NumberArray<Float32Array>;

/**
 * Adds the entries of every tensor whose source is a formula, a draw or a list, unless it has some.
 *
 * Every tensor draws from a stream of its own, which follows from `key` and its name alone; the
 * zeros of a `bernoulli` become −1 in a `sign` tensor.
 *
 * @throws HamError `ham/value-refused` where a formula or a draw gives what the declaration rules out,
 * `ham/draw-refused` where there is no such distribution.
 */
export function addInitialEntries(
  tensors: readonly Tensor[],
  sizes: ReadonlyMap<Dim, number>,
  entries: Map<Tensor, Entries>,
  key: Key,
): void {
  const environment = (): Environment => ({
    sizes,
    tensors: new Map([...entries].map(([tensor, { data }]) => [tensor, data])),
  });
  const compute = (tensor: Tensor): void => {
    const { source } = tensor;
    if (entries.has(tensor) || source === null || source.from === "file") return;
    if (source.from === "entries") {
      assertAdmitted(tensor, source.entries, source.shape);
      entries.set(tensor, { shape: source.shape, data: new Float32Array(source.entries) });
      return;
    }
    tensorsIn(source.from === "value" ? [source.value] : source.args).forEach(compute);
    const shape = tensor.axes.map((dim) => sizeOfDim(dim, { sizes }));
    const count = shape.reduce((a, b) => a * b, 1);
    if (source.from === "value") {
      const value = evaluateScalar(source.value, environment());
      assertAdmitted(tensor, [value], []);
      entries.set(tensor, { shape, data: new Float32Array(count).fill(value) });
    } else {
      const args = source.args.map((arg) => evaluateScalar(arg, environment()));
      const stream = foldIn(key, nameHash(tensor.name));
      const drawn = drawEntries(tensor, { ...source, args }, shape, stream);
      const flips = tensor.elem === "sign" && source.distribution === "bernoulli";
      const data = flips ? drawn.map((bit) => 2 * bit - 1) : drawn;
      assertAdmitted(tensor, data, shape);
      entries.set(tensor, { shape, data });
    }
  };
  tensors.forEach(compute);
}

/** A number for a name, so that every declaration has its own stream whatever its place (FNV-1a). */
export function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (const letter of name) {
    hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193);
  }
  return hash >>> 0;
}
