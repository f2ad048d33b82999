// Params from a file: one that a training wrote, or arrays of NumPy.

import type { ArrayData, FileBytes } from "@hamlet/core";
import { suggest } from "@hamlet/dsl";
import {
  demandOf,
  type Dim,
  type EnergyGraph,
  HamError,
  sizeOfDim,
  type Tensor,
} from "@hamlet/graph";
import type { Entries } from "@hamlet/ham";
import { entriesOf } from "./entries.ts";
import { isMissing, type ModelFiles } from "./files.ts";

/**
 * The arrays of a file by the params of a model: `.safetensors` and `.npz` name them, an `.npy` file is
 * for a model with a single param.
 * @throws HamError `model/no-params-file`, `model/unknown-param`, `core/unknown-array-format`,
 * `core/bad-safetensors`, `core/bad-npz`, `core/bad-npy`.
 */
export async function readParams(
  path: string,
  graph: EnergyGraph,
  files: ModelFiles,
): Promise<Map<Tensor, ArrayData>> {
  const bytes = await files.read(path, "caller");
  if (isMissing(bytes)) {
    if (bytes.refused !== undefined) {
      throw new HamError(
        "model/no-params-file",
        `${path} is not read: ${bytes.refused.why}. Name one that a training wrote.`,
      );
    }
    const near = bytes.near === null ? "" : ` Did you mean ${bytes.near}?`;
    throw new HamError(
      "model/no-params-file",
      `There is no file ${path} in ${bytes.folder}.${near} Name one that a training wrote.`,
    );
  }
  try {
    return await paramsIn(path, bytes, graph);
  } finally {
    if (!(bytes instanceof Uint8Array)) await bytes.close();
  }
}

async function paramsIn(
  path: string,
  bytes: FileBytes,
  graph: EnergyGraph,
): Promise<Map<Tensor, ArrayData>> {
  const { inspectArrayFile, readArrayFile } = await import("@hamlet/core/files");
  const params = graph.tensors.filter(({ kind }) => kind === "param");
  const names = params.map(({ name }) => name);
  const { arrays } = inspectArrayFile(path, bytes);
  return new Map(
    arrays.map(({ key }) => {
      const name = key ?? soleParam(path, names);
      const array = readArrayFile(path, bytes, key);
      const param = params.find((tensor) => tensor.name === name);
      if (param !== undefined) return [param, array] as const;
      const near = suggest(name, names);
      throw new HamError(
        "model/unknown-param",
        `${path} holds "${name}", which is no param of this model.${near === undefined ? "" : ` Did you mean ${near}?`} Its params: ${names.join(", ") || "none"}.`,
      );
    }),
  );
}

/** The param that an array without a name is for. */
function soleParam(path: string, names: readonly string[]): string {
  if (names.length === 1) return names[0];
  throw new HamError(
    "model/unknown-param",
    `${path} holds one array without a name, and this model has ${names.length} params: ${names.join(", ") || "none"}. Save them by their names: numpy.savez("params.npz", ${names.map((name) => `**{"${name}": …}`).join(", ")}).`,
  );
}

/**
 * The entries of a param from its array.
 * @throws HamError `model/param-shape`, `model/param-value`.
 */
export function learnedEntries(
  tensor: Tensor,
  array: ArrayData,
  sizes: ReadonlyMap<Dim, number>,
): Entries {
  const { name, axes } = tensor;
  const shape = axes.map((dim) => sizeOfDim(dim, { sizes }));
  if (shape.join() !== array.shape.join()) {
    throw new HamError(
      "model/param-shape",
      `"${name}" is [${axes.map((dim, i) => `${dim.name} = ${shape[i]}`).join(", ")}], but the params file holds the shape [${array.shape.join(", ")}]. Set the sizes that it was trained with.`,
    );
  }
  const data = entriesOf({ shape, pieces: [array.data] }, tensor);
  if (data instanceof Float32Array) return { shape, data };
  throw new HamError(
    "model/param-value",
    `"${name}" takes ${demandOf(tensor)}, but the params file has ${String(data.value)} at [${data.at.join(", ")}]. Train it again, or take an earlier checkpoint.`,
  );
}
