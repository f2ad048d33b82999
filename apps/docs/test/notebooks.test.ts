// Every figure of the sources has its place: its page shows it, with its number, its legend and its data.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { decode } from "fast-png";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { dataOf, FIGURES, numberOf } from "../src/notebooks/figures.ts";
import { drawPanel, frameOf } from "../src/notebooks/draw.ts";
import { mapPng } from "../src/notebooks/map-png.ts";
import { heightsOf, onPaper, reliefPng } from "../src/notebooks/relief.ts";
import { colourOf } from "../src/play/colours.ts";
import { builtFiles, DIST } from "./built-site.ts";

const files = new Set(builtFiles());
const pages = new Map(
  [...new Set(Object.values(FIGURES).map(({ page }) => page))].map((page) => [
    page,
    parseHTML(readFileSync(join(DIST, "notebooks", page, "index.html"), "utf8")).document,
  ]),
);

/** Bytes of gzip of a page to be read, with its styles; pictures are loaded when they are seen. */
const BUDGET = 70_000;

test("no page to be read weighs more than its budget", () => {
  const styles = new Map(
    [...files]
      .filter((file) => file.endsWith(".css"))
      .map((file) => [file, gzipSync(readFileSync(join(DIST, file))).length]),
  );
  const heavy = [...files]
    .filter((file) => file.endsWith(".html"))
    .map((file) => {
      const html = readFileSync(join(DIST, file), "utf8");
      const used = [...styles].filter(([style]) => html.includes(style));
      const weight = used.reduce((sum, [, size]) => sum + size, gzipSync(html).length);
      return `${file} ${weight}`;
    })
    .filter((told) => Number(told.split(" ")[1]) > BUDGET);
  expect(styles.size).toBeGreaterThan(0);
  expect(heavy).toEqual([]);
});

test("there are seven notebooks", () => {
  expect(pages.size).toBe(7);
});

describe.each(Object.entries(FIGURES))("%s", (id, { page, command }) => {
  const { panels, scale } = dataOf(id);
  const figure = pages.get(page)!.getElementById(`figure-${id}`);

  test("stands on its page, with its number and what made it", () => {
    expect(figure).not.toBeNull();
    const caption = figure!.querySelector("figcaption")!.textContent;
    expect(caption).toContain(`Figure ${numberOf(id)}.`);
    expect(caption).toContain(command);
    expect(figure!.getAttribute("aria-label")!.length).toBeGreaterThan(20);
    expect(figure!.querySelectorAll(".panel")).toHaveLength(panels.length);
    expect(files).toContain(`/data/${id}.json`);
  });

  test("says what every look and every colour means, and names its axes", () => {
    const legend = figure!.querySelector(".legend")?.textContent ?? "";
    const looks = new Map<string, string[]>();
    for (const { as, ink, name } of panels.flatMap(({ marks }) => marks)) {
      const look = looks.get(`${as} ${ink}`) ?? [];
      looks.set(`${as} ${ink}`, name === undefined ? look : [...look, name]);
      if (name !== undefined) expect(legend).toContain(name);
    }
    // Lines of a colour may belong to the dots of the same colour.
    for (const [look, names] of looks) {
      const [, ink] = look.split(" ");
      const others = [...looks]
        .filter(([other]) => other.endsWith(` ${ink}`))
        .flatMap(([, all]) => all);
      expect([...names, ...others], look).not.toEqual([]);
    }
    for (const { bare, map, x, y } of panels) {
      if (bare !== true) expect([x.label, y.label].every((label) => label.length > 0)).toBe(true);
      if (bare !== true && map !== undefined) expect(scale).toBeDefined();
    }
  });

  test("has letters that can be read on a phone, and stay inside of the panel", () => {
    for (const panel of panels) {
      const { width, height, inner } = frameOf(panel);
      expect(inner.width).toBeGreaterThan(200);
      const drawn = drawPanel(panel);
      if (panel.bare !== true) expect(drawn).toContain(`>${panel.x.label}</text>`);
      for (const [, x, y] of drawn.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)"/g)) {
        expect(Number(x)).toBeGreaterThan(0);
        expect(Number(x)).toBeLessThan(width);
        expect(Number(y)).toBeGreaterThan(8);
        expect(Number(y)).toBeLessThan(height);
      }
    }
  });

  test("has points inside of its axes, and maps that are whole", () => {
    for (const [k, { x, y, map, marks }] of panels.entries()) {
      expect(x.low).toBeLessThan(x.high);
      expect(y.low).toBeLessThan(y.high);
      const within = marks
        .flatMap(({ points }) => points)
        .filter(([px, py]) => px >= x.low && px <= x.high && py >= y.low && py <= y.high);
      if (marks.length > 0) expect(within.length).toBeGreaterThan(0);
      if (map === undefined) continue;
      expect(map.values.length % map.columns).toBe(0);
      expect(map.values.length).toBeGreaterThan(map.columns);
      expect(files).toContain(`/figures/${id}-${k}.png`);
    }
  });
});

