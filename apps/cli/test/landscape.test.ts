import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { followDown } from "../src/landscape/paths.ts";
import { memoryPlane, onPlane, stateAt } from "../src/landscape/plane.ts";
import { type Bench, makeBench, MODEL, writeModel } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  writeModel(bench);
});
afterAll(() => bench[Symbol.dispose]());

interface Report {
  readonly fixedPoints: readonly {
    kind: string;
    state: readonly number[];
    energy: number;
    paths: number;
  }[];
  readonly flat: number;
}

const minimaOf = ({ fixedPoints }: Report) => fixedPoints.filter(({ kind }) => kind === "minimum");

test("a layer of two units is drawn as it is, with its two memories and the pass between them", async () => {
  const { code, stdout } = await bench.inProcess(["landscape", "m.ham", "--json"]);
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as Report;
  const { fixedPoints, flat } = report;
  expect(flat).toBe(0);
  expect(fixedPoints.map(({ kind }) => kind)).toEqual(["minimum", "minimum", "saddle"]);
  const minima = minimaOf(report);
  for (const [x, y] of [
    [1, 2],
    [-1, -2],
  ]) {
    const near = minima.filter(({ state }) => Math.hypot(state[0] - x, state[1] - y) < 0.01);
    expect(near).toHaveLength(1);
    expect(Math.abs(near[0].energy)).toBeLessThan(1e-3);
  }
  expect(fixedPoints.reduce((sum, { paths }) => sum + paths, 0)).toBe(36);
  const svg = readFileSync(join(bench.folder, "out/m-landscape.svg"), "utf8");
  expect(svg).toContain('aria-label="contour"');
  expect(svg).toContain('aria-label="arrow"');
  const png = decode(readFileSync(join(bench.folder, "out/m-landscape.png")));
  expect(png.width).toBe(1520);
});

test("more units are cut along the plane in which the memories differ most", async () => {
  // Three corners of a triangle in three dimensions: their plane holds them all.
  bench.writeArray("xi3.npy", { shape: [3, 3], data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1) });
  bench.writeArray("q3.npy", { shape: [1, 3], data: Float32Array.of(1, 0, 0) });
  bench.write(
    "three.ham",
    MODEL.replace("= 4", "= 20").replace("xi.npy", "xi3.npy").replace("query.npy", "q3.npy"),
  );
  const { stdout, code } = await bench.inProcess([
    "landscape",
    "three.ham",
    "--json",
    "--points",
    "20",
  ]);
  expect(code).toBe(0);
  const minima = minimaOf(JSON.parse(stdout) as Report);
  expect(minima).toHaveLength(3);
  for (const { state } of minima) expect(Math.max(...state)).toBeGreaterThan(0.98);
});

describe("mistakes", () => {
  test("a layer of signs has no landscape", async () => {
    bench.write(
      "signs.ham",
      MODEL.replace("as identity { leak = off }", "as sign")
        .replace("euler(dt = 0.5)", "async()")
        .replace("\n  stop when change < 1e-6", ""),
    );
    const { code, stderr } = await bench.inProcess(["landscape", "signs.ham"]);
    expect(code).toBe(2);
    expect(stderr).toContain('the units of "v" have two values each (sign)');
  });

  test("an unknown layer and unknown memories are named, with what there is", async () => {
    expect((await bench.inProcess(["landscape", "m.ham", "--neuron", "w"])).stderr).toBe(
      'ham: this model has no neuron called "w". It has: v.',
    );
    expect((await bench.inProcess(["landscape", "m.ham", "--memories", "x"])).stderr).toBe(
      'ham: this model has no tensor of stored patterns called "x". It has: xi.',
    );
  });
});

test("the plane of memories holds their largest differences", () => {
  const memories = Float64Array.of(3, 0, 1, 0, -3, 0, 1, 0, 0, 0, 1, 2, 0, 0, 1, -2);
  const plane = memoryPlane(memories, 4);
  expect([...plane.origin]).toEqual([0, 0, 1, 0]);
  expect(Math.abs(plane.u[0])).toBeCloseTo(1, 9);
  expect(Math.abs(plane.w[3])).toBeCloseTo(1, 9);
  const [x, y] = onPlane(plane, memories.subarray(8, 12));
  expect(Math.hypot(x, y)).toBeCloseTo(2, 9);
  stateAt(plane, x, y).forEach((entry, d) => expect(entry).toBeCloseTo(memories[8 + d], 9));
});

test("an energy without a finite value anywhere is said to be one", async () => {
  bench.writeArray("w.npy", { shape: [2], data: Float32Array.of(1, 2) });
  bench.write(
    "pole.ham",
    'ham 1\ndim D\ndata w: [D] from "w.npy"\nneuron v: [D] as tanh\nenergy e = -sum[i] v[i] * w[i] / (D - 2)\n',
  );
  const { code, stderr } = await bench.inProcess(["landscape", "pole.ham"]);
  expect(code).toBe(1);
  expect(stderr).toContain("no finite value anywhere in this plane");
});

test("a way down whose steps grow too long goes on with shorter ones", async () => {
  // E = |x|: as steep near its end as far from it.
  const field = {
    size: 1,
    at: async (states: Float64Array) => ({
      energies: states.map(Math.abs),
      velocities: states.map((x) => -Math.sign(x)),
    }),
  };
  const how = { extent: 1, onProgress: () => undefined };
  const paths = await followDown(field, Float64Array.of(1, -0.7), how);
  for (const { states, energy } of paths) {
    expect(energy).toBeLessThan(0.001);
    const energies = states.map(([x]) => Math.abs(x));
    energies.slice(1).forEach((here, k) => expect(here).toBeLessThan(energies[k] + 1e-4));
  }
});
