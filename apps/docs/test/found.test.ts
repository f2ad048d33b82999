// What the panels below the picture show: the same that the commands say.

import "@tensorflow/tfjs-backend-cpu";
import { explain, explainLatex, printCertificate, certify } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { renderToString } from "katex";
import { expect, test } from "vitest";
import { type Answer, answers } from "../src/play/answer.ts";
import { fromLink, toLink } from "../src/play/link.ts";
import { compileText } from "../src/play/memory.ts";
import { PRESETS } from "../src/play/presets.ts";
import { PANELS, type Panel, type Scene } from "../src/play/scene.ts";

const [TRIANGLE, , , BINARY] = Object.values(PRESETS);

const wholeAnswer = (scene: Scene) => lastOf(answers(scene));

async function lastOf(parts: ReturnType<typeof answers>): Promise<Answer> {
  for (;;) {
    const { value, done } = await parts.next();
    if (done === true) return value;
  }
}
const found = async (scene: Scene, panel: Panel) =>
  (await wholeAnswer({ ...scene, panels: [panel] })).found!;

test("a link remembers which panels are open, and no others, and the text beside", () => {
  const panels = Object.keys(PANELS) as Panel[];
  expect(fromLink(toLink({ ...TRIANGLE, panels }))).toEqual({ ...TRIANGLE, panels });
  const foreign = ["rule", "toString", 7] as unknown as Panel[];
  expect(fromLink(toLink({ ...TRIANGLE, panels: foreign }))!.panels).toEqual(["rule"]);
  expect(fromLink(toLink({ ...TRIANGLE, panels: [] }))).toEqual(TRIANGLE);
  const beside = TRIANGLE.text.replace("= 8", "= 2");
  expect(fromLink(toLink({ ...TRIANGLE, beside }))).toEqual({ ...TRIANGLE, beside });
  expect(fromLink(toLink({ ...TRIANGLE, beside: "x".repeat(30_000) }))).toEqual(TRIANGLE);
});

test("the atlas is that of the model, with its passes and certificates", async () => {
  const { atlas } = await found(TRIANGLE, "atlas");
  if (atlas?.ending !== "found") throw new Error(`it is ${atlas?.ending}`);
  const { points, morse } = atlas.result;
  expect(morse).toBe(1);
  expect(points.map(({ kind, index }) => `${kind} ${index}`).join("; ")).toBe(
    "minimum 0; minimum 0; minimum 0; saddle 1; saddle 1; saddle 1; maximum 2",
  );
  for (const { kind, joins, barrier, certified, basin } of points) {
    expect(certified).toBe("yes");
    expect(basin[0]).toBeLessThanOrEqual(basin[1]);
    expect(joins === null).toBe(kind !== "saddle");
    if (kind !== "minimum") continue;
    const passes = points.filter((point) => point.joins !== null);
    const lowest = Math.min(...passes.map(({ energy }) => energy));
    expect(barrier!.height).toBeCloseTo(lowest - points[0].energy, 6);
  }
  // The three passes join every two of the three.
  const pairs = points.flatMap(({ joins }) =>
    joins === null ? [] : [joins.toSorted((a, b) => a - b).join()],
  );
  expect(pairs.sort()).toEqual(["0,1", "0,2", "1,2"]);
  const none = await found(BINARY, "atlas");
  expect(none.atlas).toMatchObject({ ending: "failed" });
});

test("nothing is found out for panels that are closed", async () => {
  expect((await wholeAnswer(TRIANGLE)).found).toBeUndefined();
});

