import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
});
afterAll(() => bench[Symbol.dispose]());

interface Report {
  readonly figures: readonly string[];
  readonly results: readonly { what: string; theirs: number; ours: number; agrees: boolean }[];
}

test("the notebook's 24 numbers come out, and its figures", async () => {
  const { code, stdout } = await bench.inProcess(["reproduce", "drdam", "--short", "--json"]);
  expect(code).toBe(0);
  const { results: all, figures } = JSON.parse(stdout) as Report;
  const results = all.slice(0, -2);
  expect(results).toHaveLength(24);
  for (const { what, theirs, ours } of results)
    expect(ours.toFixed(4), what).toBe(theirs.toFixed(4));
  const panels = figures.map((path) => {
    const svg = readFileSync(join(bench.folder, path), "utf8");
    return svg.match(/<g transform="translate\(\d+ \d+\)"><svg/g)!.length;
  });
  // Landscapes, descents, kernels, features and energies.
  expect(panels).toEqual([8, 16, 8, 24, 1]);
  // The bound on the divergence, as the page states it.
  const bound = all.at(-2) as unknown as { alpha: number; most: number; found: number };
  expect(bound.found).toBeGreaterThan(0);
  expect(bound.found).toBeLessThan(bound.most);
  expect(bound.alpha).toBeCloseTo(0.5 / (10 * (1 + 2 * 20 * 25 * Math.exp(12.5))), 20);
  const page = new URL("../../docs/src/content/docs/learn/random-features.md", import.meta.url);
  const text = readFileSync(page, "utf8").replaceAll(/\s+/g, " ");
  const [alpha, most, found] = [bound.alpha, bound.most, bound.found].map((value) => {
    const [mantissa, exponent] = value.toExponential(1).split("e");
    return `$${mantissa} \\cdot 10^{${exponent}}$`;
  });
  expect(text).toContain(
    `steps of ${alpha} are allowed, the bound is ${most}, and ${found} is what ten queries part by at most`,
  );
});

test("the earlier notebook's numbers stand beside ours", async () => {
  const { code, stdout } = await bench.inProcess(["reproduce", "drdam-early"]);
  expect(code).toBe(0);
  expect(stdout).toContain("exact kernel of a pair   0.011108992  0.011108992  same");
  expect(stdout).toContain("approximate energy       -0.08676291  -0.08676291  same");
  // All within 1e-7, the last ones too: their memory is made of products of rounded numbers.
  expect(stdout).toContain("5 of 5 numbers agree");
  expect(stdout).toContain("out/drdam-early-energies.svg");
});

test("the ring has its closed form, and a thousand patterns agree with it", async () => {
  const { code, stdout } = await bench.inProcess(["reproduce", "ring", "--json"]);
  expect(code).toBe(0);
  const { results, figures } = JSON.parse(stdout) as {
    results: { beta: number; radius: number; energy: number; apart: number }[];
    figures: string[];
  };
  // From an independent evaluation of I₁/I₀.
  const known = new Map([
    [0.5, 0],
    [1, 0],
    [1.1, 0.413389],
    [2, 0.831462],
    [10, 0.973984],
    [50, 0.994962],
  ]);
  expect(results.map(({ beta }) => beta)).toEqual([...known.keys()]);
  for (const { beta, radius, apart } of results) {
    expect(radius).toBeCloseTo(known.get(beta)!, 6);
    expect(apart).toBeLessThan(1e-9);
  }
  const svg = readFileSync(join(bench.folder, figures[0]), "utf8");
  expect(svg.match(/<g transform="translate\(\d+ \d+\)"><svg/g)).toHaveLength(6);
});

test("an unknown reproduction is a usage error that lists them", async () => {
  const { code, stderr } = await bench.inProcess(["reproduce", "drdm"]);
  expect(code).toBe(2);
  expect(stderr).toContain('there is no reproduction called "drdm". Did you mean drdam?');
});
