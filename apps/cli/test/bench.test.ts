// `ham bench` runs every engine and compares their ends; how long they take is nobody's business here.

import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { timeInRounds, timingOf } from "../src/timing.ts";
import { type Bench, makeBench, writeModel } from "./ham.ts";
import { parseReport } from "./schema.ts";

let bench: Bench;
beforeAll(() => {
  // No JAX, whatever the machine has.
  vi.stubEnv("HAMLET_PYTHON", "no-such-python");
  bench = makeBench();
  writeModel(bench);
  bench.write(
    "flips.ham",
    "ham 1\nneuron v: [4] as sign\nenergy e = -1/2 * (sum[i] v[i])^2\nrecall r { start v = 1  solver = async }\n",
  );
});
afterAll(() => {
  vi.unstubAllEnvs();
  bench[Symbol.dispose]();
});

interface Report {
  readonly examples: number;
  readonly rows: readonly { name: string; steps: number; rounds: number; difference: number }[];
  readonly jax: string | null;
}

test("every engine takes part, and all end at the same place", async () => {
  const { code, stdout } = await bench.inProcess(["bench", "m.ham", "--rounds", "1", "--json"]);
  expect(code).toBe(0);
  const { examples, rows, jax } = parseReport("bench", stdout) as Report;
  expect(examples).toBe(1);
  expect(rows.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["simd", "float64", "tensors (wasm)", "tensors (cpu)"]),
  );
  for (const { steps, rounds, difference } of rows) {
    expect(steps).toBeGreaterThan(0);
    expect(rounds).toBe(1);
    expect(difference).toBeLessThan(1e-5);
  }
  expect(jax).toContain("not here");
});

test("flips have one engine", async () => {
  const { stdout } = await bench.inProcess(["bench", "flips.ham", "--rounds", "1", "--json"]);
  const { rows } = parseReport("bench", stdout) as Report;
  expect(rows).toMatchObject([{ name: "flips", difference: 0 }]);
});

test("competitors take turns, and one without an end stays out", async () => {
  const order: string[] = [];
  const competitor = (name: string) => ({
    name,
    run: () => {
      order.push(name);
      return order.length;
    },
  });
  const timings = await timeInRounds([competitor("a"), competitor("b")], { rounds: 3 });
  expect(order.join("")).toBe("ababab");
  expect(timings.get("a")).toEqual({ median: 3, low: 2, high: 4, rounds: 3 });
  const once = await timeInRounds([competitor("c")], { rounds: 3, patience: -1 });
  expect(once.get("c")!.rounds).toBe(1);
});

test("the median of an even number lies between two", () => {
  expect(timingOf([4, 1, 3, 2])).toEqual({ median: 2.5, low: 1.75, high: 3.25, rounds: 4 });
});
