import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

// In a process of its own: in this one somebody may have imported a backend.
const SCRIPT = `
import { loadModel } from "@hamlet/model";
import * as tf from "@tensorflow/tfjs-core";
const source = { name: "m.ham", text: "ham 1\\ndim D = 2\\nneuron v: [D] as identity\\n" };
const without = await loadModel(source).catch(({ code, message }) => ({ code, message }));
await import("@tensorflow/tfjs-backend-wasm");
using model = await loadModel(source);
const { neurons } = model.graph;
process.stdout.write("\\n" + JSON.stringify({ without, neurons: neurons.length, backend: tf.getBackend() }));
`;

test("without a backend a model says what to import, and with one it starts it", () => {
  const args = ["--input-type=module-typescript", "--eval", SCRIPT];
  const output = execFileSync(process.execPath, args, {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  expect(JSON.parse(output.split("\n").at(-1)!)).toEqual({
    without: {
      code: "model/no-backend",
      message: expect.stringContaining("Import one, such as @tensorflow/tfjs-backend-wasm"),
    },
    neurons: 1,
    backend: "wasm",
  });
});
