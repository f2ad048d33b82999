// Three ways to one gradient: they agree with each other on models that come to rest, and
// backpropagation with finite differences of the loss in float64, also where nothing rests.

import { key, normal, writeNpy } from "@hamlet/core";
import { reachOf, type Tensor } from "@hamlet/graph";
import { ENGINES, GRADIENTS, type RecallEngine } from "@hamlet/ham";
import { loadModel, type Model, type ModelFiles } from "@hamlet/model";
import { differenceGradient, expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { some } from "../../../../tools/samples.ts";
import { gradientBy, type TakenGradient } from "../../../ham/test/training/taken.ts";
import { MODELS } from "./models.ts";
import { referenceLoss } from "./reference.ts";

const BATCH = 4;
const UNITS = 5;
const IMAGES = Float32Array.from(normal(key(7), BATCH * UNITS), (x) => 0.8 * x);
const KNOWN = Uint8Array.from({ length: BATCH * UNITS }, (_, k) => Number(k % 3 === 0));
const SHAPE = [BATCH, UNITS];

const contents: Readonly<Record<string, Uint8Array>> = {
  "image.npy": writeNpy({ shape: SHAPE, dtype: "float32", data: IMAGES }),
  "known.npy": writeNpy({ shape: SHAPE, dtype: "bool", data: KNOWN }),
};
const files: ModelFiles = {
  read: (path) => Promise.resolve(contents[path] ?? { path, folder: "memory", near: null }),
};

beforeAll(() => useBackend("wasm"));

/** The gradients of a method as plain numbers, by the name of the param. */
function gradientsBy(
  model: Model,
  method: string,
  options: Readonly<Record<string, number>> = {},
  engine: RecallEngine = "simd",
): Promise<TakenGradient> {
  return expectNoLeak(async () => {
    const [training] = model.graph.trainings!;
    const { recall, loss } = training;
    const { tensors } = model.graph;
    const still = tensors.filter(({ kind }) => kind !== "given");
    const values = new Map(still.map((tensor) => [tensor, tensorOf(model, tensor)] as const));
    const entries = new Map(tensors.map((tensor) => [tensor, model.entries(tensor.name)] as const));
    const numbers = new Map([...entries].map(([tensor, { data }]) => [tensor, data] as const));
    const givens = new Map([...entries].filter(([{ kind }]) => kind === "given"));
    const params = new Map(paramsOf(model).map((param) => [param, entries.get(param)!]));
    const setup = { sizes: model.sizes, values, numbers };
    try {
      return await gradientBy(
        method,
        engine,
        { graph: model.graph, recall, loss, params, setup, options },
        { givens, batch: BATCH, key: key(0) },
      );
    } finally {
      tf.dispose([...values.values()]);
    }
  });
}

function paramsOf({ graph }: Model): Tensor[] {
  const [{ recall, loss }] = graph.trainings!;
  return [...reachOf(graph, recall, loss).params];
}

function tensorOf(model: Model, { name }: Tensor): tf.Tensor {
  const { data, shape } = model.entries(name);
  return tf.tensor(data, [...shape], "float32");
}

/** |a − b| / |b| over all params together. */
function distance(a: ReadonlyMap<string, number[]>, b: ReadonlyMap<string, number[]>): number {
  const expected = [...b.values()].flat();
  const found = [...b.keys()].flatMap((name) => a.get(name) ?? b.get(name)!.map(() => 0));
  return Math.hypot(...expected.map((x, k) => found[k] - x)) / Math.hypot(...expected);
}

// Ten models are as many runs of the reference: other four of them every time.
describe.each(some(MODELS, 4))("$name", ({ text }) => {
  test("gives the same gradient in three ways", async () => {
    using model = await loadModel({ name: "m.ham", text }, { files });
    const unrolled = await gradientsBy(model, "unroll");
    expect(Math.hypot(...[...unrolled.byName.values()].flat())).toBeGreaterThan(1e-3);
    expect([...unrolled.byName.keys()].sort()).toEqual(
      paramsOf(model)
        .map(({ name }) => name)
        .sort(),
    );

    const implicit = await gradientsBy(model, "implicit");
    expect([implicit.unsettled, implicit.unsolved]).toEqual([0, 0]);
    expect(implicit.loss).toBeCloseTo(unrolled.loss, 4);
    expect(distance(implicit.byName, unrolled.byName)).toBeLessThan(1e-3);

    const equilibrium = await gradientsBy(model, "equilibrium");
    expect(equilibrium.unsettled).toBe(0);
    expect(distance(equilibrium.byName, unrolled.byName)).toBeLessThan(2e-2);
  });

  test("by backpropagation agrees with finite differences, long before rest", async () => {
    const short = text.replace(/ stop when.*/, "");
    await expectDifferences(short, ["recall.settle.steps=7"]);
  });
});

test.each([...GRADIENTS.keys()])("%s says the same on every engine", async (method) => {
  const text = MODELS[0].text.replace("steps = 400", "steps = 60\n  stop when change < 0.02");
  using model = await loadModel({ name: "m.ham", text }, { files });
  const found: TakenGradient[] = [];
  for (const engine of ENGINES) found.push(await gradientsBy(model, method, {}, engine));
  const [simd, tensors, float64] = found;
  // The difference of two recalls loses digits.
  const tolerance = method === "equilibrium" ? 2e-3 : 1e-4;
  expect(distance(simd.byName, float64.byName)).toBeLessThan(tolerance);
  expect(distance(tensors.byName, float64.byName)).toBeLessThan(tolerance);
  expect(simd.loss).toBeCloseTo(float64.loss, 5);
  expect(tensors.loss).toBeCloseTo(float64.loss, 5);
});

test("examples that stop at steps of their own have the gradient of the steps they made", async () => {
  const text = MODELS[0].text.replace("steps = 400", "steps = 60\n  stop when change < 0.02");
  using model = await loadModel({ name: "m.ham", text }, { files });
  using result = await model.recall();
  expect(new Set(result.outcomes.map(({ steps }) => steps)).size).toBeGreaterThan(1);
  await expectDifferences(text, []);
});

test.each(["euler", "heun", "rk4"])(
  "a schedule is followed there and back by %s",
  async (solver) => {
    const text = MODELS[3].text
      .replace("param beta: real > 0 = 1.5", "const beta: real > 0 = 1.5")
      .replace("euler(dt = 0.2)", `${solver}(dt = 0.4)`)
      .replace("steps = 600", "steps = 6\n  schedule beta = 0.5 * 8^t");
    expect(text).toContain("const beta");
    await expectDifferences(text, []);
  },
);

/** Checks backpropagation against finite differences of the loss in float64. */
async function expectDifferences(text: string, set: string[]): Promise<void> {
  using model = await loadModel({ name: "m.ham", text }, { files, set });
  const { byName, loss } = await gradientsBy(model, "unroll");
  const [training] = model.graph.trainings!;
  const lossWith = (param: Tensor, entries: ArrayLike<number>) => {
    let total = 0;
    for (let b = 0; b < BATCH; b++) {
      const tensors = new Map<Tensor, ArrayLike<number>>(
        model.graph.tensors.map((tensor) => {
          const { data } = model.entries(tensor.name);
          const own = tensor.kind === "given" ? data.subarray(b * UNITS, (b + 1) * UNITS) : data;
          return [tensor, tensor === param ? entries : own];
        }),
      );
      total += referenceLoss(model.graph, training, tensors) / BATCH;
    }
    return total;
  };
  const expected = new Map(
    paramsOf(model).map((param) => {
      const at = Float64Array.from(model.entries(param.name).data);
      expect(lossWith(param, at)).toBeCloseTo(loss, 4);
      return [param.name, Array.from(differenceGradient((x) => lossWith(param, x), at))];
    }),
  );
  expect(distance(byName, expected)).toBeLessThan(1e-4);
}

test("the error of equilibrium propagation falls as the square of the nudge, one-sided as it", async () => {
  using model = await loadModel({ name: "m.ham", text: MODELS[0].text }, { files });
  const { byName } = await gradientsBy(model, "unroll");
  const error = async (nudge: number, sides: number) =>
    distance((await gradientsBy(model, "equilibrium", { nudge, sides })).byName, byName);
  expect((await error(0.2, 2)) / (await error(0.1, 2))).toBeCloseTo(4, 0);
  expect((await error(0.02, 1)) / (await error(0.01, 1))).toBeCloseTo(2, 0);
});

test("a recall that ends on the way is reported by the methods that need its rest", async () => {
  const set = ["recall.settle.steps=3"];
  using model = await loadModel({ name: "m.ham", text: MODELS[0].text }, { files, set });
  expect((await gradientsBy(model, "unroll")).unsettled).toBe(0);
  expect((await gradientsBy(model, "implicit")).unsettled).toBe(BATCH);
  expect((await gradientsBy(model, "equilibrium")).unsettled).toBe(BATCH);
});

test("a system that cannot be solved as well as asked is reported", async () => {
  using model = await loadModel({ name: "m.ham", text: MODELS[0].text }, { files });
  expect((await gradientsBy(model, "implicit", { tolerance: 1e-12 })).unsolved).toBeGreaterThan(0);
});

describe("memory over the recall", () => {
  const peak = async (method: string, steps: number) => {
    const set = [`recall.settle.steps=${steps}`];
    using model = await loadModel({ name: "m.ham", text: MODELS[1].text }, { files, set });
    const { peakBytes, newTensors } = await tf.profile(async () => {
      // Tensors can be counted.
      await gradientsBy(model, method, {}, "tensors");
      return [];
    });
    expect(newTensors).toBe(0);
    return peakBytes;
  };

  test.each(["implicit", "equilibrium"])("of %s does not grow with its steps", async (method) => {
    expect(await peak(method, 400)).toBe(await peak(method, 20));
  });

  test("of unroll grows as the root of its steps", async () => {
    const [few, more, many] = [
      await peak("unroll", 25),
      await peak("unroll", 100),
      await peak("unroll", 400),
    ];
    expect(many).toBeGreaterThan(more);
    expect((many - more) / (more - few)).toBeLessThan(2.5);
  });
});

test("every start that a param gives has its part in the gradient", async () => {
  const text = `ham 1
dim N = 5
given image: [N] from "image.npy"
param a: [N] ~ normal(0, 1)
param b: [N] ~ normal(0, 1)
neuron u: [N] as identity
neuron v: [N] as tanh
neuron w: [N] as identity
energy pull = -sum[i] (image[i] * u[i] + u[i] * v[i] + w[i] * v[i])
recall go { start u = a start v = b solver = euler(dt = 0.1) steps = 4 }
train fit { unroll = go loss = sum[i] (u[i] - v[i] + w[i])^2 optimiser = sgd(lr = 0.1) }
`;
  await expectDifferences(text, []);
});
