import { add, apply, lit, mul, type Tensor, time } from "@hamlet/graph";
import { makeRecall } from "@hamlet/ham";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import {
  changeBelow,
  CORNERS,
  identity,
  recallOf,
  setupOf,
  softmax,
  triangle,
  twoPatterns,
  wired,
} from "../models.ts";
import { ran, solverOf } from "./running.ts";

beforeAll(() => useBackend("wasm"));

const BETA = 1.9;
const model = triangle();
const values = new Map([
  [model.beta, [BETA]],
  [model.xi, CORNERS],
] as const);
const corners = [0, 1, 2].map((m) => CORNERS.slice(2 * m, 2 * m + 2));

/** The weights of the patterns at v. */
function weightsAt(v: readonly number[]): number[] {
  const votes = corners.map(([x, y]) => Math.exp(BETA * (x * v[0] + y * v[1])));
  const total = votes.reduce((a, b) => a + b, 0);
  return votes.map((vote) => vote / total);
}

/** β λ_max of the covariance of the patterns under their weights at v. */
function rateAt(v: readonly number[]): number {
  const p = weightsAt(v);
  const mean = [0, 1].map((i) => corners.reduce((sum, c, m) => sum + p[m] * c[i], 0));
  const cov = (i: number, j: number) =>
    corners.reduce((sum, c, m) => sum + p[m] * (c[i] - mean[i]) * (c[j] - mean[j]), 0);
  const [a, b, d] = [cov(0, 0), cov(0, 1), cov(1, 1)];
  return BETA * ((a + d) / 2 + Math.hypot((a - d) / 2, b));
}

describe("cccp", () => {
  test("makes one step to the mean of the patterns under their weights", async () => {
    const start = [0.4, -0.7];
    const { states } = await ran({
      graph: model.graph,
      values,
      starts: [[model.v, model.query, [start]]],
      solver: "cccp",
      recall: { steps: lit(1) },
    });
    const p = weightsAt(start);
    [0, 1].forEach((i) => {
      const mean = corners.reduce((sum, corner, m) => sum + p[m] * corner[i], 0);
      expect(states.get(model.v)![0][i]).toBeCloseTo(mean, 6);
    });
  });

  test("converges at the rate β λ_max(Cov_p)", async () => {
    const at = async (steps: number) =>
      (
        await ran({
          graph: model.graph,
          values,
          starts: [[model.v, model.query, [[0.9, 0.2]]]],
          solver: "cccp",
          recall: { steps: lit(steps) },
        })
      ).states.get(model.v)![0];
    const end = await at(400);
    const far = async (steps: number) => {
      const v = await at(steps);
      return Math.hypot(v[0] - end[0], v[1] - end[1]);
    };
    const measured = ((await far(40)) / (await far(30))) ** (1 / 10);
    expect(measured / rateAt(end)).toBeGreaterThan(0.99);
    expect(measured / rateAt(end)).toBeLessThan(1.01);
  });

  test("serves a Euclidean log-sum-exp whose layer has no energy of its own", async () => {
    const two = twoPatterns();
    const { states, outcomes } = await ran({
      graph: two.graph,
      values: new Map<Tensor, readonly number[]>(two.values),
      starts: [[two.v, two.query, [[0.3]]]],
      solver: "cccp",
      recall: { steps: lit(200), stop: changeBelow(1e-6) },
    });
    expect(states.get(two.v)![0][0]).toBeCloseTo(0.957504, 5);
    expect(outcomes[0].ending).toBe("converged");
  });

  test("polished by Newton ends at the fixed point after a few steps", async () => {
    const after = async (steps: number, newton: number) => {
      const { states, outcomes, energies } = await ran({
        graph: model.graph,
        values,
        starts: [
          [
            model.v,
            model.query,
            [
              [0.9, 0.2],
              [0.1, 0.9],
            ],
          ],
        ],
        solver: solverOf("cccp", { newton }),
        recall: { steps: lit(steps) },
      });
      expect(outcomes.map(({ energyAfter }) => energyAfter)).toEqual([...energies.at(-1)!]);
      return { states: states.get(model.v)!, energies: energies.at(-1)! };
    };
    const [exact, plain, polished] = [await after(500, 0), await after(8, 0), await after(8, 4)];
    const error = ({ states }: typeof exact) =>
      Math.max(...states.flatMap((v, b) => v.map((x, i) => Math.abs(x - exact.states[b][i]))));
    expect(error(plain)).toBeGreaterThan(1e-3);
    expect(error(polished)).toBeLessThan(1e-6);
    polished.energies.forEach((energy, b) =>
      expect(energy).toBeLessThanOrEqual(plain.energies[b] + 1e-6),
    );
  });

  test("polishes what a clamp leaves free, under the last value of a schedule", async () => {
    const [index] = model.v.axes.map((dim) => ({ name: "i", dim }));
    const second = apply("lt", lit(0), { kind: "position", index, free: [index] });
    const after = async (steps: number, newton: number) => {
      const { states } = await ran({
        graph: model.graph,
        values,
        starts: [[model.v, model.query, [[0.9, 0.1]]]],
        solver: solverOf("cccp", { newton }),
        recall: {
          steps: lit(steps),
          clamps: [{ neuron: model.v, indices: [index], where: second, value: null }],
          schedules: [{ tensor: model.beta, value: add(lit(3), mul(lit(2), time())) }],
        },
      });
      return states.get(model.v)![0];
    };
    const [exact, polished] = [await after(500, 0), await after(5, 4)];
    expect(polished[1]).toBe(Math.fround(0.1));
    expect(polished[0]).toBeCloseTo(exact[0], 6);
  });

  test("leaks nothing, polished or not", async () => {
    await expectNoLeak(() =>
      ran({
        graph: model.graph,
        values,
        starts: [[model.v, model.query, [[0.3, 0.1]]]],
        solver: solverOf("cccp", { newton: 2 }),
      }),
    );
    await expectNoLeak(() =>
      ran({
        graph: model.graph,
        values,
        starts: [[model.v, model.query, [[0.3, 0.1]]]],
        solver: "cccp",
      }),
    );
  });
});

