// The commands that read a file and write about it.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench, MODEL, writeModel } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  writeModel(bench);
});
afterAll(() => bench[Symbol.dispose]());

const text = (name: string) => readFileSync(join(bench.folder, name), "utf8");

test("fmt writes a file the one way, and a second time changes nothing", async () => {
  bench.write("wide.ham", MODEL.replaceAll(" = ", "   =  "));
  expect(await bench.inProcess(["fmt", "--check", "wide.ham"])).toEqual({
    code: 1,
    stdout: "wide.ham: would be formatted (ham fmt wide.ham)",
    stderr: "",
  });
  expect((await bench.inProcess(["fmt", "wide.ham"])).stdout).toBe("wide.ham: formatted");
  expect(text("wide.ham")).toBe(MODEL.replace("data  xi", "data xi"));
  expect(await bench.inProcess(["fmt", "wide.ham"])).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("fmt leaves a file with syntax errors alone", async () => {
  const broken = MODEL.replace("as identity", "identity");
  bench.write("broken.ham", broken);
  const { code, stderr } = await bench.inProcess(["fmt", "broken.ham"]);
  expect(code).toBe(3);
  expect(stderr).toContain("expected `as` before the Lagrangian's name");
  expect(stderr).toContain("broken.ham: not formatted, it has syntax errors");
  expect(text("broken.ham")).toBe(broken);
});

test("graph draws circles and squares that are joined", async () => {
  const { code, stdout } = await bench.inProcess(["graph", "m.ham"]);
  expect(code).toBe(0);
  expect(stdout).toContain("out/m.svg");
  const svg = text("out/m.svg");
  expect(svg).toContain("<ellipse");
  expect(svg).toContain("<polygon");
  expect(svg).toContain(">lse<");
  expect(svg).toContain(">identity<");
  expect(svg.match(/class="edge"/g)).toHaveLength(1);
});

test("doc writes a page with the comments and the formulas", async () => {
  bench.write("told.ham", MODEL.replace("neuron v", "/// What is remembered.\nneuron v"));
  const { stdout } = await bench.inProcess(["doc", "told.ham"]);
  expect(stdout).toContain("# told");
  expect(stdout).toContain(
    "What is remembered.\n\n```ham\nneuron v: [D] as identity { leak = off }",
  );
  expect((await bench.inProcess(["doc", "told.ham", "--out", "told.md"])).stdout).toBe("told.md");
  expect(text("told.md").trimEnd()).toBe(stdout);
});

test("new never overwrites a model", async () => {
  expect((await bench.inProcess(["new", "first"])).stdout).toMatch(/^first\.ham\n/);
  const again = await bench.inProcess(["new", "first"]);
  expect(again.code).toBe(2);
  expect(again.stderr).toBe("ham: first.ham exists already. Choose another name.");
});

test("the examples are formatted and have no errors", async () => {
  const folder = fileURLToPath(new URL("../../../examples", import.meta.url));
  const paths = readdirSync(folder)
    .filter((name) => name.endsWith(".ham"))
    .map((name) => join(folder, name));
  expect(paths.length).toBeGreaterThan(2);
  expect(await bench.inProcess(["fmt", "--check", ...paths])).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
  expect((await bench.inProcess(["check", ...paths])).code).toBe(0);
});
