// Compares what tree-sitter makes of the grammar with our parser: on every example, and on generated
// files. PROGRAM is called with paths and prints trees as `tree-sitter parse` does.
//
//     cd packages/dsl/tree-sitter && tree-sitter generate
//     node ../../../tools/compare-tree-sitter.ts 20000 tree-sitter parse

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { hamFile } from "../packages/dsl/test/generate.ts";
import { lineStarts } from "../packages/dsl/src/source.ts";
import { type Node, parserTree, written } from "./tree-sitter/tree.ts";

const [count = "1000", program = "tree-sitter", ...rest] = process.argv.slice(2);
/** Files that one call reads. */
const AT_ONCE = 250;

const EXAMPLES = new URL("../examples/", import.meta.url);
const examples = readdirSync(EXAMPLES)
  .filter((name) => name.endsWith(".ham"))
  .map((name) => readFileSync(new URL(name, EXAMPLES), "utf8"));
const seed = Number(process.env["HAMLET_SEED"] ?? Date.now() % 2 ** 31);
const texts = [...examples, ...fc.sample(hamFile, { numRuns: Number(count), seed })];

const folder = mkdtempSync(join(tmpdir(), "ham-tree-sitter-"));
let differing = 0;
try {
  for (let from = 0; from < texts.length; from += AT_ONCE) {
    const some = texts.slice(from, from + AT_ONCE);
    const paths = some.map((text, at) => {
      const path = join(folder, `${at}.ham`);
      writeFileSync(path, text);
      return path;
    });
    const { stdout } = spawnSync(program, [...rest, ...paths], {
      encoding: "utf8",
      maxBuffer: 2 ** 30,
    });
    const trees = stdout
      .split(/^(?=\((?:source_file|ERROR) )/m)
      .filter((tree) => tree.startsWith("("));
    if (trees.length !== some.length) {
      throw new Error(`${program} printed ${trees.length} trees for ${some.length} files.`);
    }
    some.forEach((text, at) => {
      const [ours, theirs] = [written(parserTree(text)!), readTree(trees[at], text)];
      if (ours === theirs) return;
      differing += 1;
      if (differing <= 3) console.log(`${text}\nours:   ${ours}\ntheirs: ${theirs}\n`);
    });
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${texts.length} files of HAMLET_SEED=${seed}, ${differing} read differently`);
process.exitCode = differing === 0 ? 0 : 1;

/** A printed tree in our form: rows and columns of bytes become offsets, and comments are left out. */
function readTree(printed: string, text: string): string {
  const bytes = Buffer.from(text, "utf8");
  const starts = lineStarts(bytes.toString("latin1"));
  const offset = (row: string, column: string) =>
    bytes.subarray(0, starts[Number(row)] + Number(column)).toString("utf8").length;
  const root: Node & { children: Node[] } = { type: "", start: 0, end: 0, children: [] };
  const open: { children: Node[] }[] = [root];
  const PART = /\((\w+) \[(\d+), (\d+)\] - \[(\d+), (\d+)\]|\)/g;
  for (const [part, type, row, column, endRow, endColumn] of printed.matchAll(PART)) {
    if (part === ")") {
      if (open.length > 1) open.pop();
      continue;
    }
    const [start, end] = [offset(row, column), offset(endRow, endColumn)];
    const node = { type, start, end, children: [] };
    if (!type.endsWith("comment")) open.at(-1)!.children.push(node);
    open.push(node);
  }
  return written(root.children[0]);
}
