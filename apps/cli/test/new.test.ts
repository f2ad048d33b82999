// `ham new`: models that are formatted, sound and run without data, and a plugin that is used.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_START, starts } from "../src/files/templates.ts";
import { type Bench, makeBench } from "./ham.ts";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
});
afterAll(() => bench[Symbol.dispose]());

const text = (path: string) => readFileSync(join(bench.folder, path), "utf8");

test.each(starts())("$name is formatted, sound, passes its tests and runs", async ({ name }) => {
  const { code, stdout } = await bench.inProcess(["new", `my-${name}`, "--from", name]);
  const file = `my-${name}.ham`;
  expect(code).toBe(0);
  expect(stdout.split("\n")[0]).toBe(file);
  expect(text(file)).toContain(`/// my-${name}: `);
  expect(await bench.inProcess(["fmt", "--check", file])).toMatchObject({ code: 0 });
  expect((await bench.inProcess(["check", file])).stdout).toBe(`${file}: no errors, no warnings`);
  const tests = (await bench.inProcess(["test", file])).stdout;
  expect(tests).toContain(name === DEFAULT_START ? "no tests" : "1 passed, 0 failed");
  expect(await bench.inProcess(["run", file])).toMatchObject({ code: 0 });
});

test("where none is named, it is the dense one", async () => {
  await bench.inProcess(["new", "same", "--to", "a"]);
  await bench.inProcess(["new", "same", "--to", "b", "--from", DEFAULT_START]);
  expect(text("a/same.ham")).toBe(text("b/same.ham"));
});

test("a starting model that is none is answered with those that there are", async () => {
  const { code, stderr } = await bench.inProcess(["new", "x", "--from", "hopfild"]);
  expect(code).toBe(2);
  expect(stderr).toContain("Did you mean hopfield?");
  for (const { name, about } of starts()) {
    expect(stderr).toContain(name);
    expect(stderr).toContain(about);
  }
  expect(() => text("x.ham")).toThrow("ENOENT");
});

test.each(["Vision", "a/b", "../out", "@someone", "@someone/", "a b", ".hidden", "fs", ""])(
  "%j is no name of a plugin, and nothing is written",
  async (name) => {
    const { code, stderr } = await bench.inProcess(["new", "--plugin", name, "--to", "refused"]);
    expect(code).toBe(2);
    expect(stderr).toContain("is no name for a package on npm");
    expect(() => text("refused")).toThrow("ENOENT");
  },
);

test("a plugin is of no starting model, and goes over nothing", async () => {
  const both = await bench.inProcess(["new", "kit", "--plugin", "--from", "dense"]);
  expect(both).toMatchObject({ code: 2 });
  expect(both.stderr).toContain("--from is of models");
  bench.write("taken", "mine");
  const { code, stderr } = await bench.inProcess(["new", "--plugin", "@someone/taken"]);
  expect(code).toBe(2);
  expect(stderr).toBe("ham: taken exists already. Choose another name.");
  expect(text("taken")).toBe("mine");
});

describe("a plugin", () => {
  // In the package of the command, where what it imports is at hand.
  const folder = join(PACKAGE, "out/new-plugin");
  const plugin = join(folder, "vision");

  beforeAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    const made = await bench.inProcess(["new", "--plugin", "@someone/vision", "--to", folder]);
    expect(made).toMatchObject({ code: 0 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("has its name everywhere, and exports what a build writes", () => {
    for (const file of ["README.md", "package.json", "test/index.test.ts"]) {
      const written = readFileSync(join(plugin, file), "utf8");
      expect(written).toContain("@someone/vision");
      expect(written).not.toMatch(/__\w+__/);
    }
    const manifest = readFileSync(join(plugin, "package.json"), "utf8");
    const { exports, ham, files } = JSON.parse(manifest) as Record<string, unknown>;
    expect(exports).toMatchObject({ ".": { default: "./dist/index.js" } });
    expect(files).toEqual(["dist", "index.ham"]);
    expect(ham).toBe("./index.ham");
    expect(readFileSync(join(plugin, ".gitignore"), "utf8")).toContain("dist/");
  });

  test("has types that fit and tests that pass", () => {
    const run = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        cwd: plugin,
        encoding: "utf8",
      });
      return status === 0 ? "" : `${stdout}${stderr}`;
    };
    const tsc = join(PACKAGE, "../../node_modules/typescript/bin/tsc");
    // Here the packages are source, outside of the folder of the plugin.
    const types = ["--noEmit", "--allowImportingTsExtensions", "--rootDir", "/"];
    expect(run(tsc, ...types, "--declaration", "false")).toBe("");
    expect(run("--test", "test/*.test.ts")).toBe("");
  });

  test("is checked without its code and run with it, inside one folder", async () => {
    const installed = join(bench.folder, "node_modules/@someone/vision");
    mkdirSync(join(installed, "dist"), { recursive: true });
    for (const file of ["package.json", "index.ham"]) {
      cpSync(join(plugin, file), join(installed, file));
    }
    const source = readFileSync(join(plugin, "src/index.ts"), "utf8");
    writeFileSync(join(installed, "dist/index.js"), stripTypeScriptTypes(source));
    symlinkSync(join(PACKAGE, "node_modules/@hamlet"), join(bench.folder, "node_modules/@hamlet"));
    const readme = readFileSync(join(plugin, "README.md"), "utf8");
    const [, model] = /```ham\n([^]*?)```/u.exec(readme)!;
    bench.write("uses.ham", model);
    expect((await bench.inProcess(["check", "uses.ham", "--root", "."])).stdout).toBe(
      "uses.ham: no errors, no warnings\n" +
        "  the energy of `kit.neighbours` is code of a plugin, which was not run: checked by its signature (--trust-plugins runs it)",
    );
    // The same energy, written out.
    const near = "energy near = -sum[i, j where i < j and j <= i + 2] v[i] * v[j]";
    bench.write("written.ham", model.replace(/^connect near.*$/mu, near));
    const energyOf = async (file: string) => {
      const { code, stdout } = await bench.inProcess(["run", file, "--root", ".", "--json"]);
      expect(code).toBe(0);
      return (JSON.parse(stdout) as { outcomes: { energyAfter: number }[] }).outcomes[0]
        .energyAfter;
    };
    expect(await energyOf("uses.ham")).toBe(await energyOf("written.ham"));
    expect(await energyOf("uses.ham")).toBeLessThan(-1);
  });
});
