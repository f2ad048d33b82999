import { writeNpy } from "@hamlet/core";
import { loadModel, type ModelFiles, readUses } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => useBackend("wasm"));

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

const contents: Readonly<Record<string, Uint8Array>> = {
  "parts/memory.ham": bytes(`ham 1
use "../kit.ham" as kit
dim D, K
data xi: [K, D] from "xi.npy"
neuron v: [D] as kit.gentle
connect store: lse(v, xi = xi, beta = 4.0)
`),
  "kit.ham": bytes(`ham 1
lagrangian gentle(x) { value = 1/2 * x^2 }
`),
  "parts/xi.npy": writeNpy({
    shape: [2, 2],
    dtype: "float32",
    data: Float32Array.of(1, 2, -1, -2),
  }),
  "xi64.npy": writeNpy({
    shape: [2],
    dtype: "float64",
    data: Float64Array.of(1e6 + 0.1, 1e6 + 0.2),
  }),
};

const files: ModelFiles = {
  read: (path) => Promise.resolve(contents[path] ?? { path, folder: "memory", near: null }),
};

const source = {
  name: "models/stack.ham",
  text: `ham 1
use "./parts/memory.ham" as memory
part fast: memory()
given cue: [fast.D]
recall settle {
  start fast.v = cue
  solver = euler(dt = 0.5)
  steps = 200
  stop when change < 1e-6
  return fast.v
}
`,
};

test("a part finds its files in its own folder, and runs", async () => {
  using model = await loadModel(source, { files });
  const cue = { shape: [2], data: Float32Array.of(0.6, 1.1) };
  using result = await model.recall({ givens: { cue } });
  const [v] = [...result.activations.values()];
  expect([...(await v.data())].map((x) => Math.round(x * 100) / 100)).toEqual([1, 2]);
});

test("what used files use is read too, and named as seen from the model", async () => {
  const resolve = await readUses(source, files);
  const names = ["parts/memory.ham", "kit.ham"].map((path) => {
    const answer = resolve(path);
    return answer.found === "file" ? answer.source.name : answer.found;
  });
  expect(names).toEqual(["models/parts/memory.ham", "models/kit.ham"]);
});

test("@allow silences a warning about data", async () => {
  const text = (attribute: string) => `ham 1
dim D
${attribute}
data b: [D] from "xi64.npy"
neuron v: [D] as tanh
connect push: bias(v, b = b)
`;
  using loud = await loadModel({ name: "m.ham", text: text("") }, { files });
  using quiet = await loadModel({ name: "m.ham", text: text("@allow(dtype)") }, { files });
  expect(loud.warnings.map(({ rule }) => rule)).toEqual(["dtype"]);
  expect(quiet.warnings).toEqual([]);
});
