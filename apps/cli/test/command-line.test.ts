// What the command line promises before any command runs.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { expect, test } from "vitest";
import { hamCall } from "../src/called.ts";
import { usageOf } from "../src/command-outline.ts";
import { COMMANDS } from "../src/commands/catalogue.ts";
import { makeBench } from "./ham.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const EXAMPLE = fileURLToPath(new URL("../../../examples/01-hopfield.ham", import.meta.url));

test.for(COMMANDS)("$name is listed as what it takes", async ({ name, usage, load }) => {
  const { takes } = (await load()).command;
  const command = takes(new Command(name));
  expect(usage).toBe(usageOf(command));
});

/** The addresses of all modules that a command line loads. */
function loadedBy(args: readonly string[]): string[] {
  const hook = `import { registerHooks } from "node:module";
    registerHooks({ load: (url, context, next) => (process._rawDebug(url), next(url, context)) });`;
  const { stderr } = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(hook)}`, MAIN, ...args],
    { encoding: "utf8" },
  );
  const loaded = stderr.split("\n").filter((line) => /^(file|node):/.test(line));
  expect(loaded.some((url) => url.endsWith("/command-line.ts"))).toBe(true);
  return loaded;
}

const TENSORFLOW = /@tensorflow/;

test.for([[["--version"]], [["--help"]], [["rnu"]]] as const)(
  "ham %s loads no command and no TensorFlow.js",
  ([args]) => {
    const commands = /\/commands\/(?!catalogue\.ts|command\.ts)/;
    expect(loadedBy(args).filter((url) => commands.test(url) || TENSORFLOW.test(url))).toEqual([]);
  },
);

test("ham check loads no TensorFlow.js", () => {
  const loaded = loadedBy(["check", EXAMPLE]);
  expect(loaded.some((url) => url.endsWith("/commands/check.ts"))).toBe(true);
  expect(loaded.filter((url) => TENSORFLOW.test(url))).toEqual([]);
});

test.for(["remember", "forget", "merge", "memory"])(
  "ham %s loads the package of a memory when it knows which",
  (name) => {
    const loaded = loadedBy([name, "--help"]);
    expect(loaded.some((url) => url.endsWith(`/commands/${name}.ts`))).toBe(true);
    expect(loaded.filter((url) => /\/packages\/(drdam|kohonen)\//.test(url))).toEqual([]);
  },
);

test.for([["--help"], ...COMMANDS.map(({ name }) => [name, "--help"])])(
  "ham %s fits into sixty columns",
  async (args) => {
    const { stdout } = process;
    const before = [stdout.isTTY, stdout.columns] as const;
    using bench = makeBench();
    Object.assign(stdout, { isTTY: true, columns: 60 });
    try {
      const { code, stdout: text } = await bench.inProcess(args);
      expect(code).toBe(0);
      // A word that is longer than the room beside the options cannot be broken.
      expect(text.split("\n").filter((line) => Array.from(line).length > 60)).toEqual([]);
    } finally {
      Object.assign(stdout, { isTTY: before[0], columns: before[1] });
    }
  },
);

test("what is proposed can be typed where ham was called", () => {
  expect(hamCall("/clone/apps/cli/src/main.ts", {})).toBe("pnpm ham");
  expect(hamCall("/bin/ham", {})).toBe("ham");
  expect(hamCall("/cache/.bin/ham", { npm_command: "exec" })).toBe("npx @hamlet/cli");
});

test("a folder stands for all models in it and below", async () => {
  using bench = makeBench();
  for (const folder of ["many/deep", "many/node_modules/kit", "many/.hidden", "empty"]) {
    mkdirSync(join(bench.folder, folder), { recursive: true });
  }
  const text = "ham 1\nneuron v: [2] as tanh\nenergy e = -sum[i] v[i]\n";
  for (const name of [
    "b.ham",
    "deep/a.ham",
    "node_modules/kit/k.ham",
    ".hidden/h.ham",
    "notes.txt",
  ]) {
    bench.write(join("many", name), text);
  }
  const { code, stdout } = await bench.inProcess(["check", "many"]);
  expect(stdout.split("\n").map((line) => line.split(":")[0])).toEqual([
    join("many", "b.ham"),
    join("many", "deep", "a.ham"),
  ]);
  expect(code).toBe(0);
  expect((await bench.inProcess(["test", "many"])).stdout).toContain("tests: 0 passed");
  const { code: none, stderr } = await bench.inProcess(["fmt", "empty"]);
  expect([none, stderr]).toEqual([2, "ham: there are no .ham files in the folder empty."]);
});
