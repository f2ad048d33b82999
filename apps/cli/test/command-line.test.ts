// What the command line promises before any command runs.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { expect, test } from "vitest";
import { COMMANDS } from "../src/commands/catalogue.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const EXAMPLE = fileURLToPath(new URL("../../../examples/01-hopfield.ham", import.meta.url));

test.for(COMMANDS)("$name is listed as what it takes", async ({ name, usage, load }) => {
  const { takes } = (await load()).command;
  const command = takes(new Command(name));
  const parts = command.registeredArguments.map((argument) => {
    const text = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${text}>` : `[${text}]`;
  });
  if (command.options.length > 0) parts.unshift("[options]");
  expect(usage).toBe(parts.join(" "));
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