test("the gallery shows every example", () => {
  const { document } = parseHTML(readFileSync(join(DIST, "start/gallery/index.html"), "utf8"));
  const shown = [...document.querySelectorAll("article")].map(({ id }) => `${id}.ham`);
  const examples = readdirSync(join(import.meta.dirname, "../../../examples"));
  expect(shown).toEqual(examples.filter((file) => file.endsWith(".ham")).toSorted());
  for (const article of document.querySelectorAll("article")) {
    expect(article.querySelectorAll("svg[aria-label] .ink2").length).toBeGreaterThan(0);
    expect(article.querySelector("pre")!.textContent).toContain("ham 1");
  }
  expect(document.querySelectorAll("article a[data-scene]").length).toBeGreaterThan(2);
  // Those of some are too long for a card.
  const formulas = document.querySelectorAll("article .formula[tabindex] .katex-display");
  expect(formulas.length).toBeGreaterThan(shown.length / 2);
});

test("the bar of colours beside maps has the colours of maps", () => {
  const styles = readFileSync(join(import.meta.dirname, "../src/play/controls.css"), "utf8");
  const [, bar] = /linear-gradient\(90deg, ([^)]*)\)/.exec(styles)!;
  const colours = bar.split(", ").map((hex) => [...Buffer.from(hex.slice(1), "hex")]);
  const last = colours.length - 1;
  expect(colours).toEqual(colours.map((_, k) => colourOf(k / last).map(Math.round)));
  expect(last).toBeGreaterThan(1);
});

test("a surface hides what lies behind it, and is clear beside", () => {
  // A bowl, whose front corner hides its floor; the back wall is seen whole.
  const columns = 21;
  const values = Array.from({ length: columns * columns }, (_, k) => {
    const [u, v] = [k % columns, Math.floor(k / columns)].map((at) => at / 10 - 1);
    return u * u + v * v;
  });
  const { data, palette, width } = decode(reliefPng({ columns, values }));
  const at = ([x, y]: readonly number[]) =>
    data[Math.floor((1 - y) * width) * width + Math.floor(x * width)];
  expect(palette![at([0.02, 0.98])][3]).toBe(0);
  const heightAt = heightsOf({ columns, values });
  const seen = (u: number, v: number) => at(onPaper(u, v, heightAt(u, v)));
  expect(seen(-0.95, 0.95)).toBeGreaterThan(230);
  expect(Math.abs(seen(-0.55, 0.55) - (1 + (254 * 0.605) / 2))).toBeLessThan(25);
  expect(seen(0, 0)).toBeGreaterThan(120);
  expect(heightAt(1, 1)).toBeCloseTo(-heightAt(0, 0), 9);
});

test("a map becomes a picture with a pixel for every value", () => {
  const png = mapPng({ columns: 3, values: [0, 1, 2, 3, 4, null] });
  expect([...png.subarray(1, 4)]).toEqual([80, 78, 71]);
  const size = new DataView(png.buffer);
  expect([size.getUint32(16), size.getUint32(20)]).toEqual([3, 2]);
  const { data, palette } = decode(png);
  const pixels = Array.from(data, (index) => palette![index]);
  // The lower row of values is the lower row of pixels; what is no number is clear.
  expect(pixels.map((colour) => colour[3] ?? 255)).toEqual([255, 255, 0, 255, 255, 255]);
  expect([pixels[3].slice(0, 3), pixels[1].slice(0, 3)]).toEqual([
    [59, 28, 82],
    [247, 247, 244],
  ]);
});
