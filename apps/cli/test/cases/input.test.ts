// Small patterns without an array file: typed, in a table, in JSON, drawn, or written out in the model.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, type SourceFile } from "@hamlet/dsl";
import { format } from "@hamlet/dsl/format";
import { toHam } from "@hamlet/dsl/write";
import { fromJson, modelId, printJson, toJson } from "@hamlet/graph";
import { CATALOGUE, loadModel } from "@hamlet/model";
import { loadModelFile } from "@hamlet/model/node";
import * as tf from "@tensorflow/tfjs-core";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../../src/backend.ts";
import { readPatterns } from "../../src/files/patterns.ts";

const CASE = fileURLToPath(new URL("../../../../fixtures/cases/07-text-letters/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ham-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => startBackend("cpu"));

/** The signs of the letters, read here in the simplest way. */
const SIGNS = readFileSync(join(CASE, "letters.txt"), "utf8")
  .split("\n\n")
  .map((letter) => Array.from(letter.replaceAll("\n", "")).map((sign) => (sign === "#" ? 1 : -1)));

const write = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const letter = (k: number, change: (sign: number, i: number) => number = (sign) => sign) =>
  SIGNS[k].map(change);
/** Damaged in the first two pixels of the first row. */
const cue = letter(1, (sign, i) => (i < 2 ? -sign : sign));
const rows = (signs: readonly number[]) =>
  [0, 1, 2, 3, 4].map((y) => signs.slice(5 * y, 5 * y + 5));
const typed = (signs: readonly number[]) =>
  rows(signs)
    .map((row) => row.map((sign) => (sign === 1 ? "#" : ".")).join(""))
    .join("\n");

describe("five letters typed as text", () => {
  const cues: Readonly<Record<string, () => string>> = {
    "a picture typed as text": () => write("q.txt", typed(cue)),
    "a list of lists in JSON": () => write("q.json", JSON.stringify(rows(cue))),
    "a list in an object": () => write("named.json", JSON.stringify({ q: rows(cue) })) + "#q",
    "a table": () => write("q.csv", rows(cue).join("\n")),
    "a PNG picture": () => {
      const data = Uint8Array.from(cue, (sign) => (sign === 1 ? 255 : 0));
      return write("q.png", encode({ width: 5, height: 5, channels: 1, data }));
    },
  };

  test.each(Object.keys(cues))("are recalled from %s", async (name) => {
    using model = await loadModelFile(join(CASE, "l.ham"), { data: { q: cues[name]() } });
    const { shape, data } = model.entries("letters");
    expect({ shape, data: [...data] }).toEqual({ shape: [SIGNS.length, 5, 5], data: SIGNS.flat() });
    expect([...model.entries("q").data]).toEqual(cue);
    using result = await model.recall();
    const [v] = result.activations.values();
    expect([...(await v.data())]).toEqual(letter(1));
  });

  test("are patterns of ham store and ham capacity", async () => {
    expect(await readPatterns(join(CASE, "letters.txt"))).toEqual({
      shape: [SIGNS.length, 25],
      axes: [5, 5],
      data: Float64Array.from(SIGNS.flat()),
    });
    expect((await readPatterns(join(CASE, "rows.csv"))).data).toEqual(
      Float64Array.of(-1, 1, 1, 1, -1, 1, -1, -1, -1, 1),
    );
    expect((await readPatterns(join(CASE, "rows.json"))).data).toEqual(
      Float64Array.of(-1, 1, -1, 1, -1, 1),
    );
  });
});

test("a file that holds no array has a message of its own, where its name was written", async () => {
  const load = (data: Record<string, string>) => loadModelFile(join(CASE, "l.ham"), { data });
  const notes = write("notes.txt", "milk\n");
  const told = async (data: Record<string, string>) => {
    const error = await load(data).then(
      () => null,
      (reason: unknown) => reason as Error,
    );
    // However far from the model the folder is.
    return error?.message
      .replaceAll(new RegExp(`[\\w./-]*${basename(folder)}`, "g"), "FOLDER")
      .replaceAll(/\^+/g, "^");
  };
  expect(await told({ letters: notes })).toMatchInlineSnapshot(`
    "error[E0908] not_an_array: FOLDER/notes.txt: expected an array file (.npy, .npz, safetensors), a PNG picture, a table of numbers (CSV, TSV), JSON, or pictures typed with # and ., found 5 bytes that are none of them
     --> --data letters:1:16
    1 | --data letters=FOLDER/notes.txt
      |                ^
      = help: Save the numbers in one of these forms."
  `);
  expect(await told({ q: join(folder, "nothing.npy") })).toMatchInlineSnapshot(`
    "error[E0901] no_file: cannot read \`FOLDER/nothing.npy\`
     --> --given q:1:11
    1 | --given q=FOLDER/nothing.npy
      |           ^ looked in FOLDER"
  `);
});

const read = (name: string): SourceFile => ({
  name,
  text: readFileSync(join(CASE, name), "utf8"),
});

describe("literal arrays", () => {
  test.each(["inline.ham", "inline2.ham"])("%s: two patterns in the file", async (name) => {
    using model = await loadModel(read(name));
    expect(Array.from(model.entries("p").data)).toEqual([1, -1, 1, -1, 1, 1, -1, -1]);
    expect(model.entries("p").shape).toEqual([2, 4]);
  });

  test("inline3.ham: a list too few is refused where it stands", async () => {
    const [wrong] = compile(read("inline3.ham"), { registry: CATALOGUE }).diagnostics;
    expect(wrong).toMatchObject({
      code: "E0313",
      message: "expected a list of the entries along N",
    });
    expect(read("inline3.ham").text.slice(wrong.span.start, wrong.span.end)).toBe("1");
  });

  const LETTERS = `ham 1
dim K, N
data p: sign[K, N] = [[1, -1, 1, -1, 1], [1, 1, -1, -1, 1]]
const w: real[N] > 0 = [0.5, 1, 2, 1/4, 1e-3]
param b: [N] = [0, 0, 0, 0.1, -0.2]
given q: sign[N] = [[1, -1, -1, -1, 1], [1, 1, -1, -1, -1], [1, -1, 1, 1, 1]]
neuron v: [N] as sign
energy e = -1/2 * sum[m] (sum[i] p[m, i] * v[i])^2 - sum[i] b[i] * w[i] * v[i]
recall settle { start v = q solver = async(order = cyclic) steps = 20 stop when settled }
test "the first comes back" { run settle expect sum[i] p[0, i] * v[i] >= -5 }
`;

  const P = [
    [1, -1, 1, -1, 1],
    [1, 1, -1, -1, 1],
  ];
  const energy = (v: ArrayLike<number>) =>
    P.reduce((sum, p) => sum - p.reduce((dot, x, i) => dot + x * v[i], 0) ** 2 / 2, 0) -
    (0.1 * 0.25 * v[3] - 0.2 * 1e-3 * v[4]);

  test("are data, consts, params and examples, and give dims their sizes", async () => {
    const before = tf.memory().numTensors;
    {
      using model = await loadModel({ name: "letters.ham", text: LETTERS });
      expect([...model.sizes].map(([dim, size]) => `${dim.name} ${size}`)).toEqual(["N 5", "K 2"]);
      using result = await model.recall();
      expect(result.batch).toBe(3);
      const [v] = [...result.activations.values()];
      const ends = await v.data();
      const { outcomes } = result;
      outcomes.forEach(({ energyAfter, energyBefore }, at) => {
        const end = ends.slice(at * 5, at * 5 + 5);
        expect(energyAfter).toBeCloseTo(energy(end), 4);
        expect(energyAfter).toBeLessThanOrEqual(energyBefore);
      });
      const q = [1, 1, -1, -1, -1];
      expect(outcomes[1].energyBefore).toBeCloseTo(energy(q), 4);
      expect((await model.runTests()).map(({ passed, examples }) => [passed, examples])).toEqual([
        [true, 3],
      ]);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  test("come through the formatter, the IR and back as they were", () => {
    const source = { name: "letters.ham", text: LETTERS };
    const { graph } = compile(source, { registry: CATALOGUE });
    const same = (text: string) => compile({ ...source, text }, { registry: CATALOGUE }).graph;
    expect(modelId(same(format(source).text))).toBe(modelId(graph));
    expect(modelId(same(toHam(graph)))).toBe(modelId(graph));
    const json = printJson(toJson(graph));
    const back = fromJson(JSON.parse(json));
    expect(modelId(back.graph)).toBe(modelId(graph));
    expect(printJson(toJson(back.graph, back.meta))).toBe(json);
    // Another entry is another model.
    expect(modelId(same(LETTERS.replace("[0.5, 1", "[0.5, 3")))).not.toBe(modelId(graph));
  });

  test("give way to a file that is named when the model is run", async () => {
    const text = LETTERS.replace("dim K, N", "dim K = 2, N");
    const files = { read: () => Promise.reject(new Error("asked for")) };
    await expect(
      loadModel({ name: "letters.ham", text }, { files, data: { p: "other.npy" } }),
    ).rejects.toThrow("asked for");
  });
});
