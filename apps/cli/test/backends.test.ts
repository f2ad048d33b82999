// A backend that is not there is explained; those that are there are examined by the doctor.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { findBackend, startBackend } from "../src/backend.ts";
import { BACKEND_NAMES, BACKENDS } from "../src/backends/catalogue.ts";
import { importOptional, installedVersion } from "../src/backends/optional.ts";
import { command, type Examined, summaryOf } from "../src/commands/doctor.ts";
import { EXIT } from "../src/exit.ts";
import { makeBench } from "./ham.ts";
import { parseReport } from "./schema.ts";

test("a misspelled backend is a usage error with the nearest name", () => {
  expect(() => findBackend("wams")).toThrow(
    expect.objectContaining({
      exitCode: EXIT.usage,
      message: expect.stringContaining("mean wasm?"),
    }),
  );
});

test("WebGL is not offered in Node, and asking for it says why", async () => {
  expect(BACKEND_NAMES).not.toContain("webgl");
  await expect(startBackend("webgl")).rejects.toThrow("exists in browsers only");
});

test("a package that is not installed is named with the command that installs it", async () => {
  const absent = {
    name: "imagined",
    install: "Install it with: npm install no-such-package",
    needs: "It needs a card.",
  };
  await expect(importOptional("@hamlet/no-such-package", absent)).rejects.toThrow(
    'the backend "imagined" needs the package "@hamlet/no-such-package", which is not installed. ' +
      "Install it with: npm install no-such-package. It needs a card.",
  );
});

test("what lies in the working folder is found, as an install beside a global ham leaves it", async () => {
  const before = process.cwd();
  using bench = makeBench();
  const folder = join(bench.folder, "node_modules", "a-backend-of-this-folder");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "version": "1.2.3", "main": "./main.cjs" }');
  writeFileSync(join(folder, "main.cjs"), "exports.here = true;");
  const about = { name: "of this folder", install: "Install it", needs: "" };
  const found = () => importOptional("a-backend-of-this-folder", about);
  await expect(found()).rejects.toThrow("which is not installed");
  expect(installedVersion("a-backend-of-this-folder")).toBe(null);
  process.chdir(bench.folder);
  try {
    await expect(found()).resolves.toMatchObject({ here: true });
    expect(installedVersion("a-backend-of-this-folder")).toBe("1.2.3");
  } finally {
    process.chdir(before);
  }
});

test("a package that is installed and does not load is not called missing", async () => {
  const broken = { name: "broken", install: "Install it", needs: "" };
  await expect(importOptional("data:text/javascript,throw Error('libX')", broken)).rejects.toThrow(
    "does not load: libX",
  );
});

test.each(["node", "node-gpu"])("%s says how to get it", async (name) => {
  const { install } = findBackend(name);
  expect(install).toContain("npm install @tensorflow/tfjs-node");
  await expect(startBackend(name)).rejects.toThrow(install);
});

test("only known words are used for what a backend is registered as", () => {
  expect(new Set(BACKENDS.map(({ registered }) => registered))).toEqual(
    new Set(["wasm", "cpu", "webgpu", "tensorflow", "webgl"]),
  );
});

describe("ham doctor", () => {
  test("prints a row for every backend, runs those that are there, and ends well", async () => {
    const written: string[] = [];
    const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    const code = await command.run({ json: true } as never);
    write.mockRestore();
    expect(code).toBe(EXIT.ok);
    const { backends } = parseReport("doctor", written.join("")) as { backends: Examined[] };
    const lines = summaryOf(backends).split("\n");
    const row = (name: string) => lines.find((line) => line.startsWith(`${name} `)) ?? "";
    expect(BACKENDS.every(({ name }) => row(name) !== "")).toBe(true);
    for (const name of ["wasm", "cpu"]) {
      expect(row(name)).toMatch(/4\.22\.0 +yes +\d\.\de-\d+ +none/);
    }
    expect(row("webgl")).toContain("absent");
    expect(lines.find((line) => line.startsWith("node:"))).toContain("npm install");
  });
});
