// What the panels of the playground show is what the commands print of the same text and data.

import "@tensorflow/tfjs-backend-wasm";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeBench } from "../../apps/cli/test/ham.ts";
import { type Answer, answers } from "../../apps/docs/src/play/answer.ts";
import { readScene } from "../../apps/docs/src/play/memory.ts";
import { PRESETS } from "../../apps/docs/src/play/presets.ts";
import type { Panel, Scene } from "../../apps/docs/src/play/scene.ts";
import { some } from "../samples.ts";

const bench = makeBench();
afterAll(() => bench[Symbol.dispose]());

const SCENES = Object.entries(PRESETS);

async function found(scene: Scene, panel: Panel): Promise<NonNullable<Answer["found"]>> {
  const parts = answers({ ...scene, panels: [panel] });
  for (;;) {
    const { value, done } = await parts.next();
    if (done === true) return value.found!;
  }
}

/** A scene as a file with its arrays, and what a command is told of them. */
function written(scene: Scene): string[] {
  const file = bench.write("memory.ham", scene.text);
  const data = [...readScene(scene).entries!].flatMap(([{ name }, { shape, data: entries }]) => [
    "--data",
    `${name}=${bench.writeArray(`${name}.npy`, { shape: [...shape], data: Float32Array.from(entries) })}`,
  ]);
  return [file, ...data];
}

interface Listed {
  readonly starts: number;
  readonly astray: number;
  readonly morse: number | null;
  readonly kinks: readonly string[];
  readonly points: readonly {
    readonly kind: string;
    readonly index: number;
    readonly energy: number;
    readonly share: number;
    readonly eigenvalues: readonly number[];
    readonly states: Readonly<Record<string, readonly number[]>>;
  }[];
}

test.each(some(SCENES, 3))(
  "the fixed points of %s are those that `ham fixed-points` lists",
  async (_, scene) => {
    const { points } = await found(scene, "points");
    const { stdout, stderr } = await bench.inProcess(["fixed-points", ...written(scene), "--json"]);
    if (points!.ending === "failed") return expect(stderr).toContain(points!.problem);
    const listed = JSON.parse(stdout) as Listed;
    const { starts, astray, morse, kinks } = listed;
    expect(points!.census).toEqual({ starts, astray, morse, kinks });
    expect(
      points!.points.map(({ kind, index, energy, share, eigenvalues, states }) => ({
        kind,
        index,
        energy,
        share,
        eigenvalues: [...eigenvalues],
        states: Object.fromEntries(states.map(({ layer, values }) => [layer, [...values]])),
      })),
    ).toEqual(
      listed.points.map(({ kind, index, energy, share, eigenvalues, states }) => ({
        kind,
        index,
        energy,
        share,
        eigenvalues,
        states,
      })),
    );
  },
);

test("the hypergraph is the drawing of `ham graph`", async () => {
  const [[, scene]] = SCENES;
  const { graph } = await found(scene, "graph");
  const [file] = written(scene);
  const { code, stderr } = await bench.inProcess(["graph", file, "--out", "graph.svg"]);
  expect(code, stderr).toBe(0);
  expect(graph).toEqual({ svg: readFileSync(join(bench.folder, "graph.svg"), "utf8") });
});

test("tests go as `ham test` says, in its words", async () => {
  const block = (title: string, condition: string) =>
    `test "${title}" {\n  feed query ~ normal(xi[0, _], 0.1)\n  expect ${condition}\n}\n`;
  const [[, triangle]] = SCENES;
  const text = [
    triangle.text,
    block("it comes back", "overlap(v, xi[0, _]) > 0.99"),
    block("it flies away", "energy > overlap(v, xi[0, _]) + 1"),
  ].join("\n");
  const scene = { ...triangle, text };
  const { tests } = await found(scene, "tests");
  const { stdout } = await bench.inProcess(["test", ...written(scene)]);
  const lines = tests!.reports.flatMap(({ title, passed, reasons }) => [
    `  ${passed ? "✓" : "✗"} ${title}`,
    ...reasons.map((reason) => `    ${reason}`),
  ]);
  expect(tests!.of).toBe(2);
  expect(lines).toHaveLength(3);
  expect(stdout.split("\n").slice(1, 4)).toEqual(lines);
});
