// `ham reproduce kohonen`, in its short version.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, makeBench } from "./ham.ts";
import { parseReport } from "./schema.ts";

interface Row {
  readonly sweep: string;
  readonly method: string;
  readonly d: number;
  readonly n: number;
  readonly cosine: { readonly mean: number; readonly error: number };
  readonly expected: { readonly cosine: number | null; readonly distance: number | null };
}

let bench: Bench;
let report: { readonly figures: string[]; readonly results: Row[] };
const OWN = "max(0, s[i])^3";

beforeAll(async () => {
  bench = makeBench();
  const { code, stdout, stderr } = await bench.inProcess([
    "reproduce",
    "kohonen",
    "--short",
    "--json",
    "--out",
    "figures",
    "--separation",
    OWN,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  report = parseReport("reproduce", stdout) as typeof report;
});
afterAll(() => bench[Symbol.dispose]());

test("every mean lies within four standard errors of its closed form", () => {
  const known = report.results.filter(({ expected }) => expected.cosine !== null);
  expect(known.length).toBeGreaterThan(50);
  for (const { method, d, n, cosine, expected } of known) {
    const gap = Math.abs(cosine.mean - expected.cosine!);
    expect(gap, `${method}, d = ${d}, n = ${n}`).toBeLessThan(4 * cosine.error + 1e-6);
  }
});

test("up to d pairs come back exactly from the pseudo-inverse, and from it alone", () => {
  for (const { method, d, n, cosine } of report.results) {
    if (method === "pseudo-inverse" && n <= d) expect(cosine.mean).toBeCloseTo(1, 9);
    if (method === "pseudo-inverse" && n > d) expect(cosine.mean).toBeLessThan(0.75);
    if (method === "dot product") expect(cosine.mean).toBeLessThan(0.99);
  }
});

test("a separation function of one's own is measured beside the others", () => {
  const own = report.results.filter(({ method }) => method === OWN);
  expect(own.map(({ n }) => n)).toEqual([4, 8, 16, 32, 64, 128, 256]);
  // Cubing the scores separates better than cutting them off at zero.
  for (const { n, cosine } of own) {
    const relu = report.results.find((row) => row.method === "ReLU" && row.n === n)!;
    expect(cosine.mean).toBeGreaterThan(relu.cosine.mean);
  }
});

test("three figures hold a point for every measurement and a line for every theory", () => {
  expect(report.figures).toEqual([
    "figures/kohonen-distance.svg",
    "figures/kohonen-dimensions.svg",
    "figures/kohonen-methods.svg",
  ]);
  const [distance, dimensions, methods] = report.figures.map((path) =>
    readFileSync(join(bench.folder, path), "utf8"),
  );
  const count = (svg: string, mark: string) => svg.split(mark).length - 1;
  expect(count(distance, "<circle")).toBe(2 * 7);
  expect(count(dimensions, "<circle")).toBe(3 * 7);
  expect(count(methods, "<circle")).toBe(5 * 7);
  for (const svg of [distance, dimensions, methods]) expect(svg).not.toContain("NaN");
});

describe("mistakes", () => {
  test("a name that is almost right", async () => {
    const { code, stderr } = await bench.inProcess(["reproduce", "kohonnen"]);
    expect(code).toBe(2);
    expect(stderr).toMatchInlineSnapshot(`
      "ham: there is no reproduction called "kohonnen". Did you mean kohonen? There is:
        kohonen       recall of key–value pairs by the pseudo-inverse, softmax, ReLU and dot product
        drdam         energies, kernels and descents of a memory of random features, and the notebook's figures
        drdam-early   the earlier DrDAM notebook: one hundred features of ten dimensions
        diffusion     diffusion models that memorise, make up and generalise points on a circle
        ring          the exact energy of infinitely many patterns on the circle, and of a thousand"
    `);
  });

  test("a formula with a mistake is shown with its place", async () => {
    const { code, stderr } = await bench.inProcess([
      "reproduce",
      "kohonen",
      "--separation",
      "maxx(0, s[i])",
    ]);
    expect(code).toBe(3);
    expect(stderr).toMatchInlineSnapshot(`
      "error[E0201] unknown_name: there is no function \`maxx\`
       --> separation:9:3
      9 |   maxx(0, s[i])
        |   ^^^^ not a function of the language
        = help: did you mean \`max\`?
        = note: functions: exp, log, sqrt, abs, relu, softplus, sigmoid, tanh, logcosh, sin, cos, ceil, max, min"
    `);
  });

  test("a formula that is not one weight for each key", async () => {
    const separation = "logsumexp[j] s[j]";
    const { code, stderr } = await bench.inProcess([
      "reproduce",
      "kohonen",
      "--separation",
      separation,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(
      `"ham: logsumexp[j] s[j]: a separation function gives one weight for each stored key, so it has one free index over them; found none."`,
    );
  });
});
