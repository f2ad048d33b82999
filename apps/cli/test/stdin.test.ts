// `-` in place of a file: the model comes from the standard input.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench, MODEL, writeModel } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  writeModel(bench);
});
afterAll(() => bench[Symbol.dispose]());

test("ham fmt - writes to the standard output what it would write to the file", async () => {
  const untidy = MODEL.replaceAll(" = ", "=");
  bench.write("untidy.ham", untidy);
  await bench.inProcess(["fmt", "untidy.ham"]);
  const { code, stdout, stderr } = await bench.inProcess(["fmt", "-"], { input: untidy });
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toBe(readFileSync(join(bench.folder, "untidy.ham"), "utf8").trimEnd());
  expect(stdout).not.toBe(untidy.trimEnd());
  expect(await bench.inProcess(["fmt", "-", "--check"], { input: untidy })).toEqual({
    code: 1,
    stdout: "<stdin>: would be formatted (ham fmt -)",
    stderr: "",
  });
});

test("ham fmt - writes nothing for a text with syntax errors, and says them", async () => {
  const { code, stdout, stderr } = await bench.inProcess(["fmt", "-"], { input: "ham 1\ndim =" });
  expect([code, stdout]).toEqual([3, ""]);
  expect(stderr).toMatch(/--> <stdin>:2:5[^]*<stdin>: not formatted, it has syntax errors$/);
});

test("ham check - finds what stands beside the caller, and names the standard input", async () => {
  expect(await bench.inProcess(["check", "-"], { input: MODEL })).toEqual({
    code: 0,
    stdout: "<stdin>: no errors, no warnings",
    stderr: "",
  });
  const wrong = await bench.inProcess(["check", "-"], {
    input: MODEL.replace("xi[m, i]", "xj[m]"),
  });
  expect(wrong.stdout).toContain("--> <stdin>:");
  expect(wrong.code).toBe(3);
  expect(await bench.inProcess(["check", "-", "m.ham", "-"])).toEqual({
    code: 2,
    stdout: "",
    stderr: "ham: the standard input can be read once. Name - once.",
  });
});

test("other commands take it too, and call what they write stdin", async () => {
  const run = await bench.inProcess(["run", "-", "--json"], { input: MODEL });
  expect(JSON.parse(run.stdout)).toMatchObject({ model: "-", result: ["converged"] });
  const graph = await bench.inProcess(["graph", "-"], { input: MODEL });
  expect(graph.stdout).toContain("out/stdin.svg");
  expect(existsSync(join(bench.folder, "out/stdin.svg"))).toBe(true);
});

test("more than a model can have is not waited for", async () => {
  const { code, stderr } = await bench.inProcess(["check", "-"], {
    input: "x".repeat(2 ** 22 + 1),
  });
  expect(code).toBe(2);
  expect(stderr).toContain("more than the 4194304 bytes");
});
