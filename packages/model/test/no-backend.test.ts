import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

// In a process of its own: in this one somebody may have imported a backend.
const SCRIPT = `
import { loadModel } from "@hamlet/model";
import * as tf from "@tensorflow/tfjs-core";
const source = { name: "m.ham", text: "ham 1\\ndim D = 2\\nneuron v: [D] as identity\\n" };
const without = await loadModel(source).catch(({ code, message }) => ({ code, message }));
tf.registerBackend("broken", () => Promise.reject(new Error("no card")), 9);
tf.registerBackend("bare", () => { throw new Error("no memory"); }, 8);
const FLAG = "WASM_HAS_MULTITHREAD_SUPPORT";
const threads = [];
tf.env().registerFlag(FLAG, () => true);
tf.registerBackend("wasm", () => { threads.push(tf.env().getBool(FLAG)); throw new Error("no file"); }, 7);
const failing = await loadModel(source).catch(({ code, message }) => ({ code, message }));
tf.env().set(FLAG, true);
await loadModel(source).catch(() => {});
for (const name of ["broken", "bare", "wasm"]) tf.removeBackend(name);
await import("@tensorflow/tfjs-backend-wasm");
tf.env().set(FLAG, false);
using model = await loadModel(source);
const { neurons } = model.graph;
process.stdout.write("\\n" + JSON.stringify({ without, failing, threads, neurons: neurons.length, backend: tf.getBackend() }));
`;

test("a model says which backends it tried and what to import, and starts the first that works", () => {
  const args = ["--input-type=module-typescript", "--eval", SCRIPT];
  const output = execFileSync(process.execPath, args, {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  expect(JSON.parse(output.split("\n").at(-1)!)).toEqual({
    without: {
      code: "model/no-backend",
      message: expect.stringContaining(
        "none was imported. Import one, such as @tensorflow/tfjs-backend-wasm",
      ),
    },
    failing: {
      code: "model/no-backend",
      message: expect.stringContaining(
        "tried: broken (no card), bare (no memory), wasm (no file). Import one",
      ),
    },
    threads: [false, true],
    neurons: 1,
    backend: "wasm",
  });
});
