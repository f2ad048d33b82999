// What loading a file says, with arrays that are wrong in every way beside it.

import { writeNpy, writeNpz } from "@hamlet/core";
import type { RefusedPath, SourceFile } from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { HamError } from "@hamlet/graph";
import { loadModel, type ModelFiles } from "@hamlet/model";

const numbers = [0.1, 0.2, 0.3, 0.4];
const matrix = { shape: [2, 2], dtype: "float32", data: Float32Array.from(numbers) };
const far = numbers.map((x) => 1e5 + x);
const wide = { shape: [2, 2], dtype: "float64", data: Float64Array.from(far) };
const long = { shape: [2, 2], dtype: "int64", data: BigInt64Array.of(1n, 2n, 16777217n, 3n) };
const double = { shape: [2, 2], dtype: "float64", data: Float64Array.from(numbers) };
const arrays: Readonly<Record<string, Uint8Array>> = {
  "weights.npz": writeNpz(
    new Map([
      ["Wk", matrix],
      ["Wq", matrix],
    ]),
  ),
  "signs.npy": writeNpy({ shape: [2], dtype: "int8", data: Int8Array.of(1, -1) }),
  "couplings.npy": writeNpy(matrix),
  "symmetric.npy": writeNpy({ ...matrix, data: Float32Array.of(0.1, 0.2, 0.2, 0.4) }),
  "even.npy": writeNpy({ shape: [2, 2], dtype: "int8", data: Int8Array.of(0, 1, 1, 0) }),
  "memories32.npy": writeNpy(matrix),
  "memories64.npy": writeNpy(wide),
  "notes.txt": new TextEncoder().encode("milk, bread, butter\n"),
  "bits.csv": new TextEncoder().encode("0,1,1\n1,0,1\n"),
  "labels.npy": writeNpy({ shape: [4], dtype: "int8", data: Int8Array.of(1, 4, 2, 3) }),
  "doubles.npy": writeNpy(double),
  "long.npy": writeNpy(long),
  "b.npy": writeNpy({ shape: [2], dtype: "float32", data: Float32Array.of(1, 2) }),
};
/** A host that refuses what lies beside its folder, and what is no file. */
const refused: Readonly<Record<string, RefusedPath>> = {
  "../other/b.npy": {
    rule: "outside_root",
    why: "it lies outside of models, beyond which nothing is read",
    help: "move the file into that folder, or choose another one with `--root`",
  },
  "b.fifo": { rule: "not_a_file", why: "it is a pipe, not a file", help: "name a regular file" },
};
const files: ModelFiles = {
  read: (path) =>
    Promise.resolve(
      arrays[path] ?? {
        path,
        folder: "models",
        near: null,
        ...(path in refused ? { refused: refused[path] } : {}),
      },
    ),
};

/** Every message of loading a file, warnings included. */
export async function messages(source: SourceFile): Promise<string> {
  try {
    using model = await loadModel(source, { files, memory: 8e9 });
    return model.warnings.map((warning) => `${renderDiagnostic(warning, [source])}\n`).join("\n");
  } catch (error) {
    if (!HamError.isInstance(error)) throw error;
    return `${error.message}\n`;
  }
}
