// `ham run --movie`: an animated PNG that another library reads back, frame by frame.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeApng } from "fast-png";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toApng } from "../src/pictures/apng.ts";
import { fill, makeCanvas } from "../src/pictures/canvas.ts";
import { type Bench, makeBench, writeModel } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  bench.write("b.ham", MODEL);
  bench.writeArray("p.npy", { shape: [2, 3, 4], data: PATTERNS });
  const query = PATTERNS.slice(0, 12).map((x, i) => (i === 0 || i === 7 ? -x : x));
  bench.writeArray("q.npy", { shape: [1, 3, 4], data: query });
});
afterAll(() => bench[Symbol.dispose]());

const PATTERNS = Float32Array.from("111100001010110010100110", (bit) => 2 * Number(bit) - 1);

const MODEL = `ham 1

dim K, H, W

data xi: sign[K, H, W] from "p.npy"
given query: sign[H, W] from "q.npy"

neuron v: [H, W] as sign

energy hebb = -1/2 * sum[m] (sum[y, x] xi[m, y, x] * v[y, x])^2

recall settle {
  start v = query
  solver = async(order = cyclic)
  steps = 100
  stop when settled
}
`;

test("an encoder whose frames come back as they were, with their times", () => {
  const frames = [0, 1, 2].map((k) => {
    const canvas = makeCanvas(7, 5, [10 * k, 20, 255]);
    fill(canvas, { x: k, y: 1, width: 3, height: 3 }, [200, 3 * k, 0]);
    return { canvas, milliseconds: 40 + k };
  });
  const movie = decodeApng(toApng(frames));
  expect(movie).toMatchObject({ width: 7, height: 5, channels: 3, depth: 8, numberOfPlays: 0 });
  expect(movie.frames).toHaveLength(3);
  movie.frames.forEach((frame, k) => {
    expect([...frame.data]).toEqual([...frames[k].canvas.pixels]);
    expect(frame.delayNumber / frame.delayDenominator).toBeCloseTo((40 + k) / 1000, 9);
  });
});

test("the first frame is the picture of those who know no movies, the others follow in sequence", () => {
  const canvas = makeCanvas(2, 2, [0, 0, 0]);
  const file = Buffer.from(toApng([0, 1, 2].map(() => ({ canvas, milliseconds: 1 }))));
  const chunks: string[] = [];
  for (let from = 8; from < file.length; from += 12 + file.readUInt32BE(from)) {
    const type = file.toString("latin1", from + 4, from + 8);
    const isNumbered = type === "fcTL" || type === "fdAT";
    chunks.push(isNumbered ? `${type} ${file.readUInt32BE(from + 8)}` : type);
  }
  expect(chunks.join(", ")).toBe("IHDR, acTL, fcTL 0, IDAT, fcTL 1, fdAT 2, fcTL 3, fdAT 4, IEND");
});

test("a recall from its damaged start to its end", async () => {
  const { code, stdout } = await bench.inProcess(["run", "b.ham", "--movie", "out/m.png"]);
  expect(code).toBe(0);
  expect(stdout).toContain("written: out/m.png");
  const { frames, width } = decodeApng(readFileSync(join(bench.folder, "out/m.png")));
  // Two flips, the last at the eighth unit: a start and one frame for each of the eight steps.
  expect(frames).toHaveLength(9);
  // The layer stands 12 pixels from the corner, 4 × 3 units of equal size.
  const scale = Math.floor((width - 24) / 4);
  const unitsOf = ({ data }: { data: ArrayLike<number> }) =>
    Array.from({ length: 12 }, (_, i) => {
      const x = 12 + Math.floor(((i % 4) + 0.5) * scale);
      const y = 12 + Math.floor((Math.floor(i / 4) + 0.5) * scale);
      return data[3 * (y * width + x)] === 0 ? 1 : -1;
    });
  const pattern = [...PATTERNS.subarray(0, 12)];
  const flipped = (...units: number[]) => pattern.map((x, i) => (units.includes(i) ? -x : x));
  expect(unitsOf(frames[0])).toEqual(flipped(0, 7));
  expect(unitsOf(frames[1])).toEqual(flipped(7));
  expect(unitsOf(frames[7])).toEqual(flipped(7));
  expect(unitsOf(frames[8])).toEqual(pattern);
});

test("what cannot be drawn is refused before it runs", async () => {
  writeModel(bench);
  const fails = async (...args: string[]) => {
    const { code, stdout, stderr } = await bench.inProcess(["run", ...args]);
    expect(stdout).toBe("");
    return `${code} ${stderr}`;
  };
  expect(await fails("m.ham", "--movie", "m.png")).toMatchInlineSnapshot(
    `"2 ham: --movie draws flips, but the recall "settle" follows \`euler\`, which moves units smoothly. Recalls with flips: async, sync, glauber."`,
  );
  expect(await fails("b.ham", "--movie", "m.mp4")).toMatchInlineSnapshot(
    `"2 ham: --movie writes an animated PNG, found m.mp4. Give it a name that ends in .png."`,
  );
});
