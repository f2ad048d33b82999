// What `ham explain --engine` says of a model, without a clock.

import { afterAll, beforeAll, expect, test } from "vitest";
import { engineText, type ExplainedRecall } from "../src/explain-engine.ts";
import { type Bench, makeBench, writeModel } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  writeModel(bench);
  bench.write(
    "flips.ham",
    "ham 1\nneuron v: [4] as sign\nenergy e = -1/2 * (sum[i] v[i])^2\nrecall r { start v = 1  solver = async }\n",
  );
});
afterAll(() => bench[Symbol.dispose]());

async function explained(...args: readonly string[]): Promise<ExplainedRecall[]> {
  const { stdout } = await bench.inProcess(["explain", ...args, "--engine", "--json"]);
  return (JSON.parse(stdout) as { recalls: ExplainedRecall[] }).recalls;
}

test("a recall runs as compiled code, and its parts are counted for one example and a batch", async () => {
  const [recall] = await explained("m.ham", "--batch", "7");
  expect(recall).toMatchObject({ name: "settle", solver: "euler", engine: "simd" });
  expect(recall.steps.map(({ examples }) => examples)).toEqual([1, 7]);
  const [one, seven] = recall.steps;
  const bands = one.parts.filter(({ kind }) => kind === "band");
  expect(bands).toMatchObject([{ of: "dynamics", rows: 2 }]);
  expect(new Set(one.parts.map(({ of }) => of))).toEqual(new Set(["solver", "dynamics", "change"]));
  expect(seven.flops).toBe(7 * one.flops);
  expect(seven.bytes).toBeLessThan(7 * one.bytes);
  for (const { bytes, flops, parts } of recall.steps) {
    expect(parts.reduce((all, part) => all + part.bytes, 0)).toBe(bytes);
    expect(parts.reduce((all, part) => all + part.flops, 0)).toBe(flops);
  }
});

test("flips are no plan", async () => {
  const [recall] = await explained("flips.ham");
  expect(recall).toMatchObject({ engine: "float64", steps: [{ parts: [] }, { parts: [] }] });
  expect(recall.why).toContain("flips units one by one");
});

test("the limit of a step is what it moves and computes by what the machine does", async () => {
  const recalls = await explained("m.ham");
  const step = { examples: 1, bytes: 4000, flops: 8000, functions: 10 };
  const about = [{ ...recalls[0], steps: [{ ...recalls[0].steps[0], ...step }] }];
  const text = engineText(about, { bytesPerSecond: 2e9, flopsPerSecond: 4e9 });
  expect(text).toContain("4 kB and 8 kflop, 10 of them functions");
  expect(text).toContain("at the limit 2 µs of memory, 2 µs of arithmetic");
  expect(text).toContain("one thread here: 2 GB/s from memory, 4 Gflop/s");
  expect(engineText(about, null)).toContain("no code can be compiled here");
});
