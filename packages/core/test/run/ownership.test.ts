// Whatever a program makes on its target is freed once, and what it was given never: on a target that
// takes a stage at once and keeps count.

import { float64, makeProgram, type Target } from "@hamlet/core";
import type { NumberArray } from "@hamlet/graph";
import { describe, expect, test } from "vitest";
import { energyAndSlope } from "../../conformance/descent.ts";
import { ENERGIES } from "../../conformance/energies.ts";
import { planFor } from "../../conformance/setting.ts";
import { j, v, world } from "../../conformance/world.ts";

const BATCH = 5;
const setting = world({ batch: BATCH });
type Numbers = NumberArray<Float64Array>;

const STAGES = ["load", "param", "example"] as const;

/** Fails at the `failing`th thing that it makes. */
function countingTarget(failing = Infinity) {
  const alive = new Set<Numbers>();
  const borrowed = new Set<Numbers>();
  let count = 0;
  const made = (value: Numbers): Numbers => {
    if (++count === failing) throw new RangeError("the target is full");
    const own = { ...value };
    alive.add(own);
    return own;
  };
  const target: Target<Numbers, ArrayLike<number>> = {
    ...float64,
    input(given, shape, tensor) {
      const value = { ...float64.input(given, shape, tensor) };
      borrowed.add(value);
      return value;
    },
    time: (time) => made(float64.time(time)),
    prepare(work) {
      const run = float64.prepare(work);
      const wanted = new Set(work.tasks.map(({ slot }) => slot));
      for (const { done } of work.tasks) for (const slot of done) wanted.delete(slot);
      return (read, batch) => {
        const values = run((slot) => {
          expect(wanted.has(slot)).toBe(false);
          const value = read(slot);
          expect(alive.has(value) || borrowed.has(value)).toBe(true);
          return value;
        }, batch);
        expect(new Set(values.keys())).toEqual(wanted);
        const results = new Map<number, Numbers>();
        try {
          for (const [slot, value] of values) results.set(slot, made(value));
        } catch (error) {
          for (const value of results.values()) target.free(value);
          throw error;
        }
        return results;
      };
    },
    cut: (value, axis, slice) => made(float64.cut(value, axis, slice)),
    join: (parts) => made(float64.join(parts)),
    share: made,
    free: (value) => expect(alive.delete(value)).toBe(true),
  };
  return { target, alive, made: () => count };
}

function run(name: string, budget: number, failing?: number) {
  const { target, alive, made } = countingTarget(failing);
  const energy = ENERGIES[name];
  const outputs = energyAndSlope(energy, v, [j]);
  const arrays = new Map([...setting.bound].map(([tensor, { values }]) => [tensor, values]));
  let stages = 0;
  const program = makeProgram(planFor(outputs, setting), {
    target,
    budget,
    onStage: () => stages++,
  });
  let found: number[] = [];
  try {
    for (const stage of STAGES) program.bind(stage, arrays);
    for (let step = 0; step < 2; step++) {
      const kept = alive.size;
      const results = program.step(arrays, { batch: BATCH, time: 0.25 });
      expect(alive.size).toBe(kept + outputs.length);
      found = [...results.values()].flatMap(({ data }) => [...data]);
      for (const value of results.values()) target.free(value);
    }
    const kept = alive.size;
    program.release("example");
    expect(alive.size).toBeLessThanOrEqual(kept);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  program.dispose();
  expect(alive.size).toBe(0);
  return { found, made: made(), stages };
}

describe.each(Object.keys(ENERGIES))("%s", (name) => {
  test("in one go and in slices", () => {
    const whole = run(name, Infinity);
    const cut = run(name, 1);
    cut.found.forEach((value, i) => expect(value).toBeCloseTo(whole.found[i], 10));
  });

  test("whatever fails", () => {
    const { made } = run(name, 1);
    for (let failing = 1; failing <= made; failing += 3) run(name, 1, failing);
  });
});

test("stages tell when they are done, slices by themselves", () => {
  const name = Object.keys(ENERGIES)[0];
  expect(run(name, Infinity).stages).toBeGreaterThanOrEqual(5);
  expect(run(name, 1).stages).toBeGreaterThan(run(name, Infinity).stages);
});
