// What every solver keeps: clamps, the stop of each example, progress, abort, memory, and what it
// says of itself: its order, whether it stays in the basin of its start, whether energies fall.

import { apply, lit, type Recall } from "@hamlet/graph";
import { ENERGY_ROUNDING, SOLVERS } from "@hamlet/ham";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { changeBelow, CORNERS, identity, triangle, wired } from "../models.ts";
import { ran, type Running, solverOf } from "./running.ts";

beforeAll(() => useBackend("wasm"));

/** What a solver is given where it cannot do without. */
const NEEDED: Readonly<Record<string, number>> = { dt: 0.2, temperature: 0 };

const optionsOf = (name: string, options = NEEDED): Record<string, number> =>
  Object.fromEntries(
    SOLVERS.get(name)!
      .options.filter((option) => option.default === null)
      .map((option) => [option.name, options[option.name]]),
  );

const START = [
  [0.3, -0.9, 0.1],
  [2, 1, -1],
];

/** Two layers for `alternate`, one memory for the others, each started at the rows of START. */
function modelFor(name: string): Omit<Running, "solver"> {
  if (name === "alternate") {
    const { graph, layers, starts, weights } = wired([identity, identity], [[0, 1]]);
    const W = [0.5, 0.1, -0.2, 0.3, -0.4, 0.2, 0.1, 0.2, 0.6];
    return {
      graph,
      values: new Map([[weights[0], W]]),
      starts: layers.map((layer, n) => [layer, starts[n], START] as const),
    };
  }
  const { graph, v, query, beta, xi } = triangle();
  return {
    graph,
    values: new Map([
      [beta, [2.2]],
      [xi, CORNERS],
    ] as const),
    starts: [[v, query, START.map((row) => row.slice(0, 2))]],
  };
}

describe.each([...SOLVERS.keys()])("%s", (name) => {
  const run = (recall: Partial<Recall>, options: Running["run"] = {}) =>
    ran({ ...modelFor(name), solver: solverOf(name, optionsOf(name)), recall, run: options });
  const [[, , rows]] = modelFor(name).starts;

  test("leaves held entries where they are, to the bit, and moves the others", async () => {
    // Models are made anew for every run, so the clamp is made with its own.
    const model = modelFor(name);
    const [[neuron]] = model.starts;
    const [index] = neuron.axes.map((dim) => ({ name: "i", dim }));
    const where = apply("lt", { kind: "position", index, free: [index] }, lit(1));
    const clamps = [{ neuron, indices: [index], where, value: null }];
    const { states } = await ran({
      ...model,
      solver: solverOf(name, optionsOf(name)),
      recall: { clamps, steps: lit(15) },
    });
    states.get(neuron)!.forEach((state, b) => {
      expect(state[0]).toBe(Math.fround(rows[b][0]));
      expect(state[1]).not.toBe(Math.fround(rows[b][1]));
    });
  });

  test("leaves a held layer where it is", async () => {
    const model = modelFor(name);
    const [[neuron]] = model.starts;
    const clamps = [{ neuron, indices: [], where: null, value: null }];
    const { states } = await ran({
      ...model,
      solver: solverOf(name, optionsOf(name)),
      recall: { clamps, steps: lit(5) },
    });
    expect(states.get(neuron)).toEqual(rows.map((row) => row.map(Math.fround)));
  });

  test("stops every example by itself, and says how far it is", async () => {
    const active: number[] = [];
    const { outcomes } = await run(
      { steps: lit(2000), stop: changeBelow(1e-5) },
      { onProgress: (progress) => active.push(progress.active) },
    );
    expect(outcomes.map(({ ending }) => ending)).toEqual(["converged", "converged"]);
    expect(active[0]).toBe(2);
    expect(active.at(-1)).toBe(0);
    expect(active.length).toBe(1 + Math.max(...outcomes.map(({ steps }) => steps)));
  });

  const settled = { steps: lit(2000), stop: changeBelow(1e-5) };
  /** The end of the dynamics, integrated finely, from states of the layers. */
  const flow = (
    model: ReturnType<typeof modelFor>,
    from: Running["starts"],
    { dt = 0.2, ...recall }: Partial<Recall> & { dt?: number } = settled,
  ) => ran({ ...model, starts: from, solver: solverOf("rk4", { dt }), recall });

  test("ends where the dynamics rest, and in the basin of its start where it says so", async () => {
    const model = modelFor(name);
    const solver = solverOf(name, optionsOf(name));
    const { states, outcomes } = await ran({ ...model, solver, recall: settled });
    const ends = model.starts.map(([layer, start]) => [layer, start, states.get(layer)!] as const);
    const rest = await flow(model, ends);
    const own = await flow(model, model.starts);
    for (const [layer] of model.starts) {
      states.get(layer)!.forEach((state, b) => {
        const { basin, ending } = outcomes[b];
        expect(ending).toBe("converged");
        state.forEach((x, i) => {
          expect(rest.states.get(layer)![b][i]).toBeCloseTo(x, 2);
          if (basin === "followed") expect(own.states.get(layer)![b][i]).toBeCloseTo(x, 2);
        });
        expect(basin).toBe(SOLVERS.get(name)!.follows === true ? "followed" : "not certified");
      });
    }
  });

  test("tells every rise of the energy", async () => {
    const { energies, outcomes } = await run({ steps: lit(60) });
    outcomes.forEach(({ rise, firstIncrease }, b) => {
      const rises = energies.slice(1).map((energy, step) => energy[b] - energies[step][b]);
      expect(rise).toBeCloseTo(Math.max(0, ...rises), 5);
      const rounding = ENERGY_ROUNDING * (1 + Math.max(...energies.map((all) => Math.abs(all[b]))));
      if (SOLVERS.get(name)!.descends === true) expect(rise).toBeLessThanOrEqual(rounding);
      if (rise > 2 * rounding && !SOLVERS.get(name)!.noisy) expect(firstIncrease).not.toBeNull();
    });
  });

  const { order } = SOLVERS.get(name)!;
  // One that finds its own step size has none to halve.
  if (order !== null && "dt" in optionsOf(name)) {
    test("errs by dt to the power of its order", async () => {
      const model = modelFor(name);
      const after = async (dt: number) => {
        const solver = solverOf(name, optionsOf(name, { ...NEEDED, dt }));
        const { states } = await ran({ ...model, solver, recall: { steps: lit(2 / dt) } });
        return [...states.values()].flat(2);
      };
      const { states } = await flow(model, model.starts, { dt: 0.05, steps: lit(40) });
      const exact = [...states.values()].flat(2);
      const error = (found: readonly number[]) => Math.hypot(...found.map((x, k) => x - exact[k]));
      const [coarse, fine] = [error(await after(0.5)), error(await after(0.25))];
      expect(Math.abs(Math.log2(coarse / fine) - order)).toBeLessThan(0.6);
    });
  }

  test("leaks nothing when it runs, nor when it is stopped", async () => {
    await expectNoLeak(() => run({ steps: lit(5) }));
    await expectNoLeak(async () => {
      const signal = { aborted: false };
      const onProgress = ({ done }: { done: number }) => (signal.aborted = done === 2);
      await expect(run({ steps: lit(9) }, { signal, onProgress })).rejects.toThrow("was stopped");
    });
  });
});
