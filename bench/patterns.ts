// A folder with a model of so many patterns of 64 numbers.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { key, normal, writeNpy } from "../packages/core/src/index.ts";
import { diskFiles } from "../packages/model/src/disk.ts";
import { loadModel, type Model } from "../packages/model/src/index.ts";

/** Numbers of a pattern. */
export const LENGTH = 64;

const TEXT = `ham 1
dim K, D
data xi: [K, D] from "xi.npy"
given query: [D] from "query.npy"
neuron v: [D] as identity
energy lse = -logsumexp[m] sum[i] xi[m, i] * v[i]
recall settle {
  start v = query
  solver = euler(dt = 0.5)
  steps = 20
}
`;

/** The folder, until it is disposed. */
export interface PatternsFolder extends Disposable {
  /** The model, and its patterns. */
  readonly path: string;
  readonly patterns: string;
  readonly load: () => Promise<Model>;
}

/** Writes it; of the patterns, 4096 are drawn and the others repeat them. */
export function patternsFolder(count: number): PatternsFolder {
  const folder = mkdtempSync(join(tmpdir(), "ham-bench-"));
  const some = normal(key(0), 4096 * LENGTH);
  const data = Float32Array.from({ length: count * LENGTH }, (_, n) => some[n % some.length]);
  const write = (name: string, rows: number) => {
    const npy = { shape: [rows, LENGTH], dtype: "float32", data: data.subarray(0, rows * LENGTH) };
    writeFileSync(join(folder, name), writeNpy(npy));
    return join(folder, name);
  };
  const patterns = write("xi.npy", count);
  write("query.npy", 1);
  const path = join(folder, "m.ham");
  writeFileSync(path, TEXT);
  return {
    path,
    patterns,
    load: () => loadModel({ name: path, text: TEXT }, { files: diskFiles(path) }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
