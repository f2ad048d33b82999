// What `ham run` gives for the models that the landscape page shows, against steps by hand in float64.

import { loadModelFile } from "@hamlet/model/node";

import { beforeAll, expect, test } from "vitest";
import { startBackend } from "../../src/backend.ts";
import { casePath, dot, recallCase, rowsOf } from "./recall-case.ts";

beforeAll(() => startBackend("wasm"));

type Point = readonly [number, number];
const patterns = rowsOf("46-page-and-recall/xi.npy") as unknown as Point[];
const [cue] = rowsOf("46-page-and-recall/q.npy") as unknown as Point[];

/** `−1/β log Σ exp(−β/2 |v − ξ|²)` and its slope. */
function memory(v: Point, beta = 8): { energy: number; slope: Point } {
  const apart = patterns.map((xi): Point => [v[0] - xi[0], v[1] - xi[1]]);
  const powers = apart.map((d) => Math.exp((-beta / 2) * dot(d, d)));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const along = (k: 0 | 1) =>
    powers.reduce((sum, power, m) => sum + power * apart[m][k], 0) / total;
  return { energy: -Math.log(total) / beta, slope: [along(0), along(1)] };
}

/** Steps of Euler by hand; `held` does not move. */
function euler(start: Point, { steps = 200, dt = 0.1, beta = 8, held = -1 }): Point[] {
  const way = [start];
  for (let step = 0; step < steps; step++) {
    const v = way.at(-1)!;
    const { slope } = memory(v, beta);
    const move = (k: 0 | 1) => (k === held ? v[k] : v[k] - dt * slope[k]);
    way.push([move(0), move(1)]);
  }
  return way;
}

const near = (found: readonly number[], expected: Point, digits = 5) =>
  expected.forEach((x, k) => expect(found[k]).toBeCloseTo(x, digits));

const run = (name: string, recall = {}) => recallCase(`46-page-and-recall/${name}.ham`, recall);

test("steps of 5 leave the numbers, and the recall says after how many", async () => {
  const {
    outcomes: [{ ending, steps }],
  } = await run("dt5");
  expect([ending, steps]).toEqual(["non-finite", 35]);
});

test("one step is one step, and is not called converged", async () => {
  const { rows, outcomes } = await run("steps1");
  const way = euler(cue, { steps: 1 });
  near(rows[0], way[1]);
  const [{ ending, steps, energyBefore, energyAfter }] = outcomes;
  expect([ending, steps]).toEqual(["max-steps", 1]);
  expect(energyBefore).toBeCloseTo(memory(way[0]).energy, 5);
  expect(energyAfter).toBeCloseTo(memory(way[1]).energy, 5);
  expect([energyBefore.toFixed(4), energyAfter.toFixed(4)]).toEqual(["0.2936", "0.2928"]);
});

test("a unit that is clamped stays, the other one moves", async () => {
  const { rows } = await run("clamp");
  expect(rows[0][0]).toBe(Math.fround(cue[0]));
  near(rows[0], euler(cue, { held: 0 }).at(-1)!);
});

test("a start of the text counts, whatever else there is", async () => {
  const { rows, outcomes } = await run("start");
  const start: Point = [-patterns[0][0], -patterns[0][1]];
  near(rows[0], euler(start, {}).at(-1)!);
  expect(outcomes[0].energyBefore).toBeCloseTo(memory(start).energy, 5);
});

test("a schedule changes the energy, and with it where the recall ends", async () => {
  const { rows, outcomes } = await run("schedule");
  near(rows[0], euler(cue, { beta: 0.1 }).at(-1)!);
  near(rows[0], [0, 0], 3);
  expect(outcomes[0].energyAfter.toFixed(2)).toBe("-10.48");
});

test.each([
  ["xi3.npy", 4],
  ["xi.npy", 3],
])("at beta = 1.9 the places of %s have %d valleys", async (xi, valleys) => {
  const load = { set: ["beta=1.9"], data: { xi: casePath(`46-page-and-recall/${xi}`) } };
  using model = await loadModelFile(casePath("46-page-and-recall/three.ham"), load);
  const { points } = await model.fixedPoints({ starts: 60 });
  expect(points.filter(({ kind }) => kind === "minimum")).toHaveLength(valleys);
  const { rows } = await run("three", load);
  const middle = Math.hypot(rows[0][0], rows[0][1]) < 0.01;
  expect(middle).toBe(valleys === 4);
});
