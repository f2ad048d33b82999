// Small patterns without an array file: typed, in a table, in JSON, drawn.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadModelFile } from "@hamlet/model/node";
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
    return error?.message.replaceAll(new RegExp(`[./]*${folder}`, "g"), "FOLDER");
  };
  expect(await told({ letters: notes })).toMatchInlineSnapshot(`
    "error[E0908] not_an_array: FOLDER/notes.txt: expected an array file (.npy, .npz, safetensors), a PNG picture, a table of numbers (CSV, TSV), JSON, or pictures typed with # and ., found 5 bytes that are none of them
     --> --data letters:1:16
    1 | --data letters=FOLDER/notes.txt
      |                ^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: Save the numbers in one of these forms."
  `);
  expect(await told({ q: join(folder, "nothing.npy") })).toMatchInlineSnapshot(`
    "error[E0901] no_file: cannot read \`FOLDER/nothing.npy\`
     --> --given q:1:11
    1 | --given q=FOLDER/nothing.npy
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^ looked in FOLDER"
  `);
});
