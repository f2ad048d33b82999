// Panels and sheets: what stands where, in which colour.

import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { drawPanels, INK, type Panel } from "../src/pictures/panels.ts";
import { drawSheet } from "../src/pictures/sheet.ts";

const SQUARE = { x: [0, 1], y: [0, 1], marks: [] } as const satisfies Panel;

/** The places of all stars of a panel, in order. */
const placesIn = (svg: string) =>
  [...svg.matchAll(/Z" transform="translate\(([\d.]+),([\d.]+)\)"/g)].map(([, x, y]) => [+x, +y]);

describe("a panel", () => {
  /** The colours of the picture of a field, from its upper left corner. */
  function coloursOf(field: NonNullable<Panel["field"]>) {
    const svg = drawPanels([[{ ...SQUARE, field }]]);
    const [, base64] = /base64,([^"]*)"/.exec(svg)!;
    const { width, height, data } = decode(Buffer.from(base64, "base64"));
    const colours = Array.from({ length: width * height }, (_, k) => [
      ...data.subarray(3 * k, 3 * k + 3),
    ]);
    return { width, height, colours };
  }

  test("has its field as a picture, its lowest value violet, its highest green, from below", () => {
    const values = [-1, 3, -Infinity, 1, 0, Infinity];
    const { width, height, colours } = coloursOf({ values, width: 3 });
    expect([width, height]).toEqual([3, 2]);
    const [violet, light, white, green] = [
      [118, 42, 131],
      [194, 165, 207],
      [247, 247, 247],
      [27, 120, 55],
    ];
    // The upper row is the second; -1, 0, 1 and 3 are 0, 1/4, 1/2 and all of the way.
    expect([colours[0], colours[1], colours[2]]).toEqual([white, light, green]);
    expect([colours[3], colours[4], colours[5]]).toEqual([violet, green, violet]);
  });

  test("is grey where its field is no number, and as ever beside it", () => {
    const [violet, grey, green] = [
      [118, 42, 131],
      [119, 119, 119],
      [27, 120, 55],
    ];
    const values = [0, Number.NaN, 2];
    expect(coloursOf({ values, width: 3 }).colours).toEqual([violet, grey, green]);
    const nothing = { values: [Number.NaN, Number.NaN], width: 2 };
    expect(coloursOf(nothing).colours).toEqual([grey, grey]);
  });

  test("of equal values is of one colour, and one without a field has no picture", () => {
    const field = { values: [2, 2], width: 2 };
    expect(drawPanels([[{ ...SQUARE, field }]]).split("<image")).toHaveLength(2);
    expect(drawPanels([[SQUARE]])).not.toContain("<image");
  });

  test("has its points where they are, as dots, stars or a line, and cuts what lies beyond", () => {
    const points = [
      [0, 0],
      [0.5, 1],
    ] as const;
    const svg = drawPanels([
      [
        {
          ...SQUARE,
          title: "two",
          xLabel: "right",
          yLabel: "up",
          marks: [
            { points, colour: INK.memory, as: "stars" },
            { points, colour: INK.approx, as: "line" },
          ],
        },
      ],
    ]);
    for (const text of ["two", "right", "up"]) expect(svg).toContain(`>${text}</text>`);
    // A panel is 210 wide and high, with 50 to the left, 12 right, 24 above and 34 below.
    expect(placesIn(svg)).toEqual([
      [50, 176],
      [124, 24],
    ]);
    expect(svg).toContain(`stroke="${INK.approx}"`);
    expect(svg).toMatch(/d="M50,176L124,24"/);
    expect(svg).toContain("clip-path");
    const dots = drawPanels([[{ ...SQUARE, marks: [{ points, colour: INK.exact, radius: 3 }] }]]);
    const circles = [...dots.matchAll(/<circle r="(.*?)" cy="(.*?)" cx="(.*?)"/g)];
    expect(circles.map(([, r, y, x]) => [x, y, r].map(Number))).toEqual([
      [50, 176, 3],
      [124, 24, 3],
    ]);
  });

  test("stands beside and below the others", () => {
    const svg = drawPanels([[SQUARE, SQUARE], [SQUARE]]);
    expect(svg).toContain('width="420" height="420" viewBox="0 0 420 420"');
    expect(svg.match(/<g transform="translate\(\d+ \d+\)">/g)).toEqual([
      '<g transform="translate(0 0)">',
      '<g transform="translate(210 0)">',
      '<g transform="translate(0 210)">',
    ]);
  });
});

test("a sheet has three rows for every damage, a stripe before each, and gaps between pictures", () => {
  const [columns, height, width, scale] = [2, 1, 3, 2];
  const inks = (from: number) => Float32Array.from({ length: 6 }, (_, k) => (from + k) / 64);
  const groups = [0, 18].map((from) => ({
    damaged: inks(from),
    recalled: inks(from + 6),
    original: inks(from + 12),
  }));
  const canvas = drawSheet(groups, { height, width, columns, scale });
  expect([canvas.width, canvas.height]).toEqual([8 + 12 + 2 * 12, 6 + 2 * 42 - 12]);
  const red = (x: number, y: number) => canvas.pixels[3 * (y * canvas.width + x)];
  const expected = new Uint8Array(canvas.width * canvas.height).fill(250);
  const paint = (x0: number, y0: number, [w, h]: readonly [number, number], value: number) => {
    for (let y = y0; y < y0 + h; y++)
      expected.fill(value, y * canvas.width + x0, y * canvas.width + x0 + w);
  };
  for (let row = 0; row < 6; row++) {
    const top = 6 + 42 * Math.floor(row / 3) + 8 * (row % 3);
    paint(6, top, [8, 2], [213, 0, 120][row % 3]);
    for (let k = 0; k < 6; k++) {
      const left = 20 + 12 * Math.floor(k / 3) + 2 * (k % 3);
      paint(left, top, [2, 2], Math.round(255 * (1 - (6 * row + k) / 64)));
    }
  }
  for (let y = 0; y < canvas.height; y++) {
    const row = Array.from({ length: canvas.width }, (_, x) => red(x, y));
    expect(row, `line ${y}`).toEqual([
      ...expected.subarray(y * canvas.width, (y + 1) * canvas.width),
    ]);
  }
});
