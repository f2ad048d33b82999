// The conformance suite on compiled code and on the backends that every machine has, and the pages
// of the site that show its results.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { EXEMPTIONS, NODE_BACKENDS, PRECISION, useBackend } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { seed } from "../../../../tools/samples.ts";
import { arena } from "../../src/run/simd/arena.ts";
import type { Case } from "../../conformance/case.ts";
import { chosen } from "../../conformance/choice.ts";
import { EXAMPLES } from "../../conformance/examples.ts";
import { PAGES } from "../../conformance/page-files.ts";
import { operationsPage, precisionPage } from "../../conformance/pages.ts";
import { type Place, writeResult } from "../../conformance/results.ts";
import {
  allCases,
  allRows,
  chosenCases,
  type RowResult,
  runSuite,
} from "../../conformance/suite.ts";

const ROWS = allRows();
/** What a process runs plans on by itself. */
const HERE = ["simd", ...NODE_BACKENDS] as const;
const results = new Map<Place, readonly RowResult[]>();

// Seconds each, on a machine that does nothing else.
beforeAll(async () => {
  for (const backend of HERE) {
    await useBackend(backend === "simd" ? "wasm" : backend);
    const before = tf.memory().numTensors;
    const taken = arena().taken;
    results.set(backend, await runSuite(backend));
    expect(tf.memory().numTensors, "tensors left behind").toBe(before);
    expect(arena().taken, "bytes left behind").toBe(taken);
    writeResult(backend, results.get(backend)!);
  }
  console.info(`Conformance: ran on ${HERE.join(", ")}.`);
});

describe.each(HERE)("on %s", (backend) => {
  test.each(ROWS)("%s: every check passes or is excused by name", (row) => {
    const result = results.get(backend)?.find((one) => one.row === row);
    expect(result?.failures).toEqual([]);
    expect(result?.missing).toEqual([]);
  });

  test("thousands of numbers are checked", () => {
    const checks = results.get(backend)!.reduce((total, { checks: n }) => total + n, 0);
    expect(checks).toBeGreaterThan(8000);
  });
});

test("every row with a tolerance or an exemption is in the suite", () => {
  const named = [...Object.keys(PRECISION), ...EXEMPTIONS.flatMap(({ rows }) => rows)];
  expect(named.filter((row) => !ROWS.includes(row))).toEqual([]);
});

test("whichever share of the cases is run, no row is left out", () => {
  const some = chosenCases({ share: 1 / 16, seed: seed() });
  expect(ROWS.filter((row) => !some.some((one) => one.row === row))).toEqual([]);
  expect(some.length).toBeLessThan(allCases().length / 4);
  expect(chosenCases({ share: 1, seed: seed() })).toHaveLength(allCases().length);
});

test("no case is left out for ever", () => {
  const cases = allCases();
  const seen = new Set<Case>();
  for (let k = 0; k < 500; k++) {
    for (const one of chosen(cases, ({ row }) => row, { share: 1 / 16, seed: seed() + k })) {
      seen.add(one);
    }
  }
  expect(cases.filter((one) => !seen.has(one)).map(({ name }) => name)).toEqual([]);
});

test("every example of the repository is in the suite", () => {
  const files = readdirSync(new URL("../../../../fixtures/models/", import.meta.url));
  expect(Object.keys(EXAMPLES).sort()).toEqual(files.map((file) => basename(file, ".json")).sort());
});

test("no two cases of a row have the same name", () => {
  const names = allCases().map(({ row, name }) => `${row}: ${name}`);
  expect(names.filter((name, k) => names.indexOf(name) !== k)).toEqual([]);
});

test.each([
  ["operations", operationsPage, ["simd", "cpu", "wasm"]],
  // The last digit of compiled code is that of the processor: some multiply and add in one rounding.
  ["precision", precisionPage, ["cpu", "wasm"]],
] as const)("the page %s.md shows what a fresh run finds", (name, render, columns) => {
  const shown = columnsOf(readFileSync(PAGES[name], "utf8"), columns);
  const how =
    "run HAMLET_SAMPLES=4 pnpm vitest run packages/core/test/conformance with Chromium, then node packages/core/conformance/write-pages.ts";
  expect(shown, how).toEqual(columnsOf(render(results), columns));
});

/** The named columns of the first table of a page, with the first column. */
function columnsOf(markdown: string, names: readonly string[]): string[] {
  const lines = markdown.split("\n");
  const from = lines.findIndex((line) => line.startsWith("|"));
  const length = lines.slice(from).findIndex((line) => !line.startsWith("|"));
  const rows = lines.slice(from, from + length).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const wanted = rows[0].flatMap((cell, k) => (k === 0 || names.includes(cell) ? [k] : []));
  return rows
    .filter((_, k) => k !== 1)
    .map((row) => wanted.map((column) => row[column]).join(" | "));
}
