// Runs the real command in a folder of its own.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ArrayData, writeNpy } from "@hamlet/core";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** What a command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder for one test file, with helpers to fill it and to run `ham` in it. */
export interface Bench {
  readonly folder: string;
  write(name: string, content: string | Uint8Array): string;
  writeArray(name: string, array: Omit<ArrayData, "dtype"> & { dtype?: string }): string;
  ham(args: readonly string[], options?: { uid?: number }): Finished;
  [Symbol.dispose](): void;
}

export function makeBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), "ham-"));
  return {
    folder,
    write(name, content) {
      writeFileSync(join(folder, name), content);
      return name;
    },
    writeArray(name, { dtype = "float32", ...array }) {
      return this.write(name, writeNpy({ dtype, ...array }));
    },
    ham(args, options = {}) {
      const result = spawnSync(process.execPath, [MAIN, ...args], {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, NO_COLOR: "1" },
        ...options,
      });
      const tidy = (text: string) => text.replaceAll(folder, "FOLDER").trimEnd();
      return { code: result.status, stdout: tidy(result.stdout), stderr: tidy(result.stderr) };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A memory of two patterns in the plane, and a query near the first. */
export const MODEL = `ham 1

dim D, K
const beta: real > 0 = 4

data  xi: [K, D] from "xi.npy"
given query: [D] from "query.npy"

neuron v: [D] as identity { leak = off }

energy lse = -1/beta * logsumexp[m] -beta/2 * sum[i] (v[i] - xi[m, i])^2

recall settle {
  start v = query
  solver = euler(dt = 0.5)
  steps = 200
  stop when change < 1e-6
}
`;

/** Writes the model and its data. */
export function writeModel(bench: Bench, text = MODEL): void {
  bench.write("m.ham", text);
  bench.writeArray("xi.npy", { shape: [2, 2], data: Float32Array.of(1, 2, -1, -2) });
  bench.writeArray("query.npy", { shape: [1, 2], data: Float32Array.of(0.6, 1.1) });
}
