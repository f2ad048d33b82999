// Score networks as safetensors files, under the names that the notebook's PyTorch module gives its
// weights: `module.load_state_dict(safetensors.torch.load_file(path))` takes them as they are.

import { type ArrayData, readSafetensors, writeSafetensors } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { places, type ScoreModel } from "./model.ts";
import { network } from "./network.ts";
import { type NetworkShape, networkShape } from "./shape.ts";

const [FORMAT, VERSION] = ["score-network", "1"];
const FREQUENCIES = "time_embed.0.freqs";
/** One matrix in PyTorch: what multiplies the point stands before what multiplies the time. */
const JOINED = "input_proj.weight";
const PARTS = ["input_proj.point", "input_proj.time"] as const;

/** What a file says besides its network. */
export interface ScoreFile {
  readonly model: ScoreModel;
  /** Free text by name: where the network comes from. */
  readonly notes: Readonly<Record<string, string>>;
}

/** A score network as the bytes of a safetensors file; `notes` are kept beside it. */
export function writeScore(
  { shape, frequencies, weights }: ScoreModel,
  notes: Readonly<Record<string, string>> = {},
): Uint8Array {
  const arrays = new Map<string, ArrayData>([
    [FREQUENCIES, float32([frequencies.length], frequencies)],
  ]);
  for (const { weight, from, count } of places(network(shape))) {
    arrays.set(weight.tensor.name, float32(weight.shape, weights.slice(from, from + count)));
  }
  const [point, time] = PARTS.map((name) => arrays.get(name)!);
  for (const name of PARTS) arrays.delete(name);
  arrays.set(JOINED, beside(point, time));
  const sizes = Object.entries(shape).map(([name, size]) => [name, String(size)]);
  const metadata = { ...notes, ...Object.fromEntries(sizes), format: FORMAT, version: VERSION };
  return writeSafetensors(arrays, { metadata });
}

/**
 * Reads what {@link writeScore} wrote.
 * @param source - the name to use in errors.
 * @throws HamError `core/bad-safetensors` when the file is malformed; `diffusion/bad-score` when it
 * is no score network, one of a newer version, or one that is not whole.
 */
export function readScore(bytes: Uint8Array, source = "score network"): ScoreFile {
  const { arrays, metadata } = readSafetensors(bytes, source);
  const { format, version, ...rest } = metadata;
  if (format !== FORMAT || version !== VERSION) {
    const found =
      format === FORMAT ? `version ${version}` : `the format ${format ?? "of something else"}`;
    throw badScore(source, `a score network of version ${VERSION}`, found);
  }
  const shape = shapeOf(source, rest);
  const take = (name: string, wanted: readonly number[]) => {
    const found = arrays.get(name);
    if (found?.dtype === "float32" && found.shape.join() === wanted.join()) {
      return found.data as Float32Array;
    }
    const is = found === undefined ? "nothing" : `[${found.shape.join(", ")}] of ${found.dtype}`;
    throw badScore(source, `"${name}" as [${wanted.join(", ")}] of float32`, is);
  };
  const { hidden, width, embedding } = shape;
  const joined = take(JOINED, [hidden, width + embedding]);
  const all = places(network(shape)).map(({ weight }) => {
    const { tensor, shape: wanted } = weight;
    if (tensor.name === PARTS[0]) return columns(joined, width + embedding, [0, width]);
    if (tensor.name === PARTS[1]) {
      return columns(joined, width + embedding, [width, width + embedding]);
    }
    return take(tensor.name, wanted);
  });
  const weights = new Float32Array(all.reduce((total, { length }) => total + length, 0));
  let next = 0;
  for (const each of all) {
    weights.set(each, next);
    next += each.length;
  }
  const frequencies = take(FREQUENCIES, [embedding / 2]);
  const names = new Set(Object.keys(shape));
  const notes = Object.fromEntries(Object.entries(rest).filter(([name]) => !names.has(name)));
  return { model: { shape, frequencies, weights }, notes };
}

function shapeOf(source: string, metadata: Readonly<Record<string, string>>): NetworkShape {
  const names = Object.keys(networkShape());
  const missing = names.find((name) => metadata[name] === undefined);
  if (missing !== undefined) throw badScore(source, `"${missing}" in its metadata`, "nothing");
  return networkShape(Object.fromEntries(names.map((name) => [name, Number(metadata[name])])));
}

/** Two matrices with the same rows, side by side. */
function beside(a: ArrayData, b: ArrayData): ArrayData {
  const [rows, [m, n]] = [a.shape[0], [a.shape[1], b.shape[1]]];
  const [left, right] = [a.data as Float32Array, b.data as Float32Array];
  const data = new Float32Array(rows * (m + n));
  for (let row = 0; row < rows; row++) {
    data.set(left.subarray(row * m, (row + 1) * m), row * (m + n));
    data.set(right.subarray(row * n, (row + 1) * n), row * (m + n) + m);
  }
  return float32([rows, m + n], data);
}

/** Some columns of a matrix with `width` of them. */
function columns(data: Float32Array, width: number, [from, to]: readonly [number, number]) {
  return data.filter((_, i) => i % width >= from && i % width < to);
}

function float32(shape: readonly number[], data: Float32Array): ArrayData {
  return { shape: [...shape], dtype: "float32", data };
}

function badScore(source: string, expected: string, found: string): HamError {
  return new HamError(
    "diffusion/bad-score",
    `${source}: expected ${expected}, found ${found}. Name a file that was saved as a score network, or train one anew.`,
    { source, expected, found },
  );
}
