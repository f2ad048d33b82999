// A whole recall as an ONNX file, against the recall itself: states, activations, energies, steps.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportOnnxRecall, onnxRecall } from "@hamlet/graph";
import { loadModel, type Model } from "@hamlet/model";
import { diskFiles, loadModelFile } from "@hamlet/model/node";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { errorOf } from "../../../packages/graph/test/export/models.ts";
import { runOnnx } from "../../../packages/graph/test/export/run-onnx.ts";
import { startBackend } from "../src/backend.ts";

const EXAMPLES = join(import.meta.dirname, "../../../examples");
const FIXTURES = join(import.meta.dirname, "../../../fixtures/exports");
const BATCH = 3;
/** Recalls are in float32, and a few hundred steps add up their rounding. */
const TOLERANCE = 2e-5;

beforeAll(() => startBackend("wasm"));

/** Entries that are not regular, from −1 to 1. */
const noise = (count: number, seed: number) =>
  Array.from({ length: count }, (_, n) => Math.sin(12.9898 * (n + 1) + 78.233 * (seed + 1)));

/** What a recall gives for three examples, by the names of its file, and what the file is given. */
async function recalled(model: Model, name?: string) {
  const recall = model.recallNamed(name);
  const given = new Map<string, number[]>();
  const givens: Record<string, tf.Tensor> = {};
  model.graph.tensors
    .filter(({ kind }) => kind === "given")
    .forEach((tensor, seed) => {
      const shape = tensor.axes.map((dim) => model.sizes.get(dim)!);
      const plain = noise(BATCH * shape.reduce((a, b) => a * b, 1), seed);
      const entries = tensor.elem === "bool" ? plain.map((x) => Number(x > 0.3)) : plain;
      given.set(`array/${tensor.name}`, entries);
      givens[tensor.name] = tf.tensor(entries, [BATCH, ...shape], "float32");
    });
  const numbers = async (tensor: tf.Tensor) => [...(await tensor.data())];
  try {
    // A layer that is drawn starts where the recall drew it.
    using compiled = model.compileRecall(recall.name);
    const fed = new Map(
      model.graph.tensors
        .filter(({ kind }) => kind === "given")
        .map((tensor) => [tensor, givens[tensor.name]] as const),
    );
    const steps = compiled.descend({ givens: fed, batch: BATCH });
    const first = steps.next().value!;
    for (const [neuron, state] of first.states)
      given.set(`state/${neuron.name}`, await numbers(state));
    steps.return();
    using result = await compiled.run({ givens: fed, batch: BATCH });
    const right = new Map<string, number[]>();
    for (const neuron of recall.returns.length === 0 ? model.graph.neurons : recall.returns) {
      right.set(`recall/${neuron.name}`, await numbers(result.states.get(neuron)!));
      right.set(`activation/${neuron.name}`, await numbers(result.activations.get(neuron)!));
    }
    right.set(
      "energy",
      result.outcomes.map(({ energyAfter }) => energyAfter),
    );
    right.set(
      "steps",
      result.outcomes.map((outcome) => outcome.steps),
    );
    right.set(
      "converged",
      result.outcomes.map(({ ending }) => Number(ending === "converged")),
    );
    return { recall, given, right };
  } finally {
    tf.dispose(Object.values(givens));
  }
}

/** Everything that the file of a recall needs, and nothing else that differs per example. */
const optionsOf = (model: Model, batch: boolean) => ({
  sizes: model.sizes,
  batch,
  values: new Map(
    model.graph.tensors
      .filter(({ kind }) => kind !== "given")
      .map((tensor) => [tensor, model.entries(tensor.name).data]),
  ),
});

/** The largest float32: what is larger is not finite where recalls and files are run. */
const LARGEST = 3.4028234663852886e38;

function expectClose(found: ReadonlyMap<string, readonly number[]>, right: typeof found): void {
  expect([...found.keys()].sort()).toEqual([...right.keys()].sort());
  const finite = (x: number) => Math.abs(x) <= LARGEST;
  for (const [key, values] of right) {
    const actual = found.get(key)!;
    expect(actual.map(finite), key).toEqual(values.map(finite));
    const sound = (all: readonly number[]) => all.filter((_, n) => finite(values[n]));
    expect(errorOf(sound(actual), sound(values)), key).toBeLessThan(TOLERANCE);
  }
}

/** A file as it was run by ONNX Runtime, and what that computed; see tools/run_exports.py. */
async function expectKept(
  stem: string,
  bytes: Uint8Array,
  inputs: Readonly<Record<string, { shape: readonly number[]; data: readonly number[] }>>,
): Promise<Map<string, number[]>> {
  const file = join(FIXTURES, `${stem}.onnx`);
  if (process.env["UPDATE_EXPORTS"] !== undefined) writeFileSync(file, bytes);
  expect(Buffer.compare(Buffer.from(bytes), readFileSync(file))).toBe(0);
  const text = `${JSON.stringify(inputs, null, 1)}\n`;
  await expect(text).toMatchFileSnapshot(join(FIXTURES, `${stem}.inputs.json`));
  // Python writes numbers that are not finite as words.
  const kept = readFileSync(`${file}.json`, "utf8").replaceAll(/-?Infinity|NaN/g, "1e999");
  return new Map(Object.entries(JSON.parse(kept) as Record<string, number[]>));
}

