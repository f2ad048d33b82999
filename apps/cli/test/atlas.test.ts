// The atlas on the command line: the program of its page gives what the page shows.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench } from "./ham.ts";
import { parseReport } from "./schema.ts";

const PAGE = new URL("../../docs/src/content/docs/learn/atlas.md", import.meta.url);
const FIGURE = new URL("../../docs/src/assets/atlas.svg", import.meta.url);
const page = readFileSync(PAGE, "utf8");

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  bench.write("triangle.ham", /```ham[^\n]*\n([^]*?)```/.exec(page)![1]);
});
afterAll(() => bench[Symbol.dispose]());

interface Report {
  readonly points: readonly { readonly kind: string; readonly certificate: object | null }[];
  readonly passes: readonly { readonly point: number; readonly ends: readonly number[] }[];
  readonly sweep: { readonly bifurcations: readonly { kind: string; at: number }[] } | null;
}

test("the page's run, and its figure", async () => {
  const args = "atlas triangle.ham --sweep beta=1.7..2.2 --values 21 --out triangle.svg".split(" ");
  const { code, stdout } = await bench.inProcess(args);
  expect(code).toBe(0);
  // Which of the three patterns comes first is a matter of rounding.
  const counted = (text: string) => text.replaceAll(/\(-?[\d.]+, -?[\d.]+\)|joins .*|to \d/g, "…");
  const shown = /```text\n([^]*?)```/.exec(page)![1].trim();
  expect(counted(stdout)).toContain(counted(shown));
  expect(readFileSync(join(bench.folder, "triangle.svg"), "utf8").length).toBeGreaterThan(1000);
  expect(readFileSync(FIGURE, "utf8")).toContain("crossing 2.00000");
});

test("--json follows its schema, with and without a sweep", async () => {
  const args = ["atlas", "triangle.ham", "--json", "--starts", "40"];
  const alone = await bench.inProcess(args);
  const report = parseReport("atlas", alone.stdout) as Report;
  expect(report.points).toHaveLength(7);
  expect(report.points.every(({ certificate }) => certificate !== null)).toBe(true);
  expect(report.passes).toHaveLength(3);
  expect(report.sweep).toBeNull();
  const swept = [...args, "--sweep", "beta=1.95..2.05", "--values", "2"];
  const { sweep } = parseReport("atlas", (await bench.inProcess(swept)).stdout) as Report;
  expect(sweep!.bifurcations.map(({ kind }) => kind)).toEqual(["crossing"]);
  expect(Math.abs(sweep!.bifurcations[0].at - 2)).toBeLessThan(1e-8);
});

test("of bits every state is tried, and spurious minima are told from patterns", async () => {
  const [, text] = [...page.matchAll(/```ham[^\n]*\n([^]*?)```/g)][1];
  bench.write("bits.ham", text);
  const { code, stdout } = await bench.inProcess(["atlas", "bits.ham"]);
  expect(code).toBe(0);
  expect(page).toContain(stdout.trim());
  const json = await bench.inProcess(["atlas", "bits.ham", "--json"]);
  expect(parseReport("atlas", json.stdout)).toMatchObject({ exhaustive: true, starts: 4096 });
  const swept = await bench.inProcess(["atlas", "bits.ham", "--sweep", "D=1..2"]);
  expect(swept.stderr).toContain("--sweep follows points of a smooth energy");
});

test.each([
  [["--sweep", "beta"], "Write it as NAME=FROM..TO"],
  [["--sweep", "beta=2..1"], "Write it as NAME=FROM..TO"],
  [["--sweep", "gamma=1..2"], 'This model has no const called "gamma" to sweep'],
  [["--out", "x.svg"], "--out draws a sweep: expected --sweep with it"],
  [["--sweep", "beta=1..2", "--values", "1"], "--values: expected 2 or more, found 1"],
])("%j is told what to do", async (args, message) => {
  const { code, stderr } = await bench.inProcess([
    "atlas",
    "triangle.ham",
    "--starts",
    "5",
    ...args,
  ]);
  expect(code).toBeGreaterThan(0);
  expect(stderr).toContain(message);
});
