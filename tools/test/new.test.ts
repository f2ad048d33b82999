// `pnpm new` makes entries that pass the laws as they are: each kind in a copy of the repository.

import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { make, type Made } from "../new/make.ts";
import { ROADS } from "../new/roads.ts";

const ROOT = join(import.meta.dirname, "../..");
const NAMES: Readonly<Record<string, string>> = {
  lagrangian: "made_up",
  command: "made-up",
  solver: "made_up",
  diagnostic: "made_up",
};

/** A copy of what git would see, with the links to packages leading to the copies. */
function copyRepository(to: string): void {
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: ROOT })
    .toString()
    .split("\n")
    .filter(
      (file) => file !== "" && !/^(apps\/docs\/(?!src\/play|package|tsconfig)|bench|\.)/.test(file),
    )
    .filter((file) => existsSync(join(ROOT, file)));
  for (const file of files) cpSync(join(ROOT, file), join(to, file));
  const tests = "tsconfig.tests.tsbuildinfo";
  if (existsSync(join(ROOT, tests))) cpSync(join(ROOT, tests), join(to, tests));
  symlinkSync(join(ROOT, "node_modules"), join(to, "node_modules"));
  for (const room of ["packages", "apps"]) {
    for (const name of readdirSync(join(to, room))) {
      const links = join(room, name, "node_modules");
      if (existsSync(join(ROOT, links))) {
        cpSync(join(ROOT, links), join(to, links), { recursive: true, verbatimSymlinks: true });
      }
      // What was built, so that only what is new need be checked.
      const built = join(room, name, "dist");
      if (existsSync(join(ROOT, built)))
        cpSync(join(ROOT, built), join(to, built), { recursive: true });
    }
  }
}

/** Runs a program of the repository in the copy; what it printed where it failed. */
function problems(copy: string, program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(copy, "node_modules", program), ...args],
    // Tests that draw their cases must draw what was made.
    { cwd: copy, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", HAMLET_SAMPLES: "10" } },
  );
  return status === 0 ? "" : `${stdout}\n${stderr}`;
}

describe("what is made for a new entry", () => {
  let copy = "";
  const made = new Map<string, Made>();

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "hamlet-"));
    copyRepository(copy);
    for (const kind of Object.keys(ROADS)) made.set(kind, make(copy, kind, NAMES[kind]));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test("is there, spelt out, and says what is left to fill in", () => {
    for (const [kind, { written, changed }] of made) {
      const texts = [...written, ...changed].map((file) => readFileSync(join(copy, file), "utf8"));
      expect(texts.join("\n"), kind).not.toMatch(/__[a-zA-Z]+__/);
      expect(readFileSync(join(copy, written[0]), "utf8"), kind).toContain("TODO");
    }
  });

  test("has the right types", () => {
    expect(problems(copy, "typescript/bin/tsc", ["-b", "apps/cli", "tsconfig.tests.json"])).toBe(
      "",
    );
  });

  test("passes the laws of its kind, which find it by themselves", () => {
    const laws = [
      "packages/lagrangians/test/laws.test.ts",
      "packages/lagrangians/test/convexity.test.ts",
      "packages/ham/test/solvers/laws.test.ts",
      "packages/dsl/test/meaning.test.ts",
      "packages/dsl/test/fixes.test.ts",
      "apps/cli/test/command-line.test.ts",
      "apps/cli/test/exit-codes.test.ts",
      "apps/cli/test/cases/command.test.ts",
    ];
    const own = [...made.values()].flatMap(({ written }) =>
      written.filter((file) => file.endsWith(".test.ts")),
    );
    expect(own).toHaveLength(3);
    const report = join(copy, "report.json");
    const failed = problems(copy, "vitest/vitest.mjs", [
      "run",
      ...laws,
      ...own,
      "-t",
      "made.up",
      "--maxWorkers=1",
      "--reporter=json",
      `--outputFile=${report}`,
    ]);
    expect(failed).toBe("");
    const { testResults } = JSON.parse(readFileSync(report, "utf8")) as {
      testResults: { name: string; assertionResults: { status: string }[] }[];
    };
    for (const file of [...laws, ...own]) {
      const found = testResults.find(({ name }) => name === join(copy, file));
      const passed = found?.assertionResults.filter(({ status }) => status === "passed") ?? [];
      expect(passed.length, file).toBeGreaterThan(0);
    }
  });

  test("is refused where it is there already, or the name is none", () => {
    expect(() => make(copy, "solver", "made_up")).toThrow("already; take another name");
    expect(() => make(copy, "solver", "Made-Up")).toThrow('such as my_own; found "Made-Up"');
    expect(() => make(copy, "command", "made_up")).toThrow("such as my-own");
    expect(() => make(copy, "command", undefined)).toThrow('found ""');
    expect(() => make(copy, "poem", "ode")).toThrow("Usage: pnpm new lagrangian|command");
    expect(() => make(copy, undefined, undefined)).toThrow("Usage");
  });
});
