// What the panels of the playground show is what the commands print of the same text and data.

import "@tensorflow/tfjs-backend-wasm";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { onOwnGround } from "../../apps/cli/src/pictures/hypergraph.ts";
import { makeBench } from "../../apps/cli/test/ham.ts";
import { strFromU8, unzipSync } from "../../apps/docs/test/unzip.ts";
import { readNpz } from "../../packages/core/src/index.ts";
import { type Answer, answers, type Asked } from "../../apps/docs/src/play/answer.ts";
import type { FileName } from "../../apps/docs/src/play/file-names.ts";
import { fromLink } from "../../apps/docs/src/play/link.ts";
import { readScene } from "../../apps/docs/src/play/memory.ts";
import { PRESETS } from "../../apps/docs/src/play/presets.ts";
import type { Panel, Scene } from "../../apps/docs/src/play/scene.ts";
import { LESSONS } from "../../apps/docs/src/tour/lessons.ts";
import { some } from "../samples.ts";

const bench = makeBench();
afterAll(() => bench[Symbol.dispose]());

const SCENES = Object.entries(PRESETS);

async function lastAnswer(scene: Asked): Promise<Answer> {
  const parts = answers(scene);
  for (;;) {
    const { value, done } = await parts.next();
    if (done === true) return value;
  }
}
const found = async (scene: Scene, panel: Panel) =>
  (await lastAnswer({ ...scene, panels: [panel] })).found!;

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
  const { svg } = graph as { readonly svg: string };
  expect(onOwnGround(svg)).toBe(readFileSync(join(bench.folder, "graph.svg"), "utf8"));
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

const fileOf = async (scene: Scene, file: FileName) =>
  (await lastAnswer({ ...scene, panels: ["files"], file })).found!.file!;

async function made(scene: Scene, file: FileName): Promise<Uint8Array> {
  const { bytes, problem } = await fileOf(scene, file);
  expect(problem).toBeUndefined();
  return bytes!;
}

test.each([
  ["memory.py", ["--to", "jax", "--recall", "settle"]],
  ["memory-step.onnx", ["--to", "onnx"]],
  ["memory.onnx", ["--to", "onnx", "--recall", "settle"]],
] as const)("%s is the file of `ham export`", async (name, flags) => {
  for (const [, scene] of some(SCENES.slice(0, 3), 1)) {
    const { code, stderr } = await bench.inProcess([
      "export",
      ...written(scene),
      ...flags,
      "--out",
      name,
    ]);
    expect(code, stderr).toBe(0);
    const file = readFileSync(join(bench.folder, name));
    expect(Buffer.from(await made(scene, name)).equals(file)).toBe(true);
  }
});

test("an archive runs by the command in it as on the page, also what was learned", async () => {
  for (const scene of [SCENES[0][1], LESSONS.training.scene]) {
    const { recall } = await lastAnswer(scene);
    const files = unzipSync(await made(scene, "memory.zip"));
    for (const [name, bytes] of Object.entries(files)) bench.write(name, Buffer.from(bytes));
    const [ham, ...args] = strFromU8(files["README.txt"]).trim().split(" ");
    expect(ham).toBe("ham");
    const { code, stdout, stderr } = await bench.inProcess([...args, "--json"]);
    expect(code, stderr).toBe(0);
    const { outcomes } = JSON.parse(stdout) as {
      outcomes: { energyAfter: number; steps: number }[];
    };
    expect(outcomes[0].steps).toBe(recall!.steps);
    expect(outcomes[0].energyAfter).toBeCloseTo(recall!.energy, 5);
    expect("params.safetensors" in files).toBe(scene === LESSONS.training.scene);
  }
});

test("the moments of a recall are the same as text, as arrays and on the page", async () => {
  const [[, scene]] = SCENES;
  const { recall } = await lastAnswer(scene);
  const [head, ...rows] = strFromU8(await made(scene, "recall.csv"))
    .trim()
    .split("\n");
  expect(head).toBe('step,energy,"v[0]","v[1]"');
  const arrays = readNpz(await made(scene, "recall.npz"));
  expect(arrays.get("v")!.shape).toEqual([recall!.way.length, 2]);
  const numbers = rows.map((row) => row.split(",").map(Number));
  expect(numbers.map(([step]) => step)).toEqual(recall!.momentSteps);
  expect(numbers.map(([, energy]) => energy)).toEqual(recall!.energies);
  expect(numbers.map(([, , x, y]) => [Math.fround(x), Math.fround(y)])).toEqual(recall!.way);
  expect([...arrays.get("energySteps")!.data]).toEqual(recall!.momentSteps);
  expect([...arrays.get("energies")!.data]).toEqual(recall!.energies);
  expect([...arrays.get("v")!.data]).toEqual(recall!.way.flat());
});

test("a page that is taken along holds the scene", async () => {
  const [[, scene]] = SCENES;
  const [, link] = /scene="([\w-]+)"/.exec(strFromU8(await made(scene, "memory.html")))!;
  expect(fromLink(link)).toEqual({ ...scene, panels: ["files"] });
});

test("what cannot be made says why", async () => {
  const { bytes, problem } = await fileOf(SCENES[0][1], "params.safetensors");
  expect([bytes, problem]).toEqual([null, "This text has no params to write."]);
});
