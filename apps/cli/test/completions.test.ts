// `ham completions`: what shells propose, asked of the shells themselves where they are installed.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../src/commands/catalogue.ts";
import { wholeProgram } from "../src/command-line.ts";
import { outlineOf } from "../src/command-outline.ts";
import { type Bench, makeBench } from "./ham.ts";

let bench: Bench;
beforeAll(async () => {
  bench = makeBench();
  for (const shell of ["bash", "zsh", "fish"]) {
    bench.write(shell, (await bench.inProcess(["completions", shell])).stdout);
  }
  mkdirSync(join(bench.folder, "models"));
  bench.write("memory.ham", "ham 1\n");
  bench.write("memory one.ham", "ham 1\n");
  bench.write("memory.npy", "");
});
afterAll(() => bench[Symbol.dispose]());

function ask(shell: string, script: string, args: readonly string[] = []): string[] {
  const { status, stdout, stderr } = spawnSync(shell, ["-c", script, ...args], {
    cwd: bench.folder,
    encoding: "utf8",
    env: { ...process.env, HOME: bench.folder },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.split("\n").filter((line) => line !== "");
}

const PROPOSES: Readonly<Record<string, (...words: string[]) => string[]>> = {
  bash: (...words) =>
    ask(
      "bash",
      'source ./bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ham; printf "%s\\n" "${COMPREPLY[@]}"',
      ["_", ...words],
    ),
  fish: (...words) =>
    ask("fish", `source ./fish; complete -C ${JSON.stringify(words.join(" "))}`).map(
      (line) => line.split("\t")[0],
    ),
};

/** Whether a shell is missing here, which is then said. */
function isMissing(shell: string): boolean {
  const missing = spawnSync(shell, ["--version"]).status !== 0;
  if (missing) console.warn(`Completions: not tried in ${shell}, because it is not here.`);
  return missing;
}

describe.for(Object.entries(PROPOSES))("%s", ([shell, proposes]) => {
  test.skipIf(isMissing(shell))(
    "proposes commands, options, their choices, models and folders",
    () => {
      expect(proposes("ham", "exp")).toEqual(["explain", "export"]);
      expect(proposes("ham", "run", "--se").sort()).toEqual(["--seed", "--set"]);
      expect(proposes("ham", "run", "--backend", "w").sort()).toEqual(["wasm", "webgpu"]);
      expect(proposes("ham", "reproduce", "dr").sort()).toEqual(["drdam", "drdam-early"]);
      const files = proposes("ham", "check", "m").map((name) => name.replaceAll("\\", ""));
      expect(files.map((name) => name.replace("/", "")).sort()).toEqual(
        [
          "memory one.ham",
          "memory.ham",
          "models",
          // fish lists other files behind those that fit.
          ...(shell === "fish" ? ["memory.npy"] : []),
        ].sort(),
      );
    },
  );
});

test.skipIf(isMissing("zsh"))(
  "zsh is told of every command and option, by words that it can read",
  async () => {
    const stubs = `
      _describe() { print -l -- "\${(@P)2}" }
      _arguments() { print -l -- "$@" }
      compdef() { : }
      source ./zsh`;
    const first = ask("zsh", `${stubs}; CURRENT=2 words=(ham ''); _ham`);
    expect(first.map((line) => line.split(":")[0])).toEqual([
      ...COMMANDS.map(({ name }) => name),
      "help",
    ]);
    for (const { name, options } of outlineOf(await wholeProgram())) {
      const specs = ask("zsh", `${stubs}; CURRENT=3 words=(ham ${name} ''); _ham`);
      const told = specs.flatMap((spec) => /^\*?(--[a-z-]+)\[/.exec(spec)?.[1] ?? []);
      expect(told).toEqual([...options.map((option) => option.name), "--help"]);
      const again = specs.flatMap((spec) => /^\*(--[a-z-]+)\[/.exec(spec)?.[1] ?? []);
      expect(again).toEqual(options.filter(({ repeats }) => repeats).map((option) => option.name));
    }
  },
);

/** What each shell is told where a value is a folder, or a file of one ending. */
const FORMS = {
  bash: { folder: 'compgen -d -- "$word"', file: (ending: string) => `-X '!*${ending}'` },
  fish: {
    folder: "__fish_complete_directories",
    file: (ending: string) => `__fish_complete_suffix ${ending}`,
  },
  zsh: { folder: "_files -/", file: (ending: string) => `_files -g "*${ending}"` },
} as const;

test.each(Object.entries(FORMS))("%s is told of folders and of endings", async (shell, forms) => {
  const script = readFileSync(join(bench.folder, shell), "utf8").split("\n");
  for (const { options } of outlineOf(await wholeProgram())) {
    for (const { name, value } of options) {
      if (value?.kind !== "folder" && value?.kind !== "file") continue;
      if (value.kind === "file" && value.endings.length === 0) continue;
      const plain = shell === "fish" ? `-l ${name.slice(2)} ` : name;
      const form = value.kind === "folder" ? forms.folder : forms.file(value.endings[0]);
      const told = script.filter((line) => line.includes(plain) && line.includes(form));
      expect(told, `${name} of ${value.kind}`).not.toEqual([]);
    }
  }
});
