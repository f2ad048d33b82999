// Distributions that there are none of are refused on every road by which numbers are drawn.

import { writeNpy } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { loadModel } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => useBackend("cpu"));

/** Arguments that there is no such distribution with, and those on the limit. */
const ARGUMENTS = [
  { of: (x: string) => `normal(0, ${x})`, wrong: -2, limit: 0, says: "deviation.* >= 0" },
  { of: (x: string) => `uniform(1, ${x})`, wrong: 0.5, limit: 1, says: "max.* >= 1" },
  { of: (x: string) => `bernoulli(${x})`, wrong: 20, limit: 1, says: "p.* <= 1" },
  { of: (x: string) => `bernoulli(${x})`, wrong: -0.25, limit: 0, says: "p.* >= 0" },
];
const FLIPS = { of: (x: string) => `flip(0.5, ${x})`, wrong: 20, limit: 1, says: "p.* <= 1" };

/** Where a model draws. */
const ROADS: Readonly<Record<string, (draw: string) => string>> = {
  const: (draw) => `const w: [N] ~ ${draw}`,
  param: (draw) => `param w: [N] ~ ${draw}`,
  start: (draw) => `param w: [N] = 1\nrecall go { start v ~ ${draw} steps = 2 }`,
  "start of signs": (draw) =>
    `param w: [N] = 1\nrecall go { start v ~ ${draw} solver = async steps = 2 }`,
  "feed of a test": (draw) => `given w: [N]\ntest "t" { feed w ~ ${draw} expect steps > 0 }`,
  "feed of a training": (draw) => `given w: [N]
given x: real[N] from "x.npy"
param free: [N] = 0
energy also = sum[i] free[i] * x[i] * v[i]
recall go { steps = 2 }
train fit { unroll = go  feed w ~ ${draw} loss = sum[i] v[i]^2 optimiser = sgd(lr = 0.1) }`,
};

function textOf(road: string, draw: string): string {
  const layer = road === "start of signs" ? "sign" : "tanh";
  return `ham 1
dim N = 3
data d: [N]
const s = 1
neuron v: [N] as ${layer}
energy pull = -sum[i] w[i] * v[i]
energy known = -sum[i] d[i] * v[i]
${ROADS[road](draw)}
`;
}

const bytes = writeNpy({ shape: [3], dtype: "float32", data: Float32Array.of(0, -1, 5) });
const one = writeNpy({ shape: [1, 3], dtype: "float32", data: Float32Array.of(1, 1, 1) });
const files = { read: async (path: string) => (path === "x.npy" ? one : bytes) };

/** What comes of a draw: the refusal, or null. */
async function refusalOf(text: string, set: readonly string[] = []): Promise<HamError | null> {
  try {
    using model = await loadModel(
      { name: "m.ham", text },
      { files, data: { d: "d.npy" }, set: [...set] },
    );
    if (model.graph.tests?.length) await model.runTests();
    else if (model.graph.trainings?.length) (await model.train()).dispose();
    else (await model.recall()).dispose();
    return null;
  } catch (error) {
    if (HamError.isInstance(error)) return error;
    throw error;
  }
}

describe.each(Object.keys(ROADS))("%s", (road) => {
  const all = road.startsWith("feed") ? [...ARGUMENTS, FLIPS] : ARGUMENTS;

  test.each(all)("$wrong is refused where it is written: $says", async (each) => {
    for (const [draw, set] of [
      [each.of(String(each.wrong)), []],
      [each.of("s"), [`s=${each.wrong}`]],
    ] as const) {
      const error = await refusalOf(textOf(road, draw), set);
      expect(error?.code).toBe("model/file-has-errors");
      expect(error?.message).toMatch(new RegExp(`E0405.*${each.says}`, "s"));
      expect(error?.message).toContain(`this is ${each.wrong}`);
    }
  });

  test.each(all)("$wrong is refused where data give it: $says", async (each) => {
    const lost = each.wrong - 5;
    const draw = each.of(`d[2] + ${lost < 0 ? `(${lost})` : lost}`);
    const error = await refusalOf(textOf(road, draw));
    expect(error?.code).toBe("ham/draw-refused");
    expect(error?.message).toMatch(new RegExp(each.says, "s"));
  });

  test.each(all)("$limit is taken: $says", async (each) => {
    expect(await refusalOf(textOf(road, each.of(String(each.limit))))).toBeNull();
  });
});

describe("arguments of a feed that differ from entry to entry", () => {
  const feed = (draw: string) => textOf("feed of a test", draw);

  test("are drawn where each pair allows it, though the ends of all do not", async () => {
    expect(await refusalOf(feed("uniform(d, d)"))).toBeNull();
    expect(await refusalOf(feed("normal(d, 1)"))).toBeNull();
  });

  test.each([
    ["normal(0, d)", "deviation must be >= 0: found -1"],
    ["uniform(d, s)", "max must be >= 5: found 1"],
    ["bernoulli(d)", "p must be >= 0: found -1"],
    ["flip(d, d)", "p must be >= 0: found -1"],
  ])("%s is refused at its first wrong entry", async (draw, says) => {
    const error = await refusalOf(feed(draw));
    expect(error?.code).toBe("ham/draw-refused");
    expect(error?.message).toContain(says);
  });
});
