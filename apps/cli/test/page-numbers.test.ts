// Numbers that pages of the site state are what the code gives: each is computed here, put into the
// sentence, and the sentence must be on the page.

import { readFileSync } from "node:fs";
import { key, readNpz } from "@hamlet/core";
import {
  circlePoints,
  energyCensus,
  type EnergyPoint,
  inverseTemperatureAt,
  polygonPoints,
  ringMinimum,
  speciationTime,
  varianceExploding,
} from "@hamlet/diffusion";
import { classicalRatio, exponentialRate, logSumExpRate, polynomialCapacity } from "@hamlet/ham";
import { linearCosine, reluCosine } from "@hamlet/kohonen";
import { loadModel } from "@hamlet/model";
import { beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../src/backend.ts";

beforeAll(() => startBackend("wasm"));

const WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** A page of the site as one line. */
function pageOf(name: string): string {
  const file = new URL(`../../docs/src/content/docs/learn/${name}`, import.meta.url);
  return readFileSync(file, "utf8").replaceAll(/\s+/g, " ");
}

describe("diffusion", () => {
  const page = pageOf("diffusion.mdx");
  const noise = varianceExploding(1);
  /** The minima of so many patterns of the page's figures. */
  async function minimaOf(count: number, t: number): Promise<EnergyPoint[]> {
    const patterns = circlePoints(key(7), { count });
    const census = await energyCensus(patterns, { beta: inverseTemperatureAt(noise, t) });
    expect(census.morse).toBe(1);
    return census.points.filter(({ kind }) => kind === "minimum");
  }

  test("two patterns have a minimum each, with both noises", async () => {
    for (const t of [0.15, 0.02]) {
      const minima = await minimaOf(2, t);
      expect(minima.some(({ spurious }) => spurious)).toBe(false);
      expect(new Set(minima.map(({ pattern }) => pattern))).toEqual(new Set([0, 1]));
      expect(minima).toHaveLength(2);
    }
    expect(page).toContain("Two patterns have a minimum each.");
  });

  test("nine patterns have spurious minima with more noise, and more minima with less", async () => {
    const [many, few] = [await minimaOf(9, 0.15), await minimaOf(9, 0.02)];
    expect(page).toContain(`Nine patterns have ${WORDS[many.length]} minima at the larger noise`);
    expect(page).toContain(`and ${WORDS[few.length]} at the smaller`);
    // Each a mixture in which no pattern has half of the weight.
    const spurious = many.filter(({ weight }) => weight < 0.5);
    expect(spurious.every((point) => point.spurious)).toBe(true);
    expect(page).toContain(
      `There are ${WORDS[spurious.length]} minima, each a mixture of neighbours in which no pattern has half of the weight`,
    );
    const far = many.filter(({ distance }) => distance > 0.2);
    expect(page).toContain(`${WORDS[far.length]} of them half way between two patterns`);
    expect(few.filter((point) => point.spurious).length).toBeLessThan(spurious.length);
  });

  test("the valley, the speciation and the last noise of the sampler", () => {
    const [two, ten, fifty] = [2, 10, 50].map((beta) => ringMinimum(beta));
    expect(page).toContain(
      `At $\\beta = 2$ it is a ring of radius $R^* = ${two.toFixed(2)}$, at 10 of ${ten.toFixed(3)}, at 50 of ${fifty.toFixed(3)}.`,
    );
    expect(speciationTime(polygonPoints(1000), noise)).toBeCloseTo(0.5, 9);
    expect(page).toContain("On the unit circle $t_S = \\tfrac12$ for $\\sigma = 1$");
    const collapse = (K: number) => (2 * Math.PI) / (Math.E * K ** 2);
    expect(page).toContain(`${collapse(9).toFixed(2)} for nine patterns, and for a thousand`);
    expect(page).toContain(`$${Number(collapse(1000).toExponential(0)) * 1e6} \\cdot 10^{-6}$`);
    // A quarter of the way to the next of a thousand, and the noise at t = 1e-5.
    expect(page).toContain(`that is ${((2 * Math.PI) / 1000 / 4).toFixed(4)}`);
    expect(page).toContain(`starts from noise of ${Math.sqrt(1e-5).toFixed(3)}`);
  });
});

describe("binary memories", () => {
  const page = pageOf("binary-memories.mdx");

  test("the limits of random patterns", () => {
    expect(page).toContain(`$K = ${classicalRatio().toFixed(3)}\\,N$`);
    expect(page).toContain(`$\\alpha = ${exponentialRate(0.2).toFixed(4)}$ when a fifth`);
    const alpha = polynomialCapacity(1, { n: 2 });
    expect(page).toContain(`$\\alpha_n = ${alpha.toFixed(4)} / (2n-3)!!$`);
    const twice = polynomialCapacity(50, { n: 3, rectified: true });
    expect(twice).toBeCloseTo(2 * polynomialCapacity(50, { n: 3 }), 9);
    expect(page).toContain("twice as many fit");
    expect(logSumExpRate(20, 0.2)).toBeCloseTo(2 * exponentialRate(0.2), 9);
  });

  test("two icons agree in three quarters of their pixels on average", () => {
    const bytes = readFileSync(new URL("../../../examples/data/icons.npz", import.meta.url));
    const images = readNpz(bytes).get("images")!;
    const [count] = images.shape;
    const pixels = Array.from(images.data, Number);
    const size = pixels.length / count;
    const largest = Math.max(...pixels.slice(0, size));
    // The share of equal pixels of all pairs, pixel by pixel.
    let agree = 0;
    for (let i = 0; i < size; i++) {
      let on = 0;
      for (let k = 0; k < count; k++) on += Number(pixels[k * size + i] === largest);
      agree += (on * (on - 1) + (count - on) * (count - on - 1)) / (count * (count - 1)) / size;
    }
    expect([count, size]).toEqual([1024, 48 * 48]);
    expect(Math.abs(agree - 0.75)).toBeLessThan(0.02);
    expect(page).toContain("agree in three quarters of their pixels on average");
  });
});

describe("linear memories", () => {
  const page = pageOf("linear-memories.mdx");
  test("4d pairs leave a cosine of a half, and ReLU is closer beyond 2d", () => {
    const d = 64;
    expect(linearCosine({ d, n: 4 * d, m: 64 })).toBeCloseTo(0.5, 2);
    expect(page).toContain("holds $4d$ pairs still points half way");
    const gap = (n: number) => reluCosine({ d, n }) - linearCosine({ d, n, m: 64 });
    expect(gap(1.5 * d)).toBeLessThan(0);
    expect(gap(2.25 * d)).toBeGreaterThan(0);
    expect(page).toContain("beyond $n = 2d$ ReLU points closer");
  });
});

describe("endings", () => {
  const file = new URL("../../docs/src/content/docs/learn/endings.md", import.meta.url);
  const [, text] = /```ham[^\n]*\n([\s\S]*?)```/.exec(readFileSync(file, "utf8"))!;
  async function endings(set: readonly string[]) {
    using model = await loadModel({ name: "dead-zone.ham", text }, { set });
    using result = await model.recall({ batch: 20 });
    return result.outcomes.map(({ ending }) => ending);
  }

  test("a floor holds as many starts as the page says, and none where beta is small", async () => {
    const found = await endings([]);
    const clipped = found.filter((ending) => ending === "clipped").length;
    expect(found.filter((ending) => ending === "converged")).toHaveLength(20 - clipped);
    expect(pageOf("endings.md")).toContain(`holds its floor in ${clipped} of 20 examples`);
    expect(new Set(await endings(["beta=1"]))).toEqual(new Set(["converged"]));
  });
});
