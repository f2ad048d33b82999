// The blocks of a shell on all pages run in a folder with the examples, and print what the pages show.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeBench } from "../../apps/cli/test/ham.ts";
import { some } from "../samples.ts";
import { APART, blocksOf, expectShown, PAGES, preparePage, tryBlock } from "../shell-blocks.ts";

const ROOT = join(import.meta.dirname, "../..");
const blocks = new Map(PAGES.map((page) => [page, blocksOf(page)]));
const lines = [...blocks.values()].flat().flatMap((block) => block.lines);

const runs = PAGES.filter((page) =>
  blocks.get(page)!.some((block) => block.lines.some(({ apart }) => apart === undefined)),
);
test.for(some(runs))("the blocks of %s run, and print what it shows", async (page) => {
  using bench = makeBench();
  preparePage(page, bench.folder);
  for (const block of blocks.get(page)!) {
    const here = block.lines.filter(({ apart }) => apart === undefined);
    if (here.length === 0) continue;
    await tryBlock({ ...block, lines: here }, bench.folder, (program, args) => {
      expect(program).toBe("ham");
      return bench.inProcess(args);
    });
  }
});

test.for(APART)("lines of $what run elsewhere, and there are some: each $why", ({ what, by }) => {
  expect(lines.some(({ apart }) => apart?.what === what)).toBe(true);
  expect(existsSync(join(ROOT, by)), by).toBe(true);
});

test("a block without a language is none of any kind", () => {
  for (const page of PAGES) {
    const fences = readFileSync(join(ROOT, page), "utf8").match(/^```.*$/gm) ?? [];
    const nameless = fences.filter((fence, k) => k % 2 === 0 && fence === "```");
    expect(nameless, page).toEqual([]);
  }
});

test("most lines run here", () => {
  const apart = lines.filter((line) => line.apart !== undefined);
  expect(apart.length).toBeLessThan(lines.length / 2);
});

const PRINTED = `recall settle: 20 steps in 1.53 s

ended      examples  energy
─────────  ────────  ─────────
converged         1  -0.501265

3 of 7 are left`;

test.for([
  ["recall settle: 20 steps in 0.20 s\nended examples energy", true],
  ["converged 1 -0.501266", true],
  ["converged 1 -0.50127", true],
  ["converged 1 -0.501267", false],
  ["converged 2 -0.501265", false],
  ["clipped 1 -0.501265", false],
  ["recall settle: 20 steps in 0.20 s\n…\n3 of 7 are left", true],
  ["3 of 7 are left\n…\nended examples energy", false],
  ["recall settle: 20 steps in 0.20 s\n3 of 7 are left", false],
  ["recall settle: 21 steps in 0.20 s", false],
] as const)("%s is what was printed: %s", ([shown, holds]) => {
  const compared = () => expectShown(shown, PRINTED);
  if (holds) compared();
  else expect(compared).toThrow("the page shows");
});
