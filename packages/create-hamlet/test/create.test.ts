// `npm create hamlet`: folders whose model is sound, and nothing written over.

import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask } from "../src/ask.ts";
import { make, Refusal } from "../src/make.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const HAM = fileURLToPath(new URL("../../../apps/cli/src/main.ts", import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "create-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function create(...args: string[]) {
  const options = { cwd: folder, encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], options);
  return { code: status, stdout, stderr };
}

describe.each([
  { args: ["a-model"], model: "letters.ham" },
  { args: ["a-page", "--page"], model: "public/letters.ham" },
])("$args", ({ args, model }) => {
  beforeAll(() => {
    expect(create(...args)).toMatchObject({ code: 0, stderr: "" });
  });

  test("its model is formatted and its tests pass", () => {
    const place = join(folder, args[0]);
    const ham = (...words: string[]) =>
      execFileSync(process.execPath, [HAM, ...words], { cwd: place, encoding: "utf8" });
    expect(ham("fmt", "--check", model)).toBe("");
    expect(ham("test", model)).toContain("2 passed, 0 failed");
  });

  test("its scripts name files that are there", () => {
    const place = join(folder, args[0]);
    const files = readdirSync(place, { recursive: true, encoding: "utf8" });
    for (const file of files.filter((file) => /\.(json|md|html|ts)$/u.test(file))) {
      expect(readFileSync(join(place, file), "utf8"), file).not.toMatch(/__\w+__/u);
    }
    for (const file of files.filter((file) => file.endsWith(".json"))) {
      expect(() => JSON.parse(readFileSync(join(place, file), "utf8")) as unknown).not.toThrow();
    }
    const { name, scripts } = JSON.parse(readFileSync(join(place, "package.json"), "utf8")) as {
      name: string;
      scripts: Readonly<Record<string, string>>;
    };
    expect(name).toBe(args[0]);
    const named = Object.values(scripts).flatMap((script) => script.match(/\S+\.ham/gu) ?? []);
    expect(new Set(named)).toEqual(new Set([model]));
    for (const hidden of [".gitignore", ".vscode/extensions.json", ".vscode/settings.json"]) {
      expect(existsSync(join(place, hidden)), hidden).toBe(true);
    }
  });
});

test("nothing is written over, not even a link that leads nowhere", () => {
  writeFileSync(join(folder, "taken"), "mine");
  symlinkSync("nowhere", join(folder, "link"));
  for (const name of ["taken", "link", "."]) {
    const { code, stderr } = create(name);
    expect(code).toBe(2);
    expect(stderr).toBe(`create-hamlet: ${name} exists already. Choose another name.\n`);
  }
  expect(readFileSync(join(folder, "taken"), "utf8")).toBe("mine");
  expect(create("taken/below")).toMatchObject({ code: 2, stdout: "" });
  expect(readdirSync(folder).filter((name) => name.includes("unfinished"))).toEqual([]);
});

test("a folder behind a link and .. is made where that leads", () => {
  mkdirSync(join(folder, "there/below"), { recursive: true });
  symlinkSync("there/below", join(folder, "aside"));
  expect(create("aside/../made/here/")).toMatchObject({ code: 0, stderr: "" });
  expect(existsSync(join(folder, "there/made/here/package.json"))).toBe(true);
  expect(readdirSync(folder)).not.toContain("made");
  expect(create("aside/../made")).toMatchObject({ code: 2, stdout: "" });
});

test("mistakes of the arguments say how it is called", () => {
  expect(create("--pages").stderr).toContain("Usage: npm create hamlet");
  expect(create("a", "b")).toMatchObject({ code: 2 });
  expect(create("--help")).toMatchObject({ code: 0 });
});

test("a folder of any name gives a package of a name that npm takes", () => {
  make(join(folder, "Ümläut & Söhne"), "model");
  const manifest = readFileSync(join(folder, "Ümläut & Söhne/package.json"), "utf8");
  expect((JSON.parse(manifest) as { name: string }).name).toMatch(/^[a-z\d-][a-z\d._~-]*$/u);
  expect(() => make(join(folder, "Ümläut & Söhne"), "page")).toThrow(Refusal);
});

test("on a terminal it asks; who leaves gets nothing", async () => {
  const answers = async (...lines: string[]) => {
    const input = new PassThrough();
    const output = new PassThrough();
    const asked = ask(input, output);
    // The next line is typed when the next question has been asked.
    output.on("data", () => {
      const line = lines.shift();
      if (line === undefined) input.end();
      else input.write(`${line}\n`);
    });
    return await asked;
  };
  expect(await answers("here", "y")).toEqual({ folder: "here", page: true });
  expect(await answers("", "")).toEqual({ folder: "my-memory", page: false });
  expect(await answers("here")).toBeNull();
});
