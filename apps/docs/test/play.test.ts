// What the page of the landscape computes: its energy, the ways down, its links and its messages.

import "@tensorflow/tfjs-backend-cpu";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readNpy, writeNpz } from "@hamlet/core";
import { loadModelFile } from "@hamlet/model/node";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { openInPlayground } from "../src/open-in-playground.ts";
import { type Answer, answers } from "../src/play/answer.ts";
import { colourOf, rangeOf } from "../src/play/colours.ts";
import { readDropped } from "../src/play/dropped.ts";
import { whereItRests } from "../src/play/ending.ts";
import { type Field, pathFrom } from "../src/play/field.ts";
import { knobsOf, turned } from "../src/play/knobs.ts";
import { LONGEST_WAY } from "../src/play/limits.ts";
import { readScene } from "../src/play/memory.ts";
import { PRESETS } from "../src/play/presets.ts";
import { fromLink, toLink } from "../src/play/link.ts";
import type { Point, Scene } from "../src/play/scene.ts";

import { LESSONS } from "../src/tour/lessons.ts";

const CASES = join(import.meta.dirname, "../../../fixtures/cases/46-page-and-recall");
const [XI, Q] = ["xi.npy", "q.npy"].map((name) => join(CASES, name));
const [CASE, [CUE]] = [XI, Q].map((file): Point[] => {
  const data = Float64Array.from(readNpy(readFileSync(file)).data, Number);
  return Array.from({ length: data.length / 2 }, (_, k) => [data[2 * k], data[2 * k + 1]]);
});
const [TRIANGLE] = Object.values(PRESETS);
const { points: EXACT } = TRIANGLE;

function fieldOf(scene: Scene): Field {
  const { field, messages } = readScene(scene);
  expect(messages).toEqual([]);
  return field!;
}

/** All answers, the whole one last. */
async function everyAnswer(scene: Scene): Promise<Answer[]> {
  const parts = answers(scene);
  const found: Answer[] = [];
  for (;;) {
    const { value, done } = await parts.next();
    found.push(value);
    if (done === true) return found;
  }
}
const wholeAnswer = async (scene: Scene) => (await everyAnswer(scene)).at(-1)!;

function messagesOf(change: (text: string) => string): string {
  const { field, messages } = readScene({ ...TRIANGLE, text: change(TRIANGLE.text) });
  expect(field).toBeNull();
  return messages.join("\n");
}

test.each(Object.entries(PRESETS).filter(([name]) => name !== "Binary units"))(
  "%s reads without a complaint, and its ball rests",
  (_, scene) => {
    const { rests, points } = pathFrom(fieldOf(scene), scene.ball, scene.span);
    expect(rests).toBe(true);
    expect(points.length).toBeGreaterThan(5);
  },
);

test("points and the ball of a link are held to what is declared of them", () => {
  const scene = (declared: string, points: readonly Point[], ball: Point = [1, 1]): Scene => ({
    text: `ham 1
dim D = 2, K
${declared}
neuron v: [D] as identity
energy e = sum[m, i] xi[m, i] * (v[i] - query[i])^2`,
    points,
    ball,
    span: 2,
  });
  const told = (one: Scene) => {
    const { field, messages } = readScene(fromLink(toLink(one))!);
    return field === null ? messages.join("\n") : "";
  };
  const above = "data xi: [K, D] > 0\ngiven query: [D] < 2";
  expect(told(scene(above, [[1, 2]]))).toBe("");
  expect(
    told(
      scene(above, [
        [1, 2],
        [3, -0.5],
      ]),
    ),
  ).toContain("the points of the picture have -0.5 at [1, 1]");
  expect(told(scene(above, [[1, 2]], [0, 2.5]))).toContain("the ball has 2.5 at [0, 1]");
  expect(told(scene(above, [[1e300, 1]]))).toContain("have Infinity at [0, 0]");
  const signs = "data xi: sign[K, D]\ngiven query: [D]";
  expect(told(scene(signs, [[1, 0.5]]))).toContain("E0405");
  expect(told(scene(signs, [[1, -1]]))).toBe("");
  expect(told(scene(signs, [[1, 0]]))).toBe("");
});

test("the energy is that of the formula, and the ball goes against its slope", () => {
  const field = fieldOf({ ...TRIANGLE, points: EXACT });
  for (const [x, y] of [
    [0.3, -0.7],
    [-1.4, 1.1],
  ]) {
    const sum = EXACT.reduce(
      (total, [a, b]) => total + Math.exp(-4 * ((x - a) ** 2 + (y - b) ** 2)),
      0,
    );
    expect(field.energyAt(x, y)).toBeCloseTo(-Math.log(sum) / 8, 6);
    const slope = (dx: number, dy: number) =>
      (field.energyAt(x + dx, y + dy) - field.energyAt(x - dx, y - dy)) / 2e-4;
    const [vx, vy] = field.velocityAt(x, y);
    expect(vx).toBeCloseTo(-slope(1e-4, 0), 5);
    expect(vy).toBeCloseTo(-slope(0, 1e-4), 5);
  }
});