describe("cccp explains why it cannot run", () => {
  const made =
    (graph: Parameters<typeof makeRecall>[0], recall: Parameters<typeof recallOf>[1] = {}) =>
    () => {
      const setup = setupOf(new Map<Tensor, readonly number[]>());
      try {
        makeRecall(graph, recallOf([], { solver: solverOf("cccp"), ...recall }), setup);
      } finally {
        tf.dispose([...setup.values.values()]);
      }
    };

  test("where two layers meet in a dense synapse", () => {
    const { graph } = wired([identity, softmax], [[0, 1]]);
    expect(made(graph)).toThrowErrorMatchingInlineSnapshot(
      `[HamError: The recall "settle" moves by "cccp", but "W01" is not known to be concave in the activations: look at "W01[i, j] * x0[i] * x1[j]". Use adaptive, whose energy never rises in any model.]`,
    );
  });

  test("where nothing says that beta is positive", () => {
    // β is scheduled, so that its value of now proves nothing.
    const { graph, beta } = twoPatterns();
    const schedules = [{ tensor: beta, value: lit(2) }];
    expect(made(graph, { schedules })).toThrowErrorMatchingInlineSnapshot(
      `[HamError: The recall "settle" moves by "cccp", but "lse" is not known to be concave in the activations: "beta" may be negative. Use adaptive, whose energy never rises in any model.]`,
    );
  });

  test("where units are held whose activations depend on each other", () => {
    const { graph, layers } = wired([softmax, identity], []);
    const index = { name: "i", dim: layers[0].axes[0] };
    const clamps = [{ neuron: layers[0], indices: [index], where: lit(1), value: null }];
    expect(made(graph, { clamps })).toThrowErrorMatchingInlineSnapshot(
      `[HamError: The recall "settle" moves by "cccp", but some units of "x0" are held, and the activations of a softmax layer depend on each other. Clamp the whole layer, or use adaptive.]`,
    );
  });
});
