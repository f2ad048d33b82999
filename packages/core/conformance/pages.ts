// The two pages of the site that show what the suite found. `node conformance/write-pages.ts`
// writes them; a test holds their cpu and wasm columns against a fresh run.

import { EXEMPTIONS, precisionOf } from "@hamlet/testing";
import { PLACES, type Place, type Results } from "./results.ts";
import type { RowResult } from "./suite.ts";

const RUN = `The numbers come from the conformance suite in \`packages/core/conformance\`, which \`pnpm test\` runs on every backend that it finds. \`webgl\` and \`webgpu\` are measured in headless Chromium, and \`webgpu in Node\` through Dawn; all three on a software renderer (SwiftShader), because that is what every machine has. A real graphics card rounds a little differently. \`simd\` is no backend: plans run there as compiled code, which \`makeProgram(plan, { target: simd })\` gives.`;

/** Operations and backends: how many checks passed and how many are excused. */
export function operationsPage(results: Results): string {
  const rows = rowsOf(results);
  const body = rows.map((row) => [
    code(row),
    ...PLACES.map((place) => countCell(find(results, place, row))),
  ]);
  const total = [
    "**all**",
    ...PLACES.map((place) => {
      const found = results.get(place);
      return found === undefined ? "not run" : `${sum(found, (one) => one.checks)}`;
    }),
  ];
  const excused = EXEMPTIONS.map(({ rows: names, backends, reason }) => [
    names.map(code).join(", "),
    backends.join(", "),
    reason,
  ]);
  return page(
    "Operations and backends",
    "Which operations run on which TensorFlow.js backend, and how many checks they pass.",
    [
      "Every operation that a plan can contain, every kind of expression, a few whole models and every example of the repository, run on every backend and compared with float64. A cell counts the checks that passed; `+ 2` means that two more are excused, for the reasons below the table; a missing kernel is named.",
      RUN,
      table(["", ...PLACES], [...body, total]),
      "## What is excused",
      "Hamlet keeps away from these cases: a plan reduces over at least one number, excludes entries by choice rather than by infinity, and takes no logarithm of 0 except for the log-sum-exp of nothing.",
      table(["Rows", "Backends", "Why"], excused),
    ],
  );
}

/** Operations and backends: the largest error. */
export function precisionPage(results: Results): string {
  const body = rowsOf(results).map((row) => {
    const { floor } = precisionOf(row);
    return [
      code(row),
      floor < 1 ? "relative" : "relative above 1",
      ...PLACES.map((place) => errorCell(find(results, place, row))),
    ];
  });
  return page(
    "Precision",
    "The largest error of every operation on every backend, against float64.",
    [
      "TensorFlow.js computes in float32, which holds a number to about 6e-8 of its size. The table shows the largest error that the conformance suite saw, against float64: of the size of the result where it says _relative_, and of the size of the result or of 1, whichever is larger, where it says _relative above 1_. Numbers are rounded up.",
      RUN,
      "Sine and cosine are our own. On cpu and wasm they are a loop in float64. On graphics cards, whose standards promise no better than 5e-4 near 0 and nothing for large angles, a small program takes whole turns off in whole numbers, which is exact for every angle that float32 holds, and a polynomial does the rest.",
      table(["", "Error", ...PLACES], body),
    ],
  );
}

function rowsOf(results: Results): string[] {
  return [...new Set([...results.values()].flat().map(({ row }) => row))];
}

function find(results: Results, place: Place, row: string): RowResult | undefined {
  return results.get(place)?.find((one) => one.row === row);
}

function countCell(result: RowResult | undefined): string {
  if (result === undefined) return "not run";
  if (result.missing.length > 0) return `missing: ${result.missing.join(", ")}`;
  const exempt = Object.values(result.exempt).reduce((a, b) => a + b, 0);
  const failed = result.checks - result.passed - exempt;
  return `${result.passed}${exempt > 0 ? ` + ${exempt}` : ""}${failed > 0 ? `, ${failed} failed` : ""}`;
}

function errorCell(result: RowResult | undefined): string {
  if (result === undefined) return "not run";
  return result.largest === 0 ? "exact" : roundedUp(result.largest);
}

/** One digit, never less than the number. */
function roundedUp(error: number): string {
  const exponent = Math.floor(Math.log10(error));
  const digit = Math.ceil((error / 10 ** exponent) * (1 - 1e-9));
  return digit === 10 ? `1e${exponent + 1}` : `${digit}e${exponent}`;
}

function sum(rows: readonly RowResult[], of: (row: RowResult) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}

function code(row: string): string {
  return row.includes(" ") ? row : `\`${row}\``;
}

/** A Markdown table with columns as wide as their widest cell, as the formatter leaves it. */
function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const rows = [head, ...body];
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

function page(title: string, description: string, parts: readonly string[]): string {
  return `---\ntitle: ${title}\ndescription: ${description}\n---\n\n${parts.join("\n\n")}\n`;
}
