// The pages on Python and on checks: names in programs of Python are those of the files that `ham export` writes,
// and the workflow asks for what the action and the command have.

import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readNpz } from "@hamlet/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { makeBench } from "./ham.ts";

const ROOT = join(import.meta.dirname, "../../..");
const bench = makeBench();
afterAll(() => bench[Symbol.dispose]());

const textOf = (page: string) =>
  readFileSync(join(ROOT, `apps/docs/src/content/docs/use/${page}.md`), "utf8");
const blocksOf = (page: string, language: string) =>
  Array.from(
    textOf(page).matchAll(new RegExp(`^\`{3}${language}[^\n]*\n([^]*?)^\`{3}`, "gm")),
    ([, text]) => text,
  );
const read = (name: string) => readFileSync(join(bench.folder, name));
const [step, denoise, load] = blocksOf("python", "python");

beforeAll(async () => {
  cpSync(join(ROOT, "examples"), join(bench.folder, "examples"), { recursive: true });
  for (const [line] of blocksOf("python", "sh")) expect(line).not.toContain("\\");
  for (const block of blocksOf("python", "sh")) {
    const { code, stderr } = await bench.inProcess(
      block.trim().replace("pnpm ham ", "").split(" "),
    );
    expect(code, stderr).toBe(0);
  }
});

test("the program for JAX calls what the file has, with all of its arrays", () => {
  const file = read("dense.py").toString();
  for (const [, name] of step.matchAll(/dense\.(\w+)\(/g)) expect(file).toContain(`\ndef ${name}(`);
  const [, arrays] = /^ARRAYS = \{\n([^]*?)^\}/m.exec(file)!;
  const [, given] = /load\((\{.*?\}), states\)/.exec(step)!;
  // What has a value of its own need not be given.
  const wanted = Array.from(arrays.matchAll(/"(\w+)":/g), ([, name]) => name).filter(
    (name) => !file.includes(`arrays.setdefault("${name}"`),
  );
  expect(Array.from(given.matchAll(/"(\w+)":/g), ([, name]) => name)).toEqual(wanted);
  const [, states] = /^STATES = \{\n([^]*?)^\}/m.exec(file)!;
  for (const [, name] of step.matchAll(/states = \{"(\w+)"/g))
    expect(states).toContain(`"${name}"`);
});

test("the program for ONNX Runtime names what the file takes and gives", () => {
  const file = read("denoise.onnx").toString("latin1");
  const names = Array.from(denoise.matchAll(/"((?:array|recall)\/\w+)"/g), ([, name]) => name);
  expect(names).toEqual(["recall/v", "array/query"]);
  for (const name of names) expect(file).toContain(name);
  expect(denoise).toContain('"denoise.onnx"');
});

test("NumPy finds the arrays that it is told of", () => {
  const [, name] = /recalled\["(\w+)"\]/.exec(load)!;
  expect(readNpz(read("recalled.npz")).has(name)).toBe(true);
});

test("the workflow gives the action inputs that it has, and the command files that are there", async () => {
  const [text] = blocksOf("checks", "yaml");
  const { jobs } = parse(text) as {
    jobs: { check: { steps: { uses?: string; with?: object; run?: string }[] } };
  };
  const action = parse(readFileSync(join(ROOT, "action.yml"), "utf8")) as { inputs: object };
  const { steps } = jobs.check;
  const own = steps.find(({ uses }) => uses?.startsWith("OWNER/REPOSITORY@"))!;
  expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(own.with!)));
  const { run } = steps.find((one) => one.run !== undefined)!;
  const args = run!.replace("npx -y @hamlet/cli ", "").replace("models/", "examples/").split(" ");
  const { code, stderr } = await bench.inProcess(args);
  expect(code, stderr).toBe(0);
});

test("the exit codes are those of the command", async () => {
  const codes = Array.from(textOf("checks").matchAll(/^\| (\d) +\| ([^|]+?) +\|/gm), ([, code]) =>
    Number(code),
  );
  expect(codes).toEqual([0, 1, 2, 3]);
  expect((await bench.inProcess(["run"])).code).toBe(2);
  bench.write("wrong.ham", "ham 1\n\nneuron v: [D as tanh\n");
  expect((await bench.inProcess(["check", "wrong.ham"])).code).toBe(3);
});
