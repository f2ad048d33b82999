// What pictures say: names that can be read, axes that name what they show, and no warnings.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CapacityPoint } from "../src/capacity/measure.ts";
import { drawCapacity } from "../src/pictures/capacity-plot.ts";
import { drawEnergies } from "../src/pictures/energy-plot.ts";
import { drawLandscape } from "../src/pictures/landscape-plot.ts";

beforeEach(() => void vi.spyOn(console, "warn").mockReturnValue(undefined));
afterEach(() => {
  // The plot library warns here, and draws a sign into the picture.
  expect(console.warn).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

const share = (value: number) => ({ share: value, low: value, high: value, hits: 1, count: 50 });
const NOISES = [0, 0.1, 0.2, 0.3];
const point = (K: number, shares: readonly number[]) =>
  ({
    K,
    unstable: share(0.01),
    restored: NOISES.map((noise, i) => ({ noise, restored: share(shares[i]) })),
  }) as unknown as CapacityPoint;
const theory = { instability: () => 0.02, limit: () => 20 };

/** The heights at which the names of the curves stand. */
function heights(svg: string): number[] {
  return [...svg.matchAll(/transform="translate\(([\d.]+),([\d.]+)\)"[^>]*>[\d.]+% flipped</g)].map(
    ([, , y]) => Number(y),
  );
}

test.each([
  ["one number of patterns", [point(5, [1, 1, 1, 1])]],
  ["curves that end together", [point(5, [1, 1, 1, 1]), point(50, [0, 0, 0, 0])]],
  [
    "curves that end close to each other",
    [point(5, [1, 1, 1, 1]), point(50, [0.5, 0.49, 0.48, 0.47])],
  ],
])("the names of capacity curves do not lie on each other: %s", (_, points) => {
  const svg = drawCapacity(points, { title: "t", theory });
  expect(svg).not.toContain("⚠");
  const found = heights(svg).toSorted((a, b) => a - b);
  expect(found).toHaveLength(NOISES.length);
  found.slice(1).forEach((y, i) => expect(y - found[i]).toBeGreaterThan(13));
});

test("energies are drawn against the step, from 0", () => {
  const svg = drawEnergies([{ name: "blur", energies: [5, 3, 2, 1.5] }]);
  expect(svg).toContain(">step →<");
  expect(svg).not.toContain("step + 1");
  const ticks = svg.slice(svg.indexOf('aria-label="x-axis tick label"'));
  expect(ticks.slice(0, ticks.indexOf("</g>")).match(/>\d+</g)).toEqual([">0<", ">1<", ">3<"]);
});

test("a landscape says what its colours are worth", () => {
  const energies = Float64Array.from(
    { length: 400 },
    (_, i) => Math.hypot((i % 20) - 9.5, Math.floor(i / 20) - 9.5) - 3,
  );
  const svg = drawLandscape({
    x: [0, 1],
    y: [0, 1],
    xLabel: "a",
    yLabel: "b",
    energies,
    width: 20,
    arrows: [],
    memories: [],
    paths: [],
    fixedPoints: [],
  });
  const bar = svg.slice(svg.indexOf('aria-label="colour bar"'));
  expect(bar).toContain(">energy<");
  const colours = new Set(
    [...bar.matchAll(/fill="(rgb[^"]*|#[^"]*)"/g)].map(([, colour]) => colour),
  );
  expect(colours.size).toBeGreaterThan(40);
  const numbers = [...bar.matchAll(/>(-?[\d.]+)</g)].map(([, text]) => Number(text));
  expect(numbers).toHaveLength(5);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(numbers[0]).toBeGreaterThanOrEqual(Math.min(...energies) - 0.01);
  expect(numbers[4]).toBeLessThanOrEqual(Math.max(...energies) + 0.01);
});
