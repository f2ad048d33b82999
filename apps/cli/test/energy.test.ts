// Energies of given states, part by part, without a step.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadModelFile } from "@hamlet/model/node";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBackend } from "../src/backend.ts";
import { type Bench, makeBench, writeModel } from "./ham.ts";

const EXAMPLES = fileURLToPath(new URL("../../../examples/", import.meta.url));

let bench: Bench;
beforeAll(async () => {
  bench = makeBench();
  writeModel(bench);
  await startBackend("wasm");
});
afterAll(() => bench[Symbol.dispose]());

const models = readdirSync(EXAMPLES).filter((name) => name.endsWith(".ham"));
/** What examples need from outside. */
const GIVEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "01-hopfield.ham": { query: "damaged-icons.npy" },
  "02-dense-polynomial.ham": { query: "damaged-icons.npy" },
  "02b-dense-exponential.ham": { query: "damaged-icons.npy" },
};

test.each(models.filter((name) => name !== "09-plugin.ham"))(
  "%s: the parts add up to the energy with which a recall begins",
  async (name) => {
    const data = Object.fromEntries(
      Object.entries(GIVEN[name] ?? {}).map(([given, file]) => [
        given,
        join(EXAMPLES, "data", file),
      ]),
    );
    const before = tf.memory().numTensors;
    const examine = async () => {
      using model = await loadModelFile(join(EXAMPLES, name), { data });
      let started;
      try {
        started = await model.energies();
      } catch (error) {
        // Examples that want what nobody gives here say so, as a recall does.
        expect(String(error)).toContain("not_fed");
        return;
      }
      const { parts, total, batch } = started;
      const signal = { aborted: false };
      let first = Number.NaN;
      const stopped = model.recall({
        signal,
        onProgress: ({ done: step, energy }) => {
          if (step === 0) first = energy;
          signal.aborted = true;
        },
      });
      await stopped.then(
        (result) => result.dispose(),
        (error: unknown) => expect(String(error)).toContain("was stopped"),
      );
      const mean = total.reduce((sum, value) => sum + value, 0) / batch;
      // Recalls by flips tell no step 0.
      if (!Number.isNaN(first)) expect(mean).toBeCloseTo(first, 8);
      total.forEach((whole, b) => {
        const sum = parts.reduce((all, { values }) => all + values[b], 0);
        const size = parts.reduce((all, { values }) => all + Math.abs(values[b]), 0);
        expect(Math.abs(sum - whole)).toBeLessThanOrEqual(2e-6 * size);
      });
    };
    await examine();
    expect(tf.memory().numTensors).toBe(before);
  },
);

test("ham energy prints a table, and --json the numbers behind it", async () => {
  const { code, stdout } = await bench.inProcess(["energy", "m.ham", "--backend", "cpu"]);
  expect(code).toBe(0);
  // -1/4 log Σ exp(-2 |v - ξ|²) at v = (.6, 1.1), in float64.
  const far = ([x, y]: readonly number[]) => (0.6 - x) ** 2 + (1.1 - y) ** 2;
  const patterns = [
    [1, 2],
    [-1, -2],
  ];
  const right = -0.25 * Math.log(patterns.reduce((sum, at) => sum + Math.exp(-2 * far(at)), 0));
  const [head, , , row] = stdout.split("\n").filter((line) => line !== "");
  expect(head).toBe("energy where settle starts");
  const [example, part, whole] = row.trim().split(/\s+/).map(Number);
  expect(example).toBe(0);
  expect(part).toBeCloseTo(right, 6);
  expect(whole).toBeCloseTo(right, 6);
  const json = await bench.inProcess(["energy", "m.ham", "--backend", "cpu", "--json"]);
  const report = JSON.parse(json.stdout) as { total: number[]; parts: { values: number[] }[] };
  expect(report.total[0]).toBeCloseTo(right, 6);
  expect(report).toMatchObject({
    recall: "settle",
    examples: 1,
    parts: [{ name: "lse", kind: "energy" }],
  });
  expect(report.parts[0].values[0]).toBeCloseTo(right, 6);
});

test("every example has a row of its own, with its own energies", async () => {
  const data = Float32Array.of(0.6, 1.1, -0.2, 0.4, 2, 2);
  bench.writeArray("three.npy", { shape: [3, 2], data });
  const args = ["energy", "m.ham", "--backend", "cpu", "--given", "query=three.npy"];
  const { stdout } = await bench.inProcess(args);
  const { total } = JSON.parse((await bench.inProcess([...args, "--json"])).stdout) as {
    total: number[];
  };
  expect(new Set(total).size).toBe(3);
  const rows = stdout.split("\n").flatMap((line) => (/^ *\d+ /.test(line) ? [line.trim()] : []));
  expect(rows.map((row) => row.split(/\s+/).map(Number))).toEqual(
    total.map((energy, b) => [b, ...[energy, energy].map((x) => Number(x.toPrecision(7)))]),
  );
});

test("flips begin with the energy that is printed", async () => {
  const query = join(EXAMPLES, "data", "damaged-icons.npy");
  using model = await loadModelFile(join(EXAMPLES, "01-hopfield.ham"), { data: { query } });
  const { total } = await model.energies();
  using result = await model.recall();
  expect([...total]).toEqual(result.outcomes.map(({ energyBefore }) => energyBefore));
});

test("an energy that is no number is a failure", async () => {
  bench.writeArray("huge.npy", { shape: [1, 2], data: Float32Array.of(1e30, 1) });
  const args = ["energy", "m.ham", "--backend", "cpu", "--given", "query=huge.npy"];
  expect((await bench.inProcess(args)).code).toBe(1);
});
