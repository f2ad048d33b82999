// Runs the real command in a folder of its own.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type ArrayData, writeNpy } from "@hamlet/core";
import * as tf from "@tensorflow/tfjs-core";
import { vi } from "vitest";
import { main } from "../src/command-line.ts";

/** The file that Node runs. */
export const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

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
  /**
   * As `ham`, in this process: ten times as fast, for what needs no process of its own. Fails where
   * the command leaves tensors.
   */
  inProcess(args: readonly string[], options?: { input?: string }): Promise<Finished>;
  [Symbol.dispose](): void;
}

export function makeBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), "ham-"));
  const tidy = (text: string) => text.replaceAll(folder, "FOLDER").trimEnd();
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
      return { code: result.status, stdout: tidy(result.stdout), stderr: tidy(result.stderr) };
    },
    async inProcess(args, { input = "" } = {}) {
      const before = process.cwd();
      const [stdout, stderr] = [process.stdout, process.stderr].map(capture);
      const stdin = vi
        .spyOn(process, "stdin", "get")
        .mockReturnValue(Readable.from([Buffer.from(input)]) as typeof process.stdin);
      // Unlike `tf.memory()` it asks no backend, and a command may need none.
      const { state } = tf.engine();
      const tensors = state.numTensors;
      process.chdir(folder);
      try {
        const code = await main(args);
        const left = state.numTensors - tensors;
        if (left !== 0) throw new Error(`ham ${args.join(" ")} left ${left} tensors.`);
        return { code, stdout: tidy(stdout.text()), stderr: tidy(stderr.text()) };
      } finally {
        process.chdir(before);
        stdout.end();
        stderr.end();
        stdin.mockRestore();
      }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Holds back what is written to a stream. */
function capture(stream: NodeJS.WriteStream) {
  const parts: string[] = [];
  const spy = vi.spyOn(stream, "write").mockImplementation((part) => {
    parts.push(typeof part === "string" ? part : Buffer.from(part).toString("utf8"));
    return true;
  });
  return { text: () => parts.join(""), end: () => spy.mockRestore() };
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