test.each(Object.entries(PRESETS))(
  "the rule of %s is what `ham explain` prints, and each of its names is in the text",
  async (_, scene) => {
    const { rule } = await found(scene, "rule");
    const { rows, names, certificate } = rule!;
    const unmarked = (latex: string) =>
      latex.replaceAll(/\\htmlData\{name=[^}]*\}\{(.*?)\}(?=[_^ )},]|$)/g, "$1");
    const { graph } = compileText(scene.text);
    const lines = rows
      .filter(({ part }) => part !== "energy")
      .map(({ left, right }) => unmarked(`${left} &= ${right}`));
    expect(`\\begin{aligned}\n${lines.join(" \\\\\n")}\n\\end{aligned}\n`).toBe(
      explainLatex(explain(graph)),
    );
    expect(certificate.join("\n")).toBe(printCertificate(certify(graph)).trimEnd());
    for (const { name, latex, type } of names) {
      expect(renderToString(latex, { throwOnError: true })).toContain("katex");
      expect(type).toContain(name);
      if (!type.includes('"where"')) expect(scene.text).toMatch(new RegExp(`\\b${name}\\b`));
    }
  },
);

test("names have their types, with the sizes that data tells", async () => {
  const { rule } = await found(TRIANGLE, "rule");
  expect(Object.fromEntries(rule!.names.map(({ name, type }) => [name, type]))).toEqual({
    memory: "energy memory",
    beta: "const beta: real > 0 = 8",
    v: "neuron v: [D] = 2 as identity",
    xi: "data xi: [K, D] = 3 × 2",
    p: 'p: [K] = 3, written out below "where"',
  });
});

test("the rule of a text that cannot run without a file is shown all the same", async () => {
  const text = TRIANGLE.text
    .replace("data xi: [K, D]", "data xi: [K, D]\ndata u: [K]")
    .replace("(v[i]", "u[m] * (v[i]");
  const { found, recall } = await wholeAnswer({ ...TRIANGLE, text, panels: ["rule"] });
  expect(recall).toBeNull();
  expect(found!.rule!.names.find(({ name }) => name === "u")!.type).toBe("data u: [K]");
});

test("fixed points are numbered in the picture as in their list, which the recall has its place in", async () => {
  const { drawing, found: of } = await wholeAnswer({ ...TRIANGLE, panels: ["points"] });
  const { points, ending, census } = of!.points!;
  expect(of!.points!.problem).toBeUndefined();
  expect([ending, census!.starts, census!.morse]).toEqual(["found", 100, 1]);
  const kinds = "minimum minimum minimum saddle saddle saddle maximum";
  expect(points.map(({ kind }) => kind).join(" ")).toBe(kinds);
  const numbers = drawing!.marks.map(({ number }) => number);
  expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7]);
  for (const { number, at } of drawing!.marks) {
    expect([...points[number! - 1].states[0].values]).toEqual(at);
  }
  for (const { kind, nearest, states } of points) {
    // By hand: the nearest of the three stars.
    const [{ values }] = states;
    const distances = TRIANGLE.points.map(([x, y]) => Math.hypot(x - values[0], y - values[1]));
    const least = Math.min(...distances);
    expect(nearest!.array).toBe("xi");
    expect(nearest!.distance).toBeCloseTo(least, 6);
    expect(distances[nearest!.row - 1]).toBeCloseTo(least, 6);
    if (kind === "minimum") expect(nearest!.distance).toBeLessThan(0.01);
  }
  const reached = points.filter(({ reached: is }) => is);
  expect(reached.map(({ nearest }) => nearest!.row)).toEqual([3]);
  expect(points.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1 - census!.astray, 9);
});

test("a search that is given up says so, and one that cannot be says why", async () => {
  const parts = answers({ ...TRIANGLE, panels: ["points"] }, undefined, {
    stopped: () => false,
    searched: () => true,
  });
  const { found: given } = await lastOf(parts);
  expect(given!.points).toMatchObject({ ending: "stopped", points: [] });
  const binary = await found(PRESETS["Binary units"], "points");
  expect(binary.points!.ending).toBe("failed");
  expect(binary.points!.problem).toContain("jump");
});

test("a search that nobody waits for any more leaves nothing behind", async () => {
  const before = tf.memory().numTensors;
  const parts = answers({ ...TRIANGLE, panels: ["points"] });
  for (;;) {
    const { value } = await parts.next();
    if (value.found?.points?.ending === "running") break;
  }
  await parts.return(undefined as never);
  expect(tf.memory().numTensors).toBe(before);
});
