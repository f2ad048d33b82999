// `ham reproduce diffusion` with networks that have hardly begun to learn.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { key } from "@hamlet/core";
import { exactScore, pointsOf, readScore, varianceExploding } from "@hamlet/diffusion";
import { afterAll, beforeAll, expect, test } from "vitest";
import { measure } from "../src/reproduce/diffusion/measure.ts";
import { type Bench, makeBench } from "./ham.ts";

interface Row {
  readonly K: number;
  readonly score: "learned" | "exact";
  readonly iterations?: number;
  readonly near: number;
  readonly offCircle: number;
  readonly counts: Record<"memorised" | "spurious" | "generalised", number>;
  readonly clusters: readonly { size: number; energy: number; toPattern: number }[];
}

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
});
afterAll(() => bench[Symbol.dispose]());

const run = async (iterations: number, seed = 0) =>
  await bench.inProcess(
    `reproduce diffusion --short --json --sizes 2,9 --out made --iterations ${iterations} --seed ${seed}`.split(
      " ",
    ),
  );

test("two networks are trained and measured beside the exact scores of their patterns", async () => {
  const { code, stdout, stderr } = await run(20);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { results, figures } = JSON.parse(stdout) as { results: Row[]; figures: string[] };
  expect(results.map(({ K, score }) => `${K} ${score}`)).toEqual([
    "2 learned",
    "2 exact",
    "9 learned",
    "9 exact",
  ]);
  for (const { score, near, offCircle, counts, clusters } of results) {
    expect(counts.memorised + counts.spurious + counts.generalised).toBe(200);
    expect(clusters.reduce((sum, { size }) => sum + size, 0)).toBe(200);
    if (score === "learned") continue;
    expect(near).toBe(1);
    expect(offCircle).toBeLessThan(0.01);
  }
  // Both clusters of two patterns lie on one each, and energies are measured from the lowest.
  expect(results[1].clusters.map(({ toPattern }) => toPattern < 0.01)).toEqual([true, true]);
  expect(figures).toEqual([
    "made/diffusion-maps.svg",
    "made/diffusion-surfaces.svg",
    "made/diffusion-samples.svg",
  ]);
  for (const path of figures) {
    const svg = readFileSync(join(bench.folder, path), "utf8");
    expect(svg.match(/K = \d, (?:learned|exact)/gu)).toHaveLength(4);
    expect(svg).not.toContain("NaN");
  }
  const { model, notes } = readScore(
    readFileSync(join(bench.folder, "made/diffusion-9.safetensors")),
  );
  expect(model.shape.width).toBe(2);
  expect(notes).toEqual({ patterns: "9", iterations: "20", seed: "0" });
  expect(existsSync(join(bench.folder, "made/diffusion-9.checkpoint.safetensors"))).toBe(true);
});

test("on two threads it finds the same, and writes the same files", async () => {
  const command = `reproduce diffusion --short --json --sizes 2,9 --out threads --iterations 20`;
  const { code, stdout, stderr } = await bench.inProcess([...command.split(" "), "--workers", "2"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const one = JSON.parse((await run(20)).stdout) as { results: Row[] };
  expect((JSON.parse(stdout) as { results: Row[] }).results).toEqual(one.results);
  for (const file of ["diffusion-2.safetensors", "diffusion-9.safetensors"]) {
    const [made, threads] = ["made", "threads"].map((folder) =>
      readFileSync(join(bench.folder, folder, file)),
    );
    expect(threads.equals(made)).toBe(true);
  }
});

test("what a reproduction would not read is refused", async () => {
  const { code, stderr } = await bench.inProcess(
    "reproduce ring --workers 2 --out made".split(" "),
  );
  expect(code).toBe(2);
  expect(stderr).toBe(
    "ham: --workers is for kohonen and diffusion, and ring would not read it. Leave it out.",
  );
});

test("a longer run goes on from the checkpoint, and a shorter one does not throw it away", async () => {
  const longer = await run(22);
  expect(longer.code).toBe(0);
  const { results } = JSON.parse(longer.stdout) as { results: Row[] };
  expect(results[0].iterations).toBe(22);
  const { code, stderr } = await run(21);
  expect(code).toBe(2);
  expect(stderr).toBe(
    "ham: made/diffusion-2.checkpoint.safetensors is 22 iterations along, more than the 21 asked for. Ask for more with --iterations, choose another folder with --out, or remove that file to start anew.",
  );
});

test("a checkpoint of another seed is of another training", async () => {
  const { code, stderr } = await run(30, 1);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^ham: made\/diffusion-2\.checkpoint\.safetensors: The checkpoint is of another training: it was written with patterns \[2, 2\] [0-9a-f]{8}, now \[2, 2\] [0-9a-f]{8}\. Go on with the patterns and settings that wrote it, or start anew without it\.$/,
  );
});

test("what is told of samples is what they show", async () => {
  const patterns = pointsOf([
    [0.5, 0],
    [-1.5, 0],
  ]);
  const noise = varianceExploding(1);
  const exact = exactScore(patterns, noise);
  const effort = { samples: 12, steps: 5, columns: 4 };
  const found = await measure(
    {
      score: exact,
      logDensity: (points) => Promise.resolve(exact.logDensity(points.data, 0.1)),
    },
    patterns,
    { noise, key: key(1), effort },
  );
  const radii = Array.from({ length: 12 }, (_, i) =>
    Math.hypot(...found.samples.data.subarray(2 * i, 2 * i + 2)),
  );
  // On both sides of the circle, so that distances could cancel.
  expect(Math.min(...radii)).toBeLessThan(1);
  expect(Math.max(...radii)).toBeGreaterThan(1);
  const mean = radii.reduce((sum, r) => sum + Math.abs(r - 1), 0) / 12;
  expect(found.offCircle).toBeCloseTo(mean, 12);
});