// The scene's own points: one minimum below β = 1.8304, four up to 2, then three. With places rounded to
// two digits the fourth is lost.
test.each([
  [1.5, { minimum: 1 }],
  [1.9, { minimum: 4, saddle: 3 }],
  [2.5, { minimum: 3, saddle: 3, maximum: 1 }],
  [20, { minimum: 3, saddle: 3, maximum: 1 }],
])("at beta = %d the picture marks %o", async (beta, expected) => {
  const text = turned(TRIANGLE.text, "beta", beta);
  const scene = { ...TRIANGLE, text };
  for (const each of [scene, fromLink(toLink(scene))!]) {
    const counts: Record<string, number> = {};
    for (const { kind } of (await wholeAnswer(each)).drawing!.marks) {
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    expect(counts).toEqual(expected);
  }
});

test("an answer becomes finer, and its last part is whole", async () => {
  const parts = await everyAnswer(TRIANGLE);
  expect(parts.map(({ whole }) => whole)).toEqual(parts.map((_, k) => k === parts.length - 1));
  const sizes = parts.map(({ drawing }) => drawing!.n);
  expect([...new Set(sizes)]).toEqual([16, 56, 150]);
  const { drawing, plain, messages } = parts.at(-1)!;
  expect(messages).toEqual([]);
  expect(plain).toBe(true);
  const { path, end, marks } = drawing!;
  expect(path[0]).toEqual(TRIANGLE.ball);
  expect(end!.at).toEqual(path.at(-1));
  expect(marks.filter(({ kind }) => kind === "minimum")).toHaveLength(3);
});

test("the lowest cell of every size is at a memory", async () => {
  const { points, span } = TRIANGLE;
  for (const { drawing } of await everyAnswer(TRIANGLE)) {
    const { energies, n } = drawing!;
    expect(energies).toHaveLength(n * n);
    const lowest = energies.indexOf(Math.min(...energies));
    const place = [lowest % n, Math.floor(lowest / n)].map((k) => span * ((2 * k + 1) / n - 1));
    const cell = (2 * span) / n;
    const near = points.some(([x, y]) => Math.hypot(x - place[0], y - place[1]) < cell);
    expect(near).toBe(true);
  }
});

test("a text that cannot be read has one answer, without a drawing", async () => {
  const [only, ...others] = await everyAnswer({ ...TRIANGLE, text: "ham 1\nnonsense" });
  expect(others).toEqual([]);
  expect([only.drawing, only.whole]).toEqual([null, true]);
});

// What `ham run` gives for the same files is in apps/cli/test/cases/page.test.ts, against steps by hand.
test.each(["dt5", "steps1", "clamp", "start", "schedule", "three"])(
  "the recall of %s.ham ends on the page as it does in its own folder",
  async (name) => {
    const file = join(CASES, `${name}.ham`);
    const scene = { ...TRIANGLE, text: readFileSync(file, "utf8"), points: CASE, ball: CUE };
    const before = tf.memory().numTensors;
    const { recall, messages } = await wholeAnswer(scene);
    expect(messages).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
    const model = await loadModelFile(file, name === "three" ? { data: { xi: XI, query: Q } } : {});
    const result = await model.recall();
    const [{ ending, steps, energyAfter }] = result.outcomes;
    expect([recall!.ending, recall!.steps, recall!.energy]).toEqual([ending, steps, energyAfter]);
    const [end] = result.states.values();
    expect([...recall!.at]).toEqual([...(await end.data())]);
    expect(recall!.way).toHaveLength(Math.min(steps + 1, LONGEST_WAY));
    if (ending !== "non-finite" && steps < LONGEST_WAY) {
      recall!.way.at(-1)!.forEach((x, k) => expect(x).toBeCloseTo(recall!.at[k], 5));
    }
    result.dispose();
    model.dispose();
  },
);

test("the recall takes the steps of its solver, as by hand in float64", async () => {
  const { recall } = await wholeAnswer(TRIANGLE);
  const field = fieldOf(TRIANGLE);
  let [x, y] = TRIANGLE.ball;
  for (const [k, [wayX, wayY]] of recall!.way.entries()) {
    expect(wayX, `step ${k}`).toBeCloseTo(x, 5);
    expect(wayY, `step ${k}`).toBeCloseTo(y, 5);
    const [vx, vy] = field.velocityAt(x, y);
    [x, y] = [x + 0.1 * vx, y + 0.1 * vy];
  }
  expect(recall!.ending).toBe("converged");
});

test("the page says how the recall ended, and with which solver and precision", async () => {
  const said = async (text: string) => {
    const scene = { ...TRIANGLE, text };
    return whereItRests(scene, await wholeAnswer(scene));
  };
  const downhill =
    "Dashed, downhill in steps that never raise the energy, the ball comes to rest at (0.87, -0.50), 0.00 from memory 3, with energy 0.000.";
  expect(await said(TRIANGLE.text)).toBe(
    `\`recall settle\` with \`euler(dt = 0.1)\` in float32 converged after 96 steps, at (0.87, -0.50), 0.00 from memory 3, with energy 0.000. ${downhill}`,
  );
  expect(await said(TRIANGLE.text.replace("dt = 0.1", "dt = 5"))).toBe(
    `\`recall settle\` with \`euler(dt = 5)\` in float32 left the numbers, by steps too large or a formula that has no value, after 34 steps. ${downhill}`,
  );
});

test("binary units flip, and nothing flows", async () => {
  const scene = PRESETS["Binary units"];
  const answer = await wholeAnswer(scene);
  const { recall } = answer;
  const { path, end, marks } = answer.drawing!;
  expect([path, end, marks]).toEqual([[scene.ball], null, []]);
  expect([recall!.ending, recall!.at]).toEqual(["converged", [1, -1]]);
  for (const state of recall!.way) for (const unit of state) expect(Math.abs(unit)).toBe(1);
  expect(whereItRests(scene, answer)).toBe(
    "`recall settle` with `async` in float64 converged after 4 steps, at (1.00, -1.00), 0.00 from memory 1, with energy -2.000.",
  );
});

test("a recall that nobody waits for any more leaves nothing behind", async () => {
  const before = tf.memory().numTensors;
  const parts = answers(TRIANGLE);
  for (;;) {
    await parts.next();
    if (tf.memory().numTensors > before) break;
  }
  await parts.return(undefined as never);
  expect(tf.memory().numTensors).toBe(before);
});

test("a ball where the energy is no number does not rest", async () => {
  const text = `${PRESETS["A formula of your own"].text}\nenergy hole = log(v[0] - 1)\n`;
  const scene: Scene = { ...PRESETS["A formula of your own"], text, ball: [-1, 0] };
  const answer = await wholeAnswer(scene);
  expect(answer.drawing!.end).toBeNull();
  expect(whereItRests(scene, answer)).toContain("has not come to rest");
  expect(whereItRests(scene, answer)).toContain("Where it is hatched, the energy is no number.");
});

test("a way down never rises", () => {
  const field = fieldOf(PRESETS["A formula of your own"]);
  const { points } = pathFrom(field, [0.02, 0.01], 2);
  const energies = points.map(([x, y]) => field.energyAt(x, y));
  energies.slice(1).forEach((energy, k) => expect(energy - energies[k]).toBeLessThan(1e-9));
  expect(Math.hypot(...field.velocityAt(...points.at(-1)!))).toBeLessThan(1e-5);
});

test("a link brings back the scene, and a damaged one is known as such", () => {
  for (const scene of Object.values(PRESETS)) {
    const link = toLink(scene);
    expect(link).toMatch(/^[\w-]+$/);
    expect(fromLink(link)).toEqual(scene);
    expect(fromLink(link.slice(0, -9))).toBeNull();
  }
  expect(fromLink("")).toBeNull();
  expect(fromLink("%%%")).toBeNull();
  const many = Array.from({ length: 100 }, (): Point => [0, 0]);
  expect(fromLink(toLink({ ...TRIANGLE, points: many }))).toBeNull();
  expect(fromLink(toLink({ ...TRIANGLE, ball: [Number.NaN, 0] }))).toBeNull();
});

test("mistakes are told as on the command line, and what has no plane in words", () => {
  expect(messagesOf((text) => text.replace("-1/beta", "-1/btea"))).toContain("did you mean `beta`");
  expect(messagesOf((text) => text.replace("D = 2", "D = 3"))).toContain("3");
  expect(messagesOf((text) => `${text}\nneuron w: [D] as tanh\n`)).toContain("`v` and `w`");
  expect(messagesOf((text) => `${text}\ndata u: [K]\nenergy e = sum[m] u[m] * v[0]\n`)).toContain(
    "nothing to put into `data u`",
  );
  expect(readScene({ ...TRIANGLE, points: [] }).messages.join()).toContain("adds one");
  expect(messagesOf(() => "ham 1\n")).toContain("Write a layer of two units");
});

test("a knob finds the consts with a number and writes into their line only", () => {
  const text =
    "const beta: real > 0 = 8 // sharp\nconst half = 1/2\n  const c = -2e-3\nlet x = 8\n";
  expect(knobsOf(text)).toEqual([
    { name: "beta", value: 8 },
    { name: "c", value: -0.002 },
  ]);
  expect(turned(text, "beta", 12.3456)).toBe(text.replace("= 8 //", "= 12.3 //"));
});

test("a memory in a file cannot be shown or shared here, and the page says so", () => {
  const text = `ham 1
dim D = 2
neuron v: [D] as identity { leak = off }
connect faces: drdam(v) from "faces.safetensors"
`;
  expect(messagesOf(() => text)).toBe(
    "This page and its links hold a text, and no files: `faces` is read from `faces.safetensors`. `ham landscape` draws a model with its files.",
  );
});

test("a whole program of a page gets its link, and one with a mistake stops the build", () => {
  const paragraphs = (value: string) => {
    const tree = { type: "root", children: [{ type: "code", lang: "ham", value }] };
    openInPlayground()(tree, { path: "learn/some.md" });
    return tree.children.slice(1) as { children?: { url?: string }[] }[];
  };
  const text = TRIANGLE.text.trimEnd();
  const [added] = paragraphs(text);
  expect(fromLink(added.children![0].url!.split("#")[1])!.text).toBe(`${text}\n`);
  expect(paragraphs("let a = 1")).toEqual([]);
  expect(() => paragraphs(text.replace("-1/beta", "-1/btea"))).toThrow(
    /some\.md.*did you mean `beta`/s,
  );
});

test("files fill what has their name, what the text reads from them, or what alone is left", async () => {
  const text = 'data xi: [K, D]\ndata seen: [K] from "lists/seen.npz#s"\ngiven query: [D]\n';
  const npz = (...names: string[]) =>
    new File(
      [
        writeNpz(
          new Map(
            names.map((name) => [name, { dtype: "float32", shape: [1], data: Float32Array.of(7) }]),
          ),
        ) as Uint8Array<ArrayBuffer>,
      ],
      "seen.npz",
    );
  const csv = (name: string) => new File(["1,2\n3,4\n"], name);
  const filled = async (...files: File[]) => {
    const { data, said } = await readDropped(files, text);
    return [Object.keys(data).toSorted(), said.length];
  };
  expect(await filled(csv("xi.csv"))).toEqual([["xi"], 0]);
  expect(await filled(npz("s"))).toEqual([["seen"], 0]);
  expect(await filled(csv("other.csv"))).toEqual([[], 1]);
  expect(await filled(csv("xi.csv"), npz("s", "query"))).toEqual([["query", "seen", "xi"], 0]);
  expect(await filled(csv("xi.csv"), npz("s"), csv("other.csv"))).toEqual([
    ["query", "seen", "xi"],
    0,
  ]);
  expect(await filled(new File(["\u0000"], "xi.npy"))).toEqual([[], 1]);
});

test("a link holds small files to the bit, and says of large ones what it needs", () => {
  const values = Float32Array.of(0.1, -3e-30, 1 / 3, 7);
  const small = { ...TRIANGLE, step: 12, data: { query: { shape: [2, 2], values } } };
  expect(fromLink(toLink(small))).toEqual(small);
  const many = { shape: [3000], values: new Float32Array(3000) };
  const back = fromLink(toLink({ ...TRIANGLE, data: { xi: many } }))!;
  expect(back.data).toEqual({ xi: { shape: [3000], values: null } });
  expect(readScene(back).messages.join()).toContain("drop their file onto this page");
  expect(fromLink(toLink({ ...TRIANGLE, step: -1 }))).toBeNull();
});

test("what learns and is waited for no more leaves nothing behind", async () => {
  const before = tf.engine().state.numTensors;
  const parts = answers(LESSONS.training.scene);
  for (;;) {
    const { value } = await parts.next();
    if (value.learning !== null && value.learning.losses.length > 0) break;
  }
  await parts.return(undefined as never);
  expect(tf.engine().state.numTensors).toBe(before);
});

test("energies that are no numbers, or infinite, set no range of colours", () => {
  expect(rangeOf([null, 2, Infinity, -1, NaN, -Infinity])).toEqual([-1, 2]);
  expect(colourOf(0)).toEqual(colourOf(-3));
  expect(colourOf(2).map(Math.round)).toEqual(colourOf(1).map(Math.round));
});
