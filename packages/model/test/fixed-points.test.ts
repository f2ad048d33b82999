import { loadModel } from "@hamlet/model";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => useBackend("wasm"));

/** Two patterns ±w on a line, `w` given with the example: m = w tanh(β w m). */
const TEXT = `ham 1
dim D = 1
const beta: real > 0 = 2
given w: [D]
given query: [D]
neuron v: [D] as identity
energy memory = -1/beta * log(exp(beta * sum[i] w[i] * v[i]) + exp(-beta * sum[i] w[i] * v[i]))
recall settle {
  start v = query
  solver = cccp
  steps = 100
  stop when change < 1e-6
}
`;

const one = (value: number) => ({ shape: [1], data: Float32Array.of(value) });

describe("the fixed points of a model", () => {
  test("follow the givens that its energy reads, and need no others", async () => {
    using model = await loadModel({ name: "m.ham", text: TEXT });
    const { points, morse } = await model.fixedPoints({ givens: { w: one(1) }, starts: 20 });
    expect(points.map(({ kind }) => kind)).toEqual(["minimum", "minimum", "maximum"]);
    const [v] = points[0].activations.values();
    expect(Math.abs(v[0])).toBeCloseTo(0.957504, 6);
    expect(morse).toBe(1);
    // w² β < 1: the origin is all there is.
    const weak = await model.fixedPoints({ givens: { w: one(0.5) }, starts: 20 });
    expect(weak.points.map(({ kind }) => kind)).toEqual(["minimum"]);
  });

  test.each(["0.1", "1/10", "1.1", "2.3"])("have exact energies where beta = %s", async (beta) => {
    const text = TEXT.replace("real > 0 = 2", `real > 0 = b`).replace(
      "dim D = 1",
      `dim D = 1\nconst b = ${beta}`,
    );
    using model = await loadModel({ name: "m.ham", text });
    const { points } = await model.fixedPoints({ givens: { w: one(1) }, starts: 10 });
    const b = beta === "1/10" ? 0.1 : Number(beta);
    // m = tanh(β m) and E = m²/2 − log(2 cosh(β m)) / β.
    let m = 1;
    for (let n = 0; n < 3000; n++) m = Math.tanh(b * m);
    const right = m ** 2 / 2 - Math.log(2 * Math.cosh(b * m)) / b;
    expect(Math.abs(points[0].energy - right)).toBeLessThan(1e-13 * Math.abs(right) + 1e-14);
  });

  test("of an energy with kinks come with the functions that make them", async () => {
    const epanechnikov = `ham 1
dim D = 1
neuron v: [D] as identity
energy bumps = -log(1e-3 + relu(1 - 2 * (v[0] - 2)^2) + relu(1 - 2 * (v[0] + 2)^2))
`;
    using model = await loadModel({ name: "m.ham", text: epanechnikov });
    const { kinks, points } = await model.fixedPoints({ starts: 20 });
    expect(kinks).toEqual(["relu"]);
    expect(points.length).toBeGreaterThan(0);
    using smooth = await loadModel({ name: "m.ham", text: TEXT });
    expect((await smooth.fixedPoints({ givens: { w: one(1) }, starts: 5 })).kinks).toEqual([]);
  });

  test("are where recalls end", async () => {
    using model = await loadModel({ name: "m.ham", text: TEXT });
    const givens = { w: one(1), query: one(0.3) };
    using result = await model.recall({ givens });
    const [end] = await [...result.activations.values()][0].data();
    const { points } = await model.fixedPoints({ givens: { w: one(1) }, starts: 20 });
    const ends = points.map(({ activations }) => [...activations.values()][0][0]);
    expect(Math.min(...ends.map((x) => Math.abs(x - end)))).toBeLessThan(1e-5);
  });

  test("are the same for the same seed", async () => {
    const shares = async (seed: number) => {
      using model = await loadModel({ name: "m.ham", text: TEXT }, { seed });
      const { points } = await model.fixedPoints({ givens: { w: one(1) }, starts: 21 });
      return points.map(({ share }) => share);
    };
    expect(await shares(4)).toEqual(await shares(4));
  });

  test("need one example of each given, and say which is missing", async () => {
    using model = await loadModel({ name: "m.ham", text: TEXT });
    await expect(model.fixedPoints()).rejects.toThrow("needs `w`, which nothing provides");
    const two = { shape: [2, 1], data: Float32Array.of(1, 2) };
    await expect(model.fixedPoints({ givens: { w: two } })).rejects.toThrow(
      'The energy reads "w", so it has other fixed points for every example: expected one example, found 2.',
    );
  });

  test("leak nothing", async () => {
    await expectNoLeak(async () => {
      using model = await loadModel({ name: "m.ham", text: TEXT });
      await model.fixedPoints({ givens: { w: one(1) }, starts: 5 });
      await expect(model.fixedPoints()).rejects.toThrow();
    });
  });
});
