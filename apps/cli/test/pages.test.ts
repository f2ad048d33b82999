// What the pages of the site say of commands: they exist, take what is shown, and answer as is shown.

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wholeProgram } from "../src/command-line.ts";
import { makeBench } from "./ham.ts";

const PAGES = join(import.meta.dirname, "../../docs/src/content/docs");
const pages = globSync("**/*.{md,mdx}", { cwd: PAGES }).sort();
const bench = makeBench();
afterAll(() => bench[Symbol.dispose]());

const textOf = (page: string) => readFileSync(join(PAGES, page), "utf8");

/** Every command line of a page, in a block of a shell or in a sentence, after `ham`. */
function commandsOf(page: string): string[][] {
  const text = textOf(page);
  const blocks = [...text.matchAll(/^```sh\n([^]*?)^```/gm)].flatMap(([, block]) =>
    block.replaceAll("\\\n", " ").split("\n"),
  );
  const sentences = [...text.replaceAll(/^```[^]*?^```/gm, "").matchAll(/`([^`]+)`/g)].map(
    ([, code]) => code.replaceAll("\n", " "),
  );
  return [...blocks, ...sentences].flatMap((line) => {
    const [, rest] = /^(?:(?:npx -y pnpm@\S+ |pnpm )?ham) ([^#|]+)/.exec(line) ?? [];
    return rest === undefined ? [] : [rest.trim().split(/\s+/)];
  });
}

let program: Command;
beforeAll(async () => void (program = await wholeProgram()));

test.for(pages)("%s names commands and options that there are", (page) => {
  for (const [name, ...words] of commandsOf(page)) {
    // `ham 1` is the first line of a file, and a heading may leave the name open.
    if (!/^[a-z]/.test(name)) continue;
    const command = program.commands.find((other) => other.name() === name);
    expect(command, `ham ${name}`).toBeDefined();
    const known = new Set([...command!.options.map(({ long }) => long), "--help"]);
    const named = words.flatMap((word) => /^--[\w-]+/.exec(word) ?? []);
    for (const option of named) expect([...known], `ham ${name} ${option}`).toContain(option);
  }
});

test.for(pages)("%s shows no program that runs tensors without a backend", (page) => {
  for (const [, block] of textOf(page).matchAll(/^```ts\n([^]*?)^```/gm)) {
    const runs = /from "@(?:hamlet\/(?:model|energy-transformer)|tensorflow\/tfjs-core)/.test(
      block,
    );
    if (runs) expect(block).toMatch(/^import "@tensorflow\/tfjs-backend-\w+";$/m);
  }
});

test("the first memory is explained as its page says, and so is its mistake", async () => {
  const page = textOf("learn/write-a-memory.md");
  const shown = [...page.matchAll(/^```text\n([^]*?)^```/gm)].map(([, block]) => block.trim());
  const [mistake, certificate] = shown;
  await bench.inProcess(["new", "first"]);
  const { stdout } = await bench.inProcess(["explain", "first.ham"]);
  expect(stdout).toContain(certificate);
  const text = readFileSync(join(bench.folder, "first.ham"), "utf8");
  bench.write("first.ham", text.replace("xi[m, i]", "xi[i, m]"));
  const { stdout: messages, stderr } = await bench.inProcess(["check", "first.ham"]);
  const told = messages + stderr;
  for (const line of mistake.split("\n")) expect(told).toContain(line.trim());
});
