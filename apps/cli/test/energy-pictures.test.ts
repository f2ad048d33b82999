import { energiesOf, exactScore, gridPoints, pointsOf, varianceExploding } from "@hamlet/diffusion";
import { decode } from "fast-png";
import { expect, test } from "vitest";
import { drawEnergyMaps, type EnergyMap } from "../src/pictures/energy-map.ts";
import { drawEnergySurfaces } from "../src/pictures/energy-surface.ts";
import { svgToPng } from "../src/pictures/landscape-plot.ts";

const patterns = pointsOf([
  [1, 0],
  [-1, 0],
]);
const exact = exactScore(patterns, varianceExploding(1));
const grid = gridPoints({ columns: 31, rows: 21 });
const [energies, atPatterns] = energiesOf(
  exact.logDensity(grid.data, 0.1),
  exact.logDensity(patterns.data, 0.1),
);
const map: EnergyMap = { title: "two", energies, columns: 31 };

const count = (svg: string, part: string) => svg.split(part).length - 1;

test("a map has contours, arrows, stars, crosses, samples and numbers", async () => {
  const places = gridPoints({ columns: 5, rows: 4 });
  const svg = drawEnergyMaps([
    [
      {
        ...map,
        arrows: {
          points: places,
          scores: await exact.score(places.data, new Float64Array(20).fill(0.1)),
        },
        circle: 1,
        patterns: { points: patterns, energies: atPatterns.map((energy) => energy + 1.23) },
        centers: { points: pointsOf([[0, 0]]), energies: Float64Array.of(4.56) },
        samples: {
          points: pointsOf([
            [1, 0.1],
            [0.9, 0],
            [-1, 0.1],
          ]),
          labels: Int32Array.of(0, 0, 1),
        },
      },
      map,
    ],
  ]);
  expect(count(svg, 'aria-label="contour"')).toBe(2);
  expect(count(svg, 'aria-label="arrow"')).toBe(1);
  expect(count(svg, 'aria-label="line"')).toBe(1);
  expect(count(svg, 'aria-label="dot"')).toBe(3);
  expect(count(svg, ">1.23</text>")).toBe(2);
  expect(count(svg, ">4.56</text>")).toBe(1);
  expect(count(svg, ">two</text>")).toBe(2);
  const [first] = /aria-label="arrow".*?<\/g>/s.exec(svg)!;
  expect(count(first, "<path")).toBe(20);
  const png = decode(svgToPng(svg));
  expect([png.width, png.height]).toEqual([1320, 700]);
});

test("numbers of points that are close stand apart, beside the points they are of", () => {
  const close = pointsOf([
    [0, 0],
    [0.02, 0.01],
    [1, 0],
  ]);
  const svg = drawEnergyMaps([
    [{ ...map, patterns: { points: close, energies: Float64Array.of(1, 2, 3) } }],
  ]);
  const heightOf = (number: string) =>
    Number(new RegExp(`translate\\(([^,]*),([^)]*)\\)"[^>]*>${number}<`).exec(svg)![2]);
  const [first, second, alone] = ["1.00", "2.00", "3.00"].map(heightOf);
  expect(first - second).toBeGreaterThanOrEqual(11.9);
  expect((first + second) / 2).toBeCloseTo(alone - 0.5, 0);
});

test("a map has a colour everywhere, its lowest place included", () => {
  const { data, channels, width } = decode(svgToPng(drawEnergyMaps([[map]])));
  // The pattern at (1, 0): dark blue, not the white of the paper.
  const [x, y] = [34 + ((1 + 1.5) / 3) * (330 - 34 - 10), 28 + 0.5 * (350 - 28 - 26)];
  const at = (Math.round(2 * y) * width + Math.round(2 * x)) * channels;
  expect(data[at] + data[at + 1]).toBeLessThan(160);
});

test("a surface has a cell between any four neighbours, and its patterns on it", () => {
  const svg = drawEnergySurfaces([[{ title: "a < b", energies, columns: 31, patterns }]]);
  expect(count(svg, "<path")).toBe(30 * 20);
  expect(count(svg, "<circle")).toBe(2);
  expect(svg).toContain("a &lt; b");
  expect(svg).not.toContain("NaN");
  expect(decode(svgToPng(svg)).width).toBe(660);
});

test("a fine surface is drawn with forty cells along a side", () => {
  const fine = gridPoints({ columns: 101, rows: 101 });
  const svg = drawEnergySurfaces([
    [{ energies: energiesOf(exact.logDensity(fine.data, 0.1))[0], columns: 101 }],
  ]);
  expect(count(svg, "<path")).toBe(1600);
});
