// What the panels below the picture show: the same that the commands say.

import "@tensorflow/tfjs-backend-cpu";
import { explain, explainLatex, printCertificate, certify } from "@hamlet/graph";
import { renderToString } from "katex";
import { expect, test } from "vitest";
import { type Answer, answers } from "../src/play/answer.ts";
import { fromLink, toLink } from "../src/play/link.ts";
import { compileText } from "../src/play/memory.ts";
import { PRESETS } from "../src/play/presets.ts";
import { PANELS, type Panel, type Scene } from "../src/play/scene.ts";

const [TRIANGLE] = Object.values(PRESETS);

async function wholeAnswer(scene: Scene): Promise<Answer> {
  const parts = answers(scene);
  for (;;) {
    const { value, done } = await parts.next();
    if (done === true) return value;
  }
}
const found = async (scene: Scene, panel: Panel) =>
  (await wholeAnswer({ ...scene, panels: [panel] })).found!;

test("a link remembers which panels are open, and no others", () => {
  const panels = Object.keys(PANELS) as Panel[];
  expect(fromLink(toLink({ ...TRIANGLE, panels }))).toEqual({ ...TRIANGLE, panels });
  const foreign = ["rule", "toString", 7] as unknown as Panel[];
  expect(fromLink(toLink({ ...TRIANGLE, panels: foreign }))!.panels).toEqual(["rule"]);
  expect(fromLink(toLink({ ...TRIANGLE, panels: [] }))).toEqual(TRIANGLE);
});

test("nothing is found out for panels that are closed", async () => {
  expect((await wholeAnswer(TRIANGLE)).found).toBeUndefined();
});

test.each(Object.entries(PRESETS))(
  "the rule of %s is what `ham explain` prints, and each of its names is in the text",
  async (_, scene) => {
    const { rule } = await found(scene, "rule");
    const { rows, names, certificate } = rule!;
    const unmarked = (latex: string) => latex.replaceAll(/\\htmlData\{name=[^}]*\}\{(.*?)\}(?=[_^ )},]|$)/g, "$1");
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
  const text = TRIANGLE.text.replace("data xi: [K, D]", 'data xi: [K, D]\ndata u: [K]').replace("(v[i]", "u[m] * (v[i]");
  const { found, recall } = await wholeAnswer({ ...TRIANGLE, text, panels: ["rule"] });
  expect(recall).toBeNull();
  expect(found!.rule!.names.find(({ name }) => name === "u")!.type).toBe("data u: [K]");
});