async function expectSame(model: Model, name?: string, stem?: string): Promise<void> {
  const { recall, given, right } = await recalled(model, name);
  const file = onnxRecall(model.graph, recall, optionsOf(model, true));
  expectClose(runOnnx(file, given), right);
  if (stem === undefined) return;
  const inputs = file.inputs.map(({ name: port, shape }) => {
    const whole = shape.map((size) => (typeof size === "string" ? BATCH : size));
    return [port, { shape: whole, data: given.get(port)! }] as const;
  });
  const bytes = await exportOnnxRecall(model.graph, recall, optionsOf(model, true));
  expectClose(await expectKept(stem, bytes, Object.fromEntries(inputs)), right);
  // One example alone, without the axis of the examples.
  const alone = (all: ReadonlyMap<string, readonly number[]>) =>
    new Map([...all].map(([key, x]) => [key, x.slice(x.length / BATCH, (2 * x.length) / BATCH)]));
  expectClose(
    runOnnx(onnxRecall(model.graph, recall, optionsOf(model, false)), alone(given)),
    alone(right),
  );
}

describe("examples", () => {
  test.each([
    ["03a-dense-lse-dot", "denoise", ["recall.denoise.steps=8"]],
    ["03b-dense-lse-euclid", "denoise", ["recall.denoise.steps=8"]],
    ["03b-dense-lse-euclid", "anneal", ["recall.anneal.steps=6"]],
    ["04-two-layer", "settle", []],
    ["04-two-layer", "classify", []],
    ["06-energy-transformer", "fill_in", ["N=2"]],
    ["11-mnist-memory", "clean", []],
    ["12-stacked", "settle", ["recall.settle.steps=4"]],
    ["digits", "restore", ["K=12", "recall.restore.steps=30"]],
  ] as const)("%s: %s", async (file, name, set) => {
    using model = await loadModelFile(join(EXAMPLES, `${file}.ham`), { set: [...set] });
    await expectSame(model, name);
  });
});

/** Two layers with what a recall may hold, move and ask for. */
const TWO = `ham 1
dim D = 4, K = 3
const beta: real > 0 = 2
param xi: [K, D] ~ normal(0, 1)
given cue: [D]
given label: [K]
given known: bool[D]
neuron v: [D] as tanh(beta = beta) { tau = 2 }
neuron h: [K] as softmax
energy match = -sum[m, i] xi[m, i] * v[i] * h[m]
`;
const DENSE = `ham 1
dim D = 4, K = 3
const beta: real > 0 = 4
param xi: [K, D] ~ normal(0, 1)
given cue: [D]
given known: bool[D]
neuron v: [D] as identity
energy lse = -1 / beta * logsumexp[m] (beta * sum[i] xi[m, i] * v[i])
`;

describe("what a recall can say", () => {
  test.each([
    [
      "a start, free entries, and a stop",
      "stop",
      TWO,
      "start v = cue clamp v[i] where known[i] solver = euler(dt = 0.3) steps = 200 stop when change < 1e-3",
    ],
    [
      "a layer at a given value",
      "given-value",
      TWO,
      "clamp h = label start v = cue solver = heun(dt = 0.2) steps = 9",
    ],
    [
      "a layer that stays at its start",
      "held",
      TWO,
      "start h = label clamp h start v[i] = 2 * cue[i] solver = rk4(dt = 0.2) steps = 9",
    ],
    [
      "a schedule, by Heun's method",
      "heun",
      TWO,
      "start v = cue schedule beta = 1 + 3 * t solver = heun(dt = 0.2) steps = 7",
    ],
    [
      "a schedule, by the classical method",
      "rk4",
      TWO,
      "start v = cue schedule beta = 1 + 3 * t solver = rk4(dt = 0.5) steps = 7",
    ],
    [
      "a stop by energy and step",
      "energy-stop",
      TWO,
      "start v = cue solver = euler(dt = 0.2) steps = 30 stop when energy < -0.1 and step > 4",
    ],
    ["no steps", "no-steps", TWO, "start v = cue solver = euler(dt = 0.2) steps = 0"],
    [
      "a step too long, until a number is not finite",
      "not-finite",
      TWO.replace("as tanh(beta = beta)", "as identity").replace(
        "* h[m]",
        "* h[m] - sum[i] v[i]^4",
      ),
      "start v = cue solver = euler(dt = 0.9) steps = 30",
    ],
    [
      "the concave–convex procedure",
      "cccp",
      DENSE,
      "start v = cue clamp v[i] where known[i] solver = cccp steps = 60 stop when change < 1e-4",
    ],
    [
      "alternation",
      "alternate",
      TWO,
      "start v = cue solver = alternate steps = 40 stop when change < 1e-4",
    ],
  ])("%s", async (_, stem, text, block) => {
    const source = {
      name: "m.ham",
      text: `${text}recall go { ${block.replaceAll(/ (?=(?:start|clamp|solver|steps|stop|schedule)\b)/g, "\n  ")} }\n`,
    };
    using model = await loadModel(source, { files: diskFiles(join(EXAMPLES, "m.ham")) });
    await expectSame(model, "go", `recall-${stem}`);
  });
});

test.each([
  ["01-hopfield", "recall", '"v" is a binary layer'],
  ["digits", "restore", 'its solver is "adaptive", and only euler, heun, rk4, cccp, alternate'],
])(
  "%s cannot be written out under a solver that jumps or finds its own steps",
  async (file, name, why) => {
    using model = await loadModelFile(join(EXAMPLES, `${file}.ham`), {
      set: file === "digits" ? ["K=8"] : [],
    });
    const written = model.recallNamed();
    const recall =
      name === "restore"
        ? { ...written, solver: { name: "adaptive", options: new Map() } }
        : written;
    expect(() => onnxRecall(model.graph, recall, optionsOf(model, true))).toThrow(why);
  },
);
