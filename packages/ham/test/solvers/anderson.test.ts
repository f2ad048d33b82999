import { lit } from "@hamlet/graph";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { changeBelow, CORNERS, identity, softmax, triangle, wired } from "../models.ts";
import { ran, solverOf } from "./running.ts";

beforeAll(() => useBackend("wasm"));

const model = triangle();
const settle = (
  solver: ReturnType<typeof solverOf>,
  rows = [
    [0.9, 0.2],
    [-0.3, 0.8],
  ],
) =>
  ran({
    graph: model.graph,
    // Close to the saddle-node, where the plain step is slow.
    values: new Map([
      [model.beta, [1.84]],
      [model.xi, CORNERS],
    ] as const),
    starts: [[model.v, model.query, rows]],
    solver,
    recall: { steps: lit(2000), stop: changeBelow(1e-6) },
  });

describe("anderson", () => {
  test("ends where the plain steps end, in far fewer", async () => {
    const plain = await settle(solverOf("cccp"));
    const fast = await settle(solverOf("anderson"));
    fast.outcomes.forEach(({ ending, steps, firstIncrease, descent }, b) => {
      expect(ending).toBe("converged");
      expect(firstIncrease).toBeNull();
      expect(steps).toBeLessThan(plain.outcomes[b].steps / 2);
      expect(descent!.accepted + descent!.rejected).toBe(steps);
      const [ours, theirs] = [fast, plain].map(({ states }) => states.get(model.v)![b]);
      ours.forEach((x, i) => expect(Math.abs(x - theirs[i])).toBeLessThan(1e-3));
    });
  });

  test("looks back as far as it is told", async () => {
    const short = await settle(solverOf("anderson", { memory: 1 }));
    expect(short.outcomes.map(({ ending }) => ending)).toEqual(["converged", "converged"]);
    await expect(settle(solverOf("anderson", { memory: 0 }))).rejects.toThrow(
      'expected "memory" to be a whole number from 1 to 50, found 0',
    );
  });

  test("does not depend on who else is in the batch", async () => {
    const together = await settle(solverOf("anderson"));
    const alone = await settle(solverOf("anderson"), [[-0.3, 0.8]]);
    expect(alone.outcomes[0].ending).toBe("converged");
    alone.states
      .get(model.v)![0]
      .forEach((x, i) => expect(x).toBeCloseTo(together.states.get(model.v)![1][i], 4));
  });

  test("descends where the plain step would not", async () => {
    // Two identity layers that excite each other: the plain step of both at once swaps them.
    const { graph, layers, starts, weights } = wired([identity, softmax], [[0, 1]]);
    const { outcomes, energies } = await ran({
      graph,
      values: new Map([[weights[0], [4, 0, 0, 0, 4, 0, 0, 0, 4]]]),
      starts: layers.map((layer, n) => [layer, starts[n], [[2, n, -1]]] as const),
      solver: "anderson",
      recall: { steps: lit(200), stop: changeBelow(1e-6) },
    });
    expect(outcomes[0].ending).toBe("converged");
    energies
      .slice(1)
      .forEach(([energy], step) =>
        expect(energy - energies[step][0]).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(energy))),
      );
  });

  test("leaks nothing", async () => {
    await expectNoLeak(() => settle(solverOf("anderson")));
  });
});
