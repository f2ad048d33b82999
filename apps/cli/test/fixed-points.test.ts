import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench } from "./ham.ts";

const PAGE = new URL("../../docs/src/content/docs/learn/fixed-points.md", import.meta.url);

const MODEL = `ham 1

dim D = 2, K = 3
const beta: real > 0 = 1.9

data xi: [K, D] from "triangle.npy"

neuron v: [D] as identity

energy lse = -1/beta * logsumexp[m] beta * sum[i] xi[m, i] * v[i]
`;

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  bench.write("triangle.ham", MODEL);
  const angles = [0, 1, 2].map((k) => (2 * Math.PI * k) / 3);
  const data = Float32Array.from(angles.flatMap((a) => [Math.cos(a), Math.sin(a)]));
  bench.writeArray("triangle.npy", { shape: [3, 2], data });
});
afterAll(() => bench[Symbol.dispose]());

interface Report {
  morse: number;
  astray: number;
  points: { kind: string; index: number; share: number; activations: { v: number[] } }[];
}

test("lists the fixed points of the triangle with their kinds", async () => {
  const { code, stdout, stderr } = await bench.inProcess(["fixed-points", "triangle.ham"]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const lines = stdout.split("\n");
  expect(lines[0]).toBe("fixed points: 7 from 100 starts");
  expect(lines[2]).toMatch(/^kind +index +energy +eigenvalues +share of starts$/);
  expect(lines.filter((line) => line.startsWith("minimum"))).toHaveLength(4);
  expect(lines.filter((line) => line.startsWith("saddle"))).toHaveLength(3);
  expect(lines.at(-1)).toBe("Morse check: Σ (−1)^index = 1, as for all fixed points of an energy.");
});

test("of an energy with kinks the Morse check says what it is worth", () => {
  // Between two bumps of bounded support and the flat part between them, the maxima are kinks.
  const energy = "-log(1e-3 + relu(1 - 2 * (v[0] - 2)^2) + relu(1 - 2 * (v[0] + 2)^2))";
  bench.write("bumps.ham", `ham 1\ndim D = 1\nneuron v: [D] as identity\nenergy e = ${energy}\n`);
  const { stdout } = bench.ham(["fixed-points", "bumps.ham", "--spread", "2"]);
  expect(stdout.split("\n").at(-1)).toBe(
    "Σ (−1)^index = 3. The energy has kinks or flat parts (`relu`), where a fixed point may have no index, so this need not be 1.",
  );
});

test("--json prints the same as data, and --set changes the landscape", async () => {
  const { code, stdout } = await bench.inProcess([
    "fixed-points",
    "triangle.ham",
    "--json",
    "--set",
    "beta=1.7",
  ]);
  expect(code).toBe(0);
  const { points, morse, astray } = JSON.parse(stdout) as Report;
  expect(points).toHaveLength(1);
  expect(points[0]).toMatchObject({ kind: "minimum", index: 0, share: 1 });
  points[0].activations.v.forEach((x) => expect(Math.abs(x)).toBeLessThan(1e-6));
  expect({ morse, astray }).toEqual({ morse: 1, astray: 0 });
});

test("--spread says how far from 0 the starts lie", async () => {
  // Wells at 0 and at ±4.
  const well = (at: number) => `exp(-2 * (v[0] - ${at})^2)`;
  const energy = `-log(${[0, 4, -4].map(well).join(" + ")})`;
  bench.write("wells.ham", `ham 1\ndim D = 1\nneuron v: [D] as identity\nenergy e = ${energy}\n`);
  const share = async (spread: string) => {
    const asked = ["fixed-points", "wells.ham", "--json", "--spread", spread];
    const { points } = JSON.parse((await bench.inProcess(asked)).stdout) as Report;
    return points.find(({ activations }) => Math.abs(activations.v[0]) < 0.1)!.share;
  };
  expect(await share("0.1")).toBe(1);
  expect(await share("10")).toBeLessThan(0.8);
});

test("an unfit number is a usage error, a binary model is explained", async () => {
  const { code, stderr } = await bench.inProcess([
    "fixed-points",
    "triangle.ham",
    "--spread",
    "-1",
  ]);
  expect(code).toBe(2);
  expect(stderr).toContain("Expected a number above 0.");
  bench.write("signs.ham", MODEL.replace("as identity", "as sign"));
  const binary = await bench.inProcess(["fixed-points", "signs.ham"]);
  expect(binary.code).toBe(1);
  expect(binary.stderr).toContain('The layer "v" jumps between two values');
});

test("the page about fixed points shows what its program gives", async () => {
  const page = readFileSync(PAGE, "utf8");
  const [, program] = /```ham[^\n]*\n([\s\S]*?)```/.exec(page)!;
  bench.write("page.ham", program);
  const { code, stdout } = await bench.inProcess(["fixed-points", "page.ham"]);
  expect(code).toBe(0);
  expect(page).toContain(stdout);
});
