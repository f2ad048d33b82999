// `ham examples`: what comes with the command is listed, and runs where it is copied.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EXAMPLES, examples } from "../src/files/examples.ts";
import { type Bench, makeBench } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
});
afterAll(() => bench[Symbol.dispose]());

test("every example is listed, with the sentence that it begins with", async () => {
  const { code, stdout } = await bench.inProcess(["examples"]);
  expect(code).toBe(0);
  for (const { name, about } of examples()) {
    expect(about, name).not.toBe("");
    expect(stdout).toContain(about);
  }
  expect(stdout).toContain("A thousand handwritten digits, held in one energy.");
});

test.each(examples())("$name is copied with all that it reads", async ({ name, files }) => {
  const { code } = await bench.inProcess(["examples", name, "--to", name]);
  expect(code).toBe(0);
  for (const file of files) {
    const copy = readFileSync(join(bench.folder, name, file));
    expect(Buffer.compare(copy, readFileSync(join(EXAMPLES, file)))).toBe(0);
  }
  if (name === "09-plugin") return; // Its plugin is a package that is not here.
  const checked = await bench.inProcess(["check", join(name, `${name}.ham`)]);
  expect(checked).toMatchObject({ code: 0 });
});

test("a copy runs", async () => {
  await bench.inProcess(["examples", "03a-dense-lse-dot", "--to", "here"]);
  const { code, stdout } = await bench.inProcess(["run", "here/03a-dense-lse-dot.ham"]);
  expect(code).toBe(0);
  expect(stdout).toContain("converged");
});

test("data that is there already stays, and a model is never written over", async () => {
  const copy = (name: string) => bench.inProcess(["examples", name, "--to", "shared"]);
  expect(await copy("03a-dense-lse-dot")).toMatchObject({ code: 0 });
  expect(await copy("03b-dense-lse-euclid.ham")).toMatchObject({ code: 0 });
  expect(await copy("07-drdam")).toMatchObject({ code: 0 });
  const again = await copy("07-drdam");
  expect(again.code).toBe(2);
  expect(again.stderr).toContain("shared/07-drdam.ham exists already");
});

test("data of somebody else in its place, or a link, is left alone and nothing is written", async () => {
  for (const [folder, put] of [
    ["own", (path: string) => writeFileSync(path, "mine")],
    ["link", (path: string) => symlinkSync("nowhere", path)],
  ] as const) {
    mkdirSync(join(bench.folder, folder, "data"), { recursive: true });
    put(join(bench.folder, folder, "data", "memories.npy"));
    const { code, stderr } = await bench.inProcess(["examples", "07-drdam", "--to", folder]);
    expect(code).toBe(2);
    expect(stderr).toContain("memories.npy exists already");
    expect(() => readFileSync(join(bench.folder, folder, "07-drdam.ham"))).toThrow("ENOENT");
  }
});

test("a name that is none has a neighbour", async () => {
  const { code, stderr } = await bench.inProcess(["examples", "digit"]);
  expect(code).toBe(2);
  expect(stderr).toContain("Did you mean digits?");
});
