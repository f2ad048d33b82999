// The table as Markdown, and its ratios as a picture.

import { durationText } from "../../apps/cli/src/explain-engine.ts";
import { CHART, themed } from "../../apps/cli/src/pictures/themed.ts";

/** Who did the jobs, in the order of the columns: of Python, and of JavaScript. */
const PYTHON = ["Hamlet", "NumPy", "JAX", "torch"] as const;
const JAVASCRIPT = ["Hamlet", "tfjs", "jax-js"] as const;
type Who = (typeof PYTHON)[number] | (typeof JAVASCRIPT)[number];

/** Medians of one row, in seconds. */
export interface Result {
  readonly name: string;
  readonly medians: Readonly<Partial<Record<Who, number>>>;
  /** Seconds at the limit of all threads, where they are known. */
  readonly limit?: number;
}

const digits = (value: number): string => String(Number(value.toPrecision(3)));

/** Hamlet's time over the best of the others; null where nobody else was there. */
export function ratioOf({ medians }: Result): number | null {
  const { Hamlet: ours, ...rest } = medians;
  const others = Object.values(rest);
  return others.length === 0 ? null : ours! / Math.min(...others);
}

/** A text that does not break. */
export const whole = (text: string): string => text.replaceAll(" ", "\u00a0");

/** The times of some as cells of a table, empty for who took no part. */
export const timesOf = <Name extends string>(
  names: readonly Name[],
  medians: Readonly<Partial<Record<Name, number>>>,
): string[] =>
  names.map((name) => (medians[name] === undefined ? "" : whole(durationText(medians[name]))));

/** A Markdown table, whose columns but the first hold numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, n) => (n === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** A Markdown table of all, and one of those that others of JavaScript do too. */
export function markdown(results: readonly Result[]): string {
  const all = results.map((result) => {
    const { name, medians, limit } = result;
    const ratio = ratioOf(result);
    return [
      name,
      ...timesOf(PYTHON, medians),
      ratio === null ? "" : digits(ratio),
      limit === undefined ? "" : digits(medians.Hamlet! / limit),
    ];
  });
  const here = results
    .filter(({ medians }) => JAVASCRIPT.slice(1).some((who) => medians[who] !== undefined))
    .map(({ name, medians }) => [name, ...timesOf(JAVASCRIPT, medians)]);
  const first = table(["whole job", ...PYTHON, "ours / best", "× from the limit"], all);
  if (here.length === 0) return first;
  return `${first}\n\n${table(["beside JavaScript", ...JAVASCRIPT], here)}`;
}

/** What a bar of the picture shows, and the medians behind it. */
export interface Bar {
  readonly name: string;
  readonly ratio: number;
  readonly medians: Result["medians"];
}

/** The rows that somebody else does too. */
export function barsOf(results: readonly Result[]): Bar[] {
  return results.flatMap((result) => {
    const ratio = ratioOf(result);
    return ratio === null ? [] : [{ name: result.name, ratio, medians: result.medians }];
  });
}

/**
 * A bar for each row that somebody else does too, below its name: to the left we are faster, to the right
 * they are. As wide as a phone.
 */
export function svg(rows: readonly Bar[]): string {
  const [width, line, middle] = [356, 40, 195];
  const decades = Math.max(0.5, ...rows.map(({ ratio }) => Math.abs(Math.log10(ratio))));
  const scale = 120 / decades;
  const bars = rows.map(({ name, ratio }, n) => {
    const length = Math.log10(ratio) * scale;
    const y = line * n + 20;
    const [x, w] = [Math.min(middle, middle + length), Math.abs(length)];
    const [end, anchor] = ratio > 1 ? [x + w + 6, "start"] : [x - 6, "end"];
    return [
      `<text x="4" y="${y}">${name.replaceAll("<", "&lt;")}</text>`,
      `<rect x="${x.toFixed(1)}" y="${y + 5}" width="${w.toFixed(1)}" height="12" class="${ratio > 1 ? "slower" : "faster"}"/>`,
      `<path d="M${middle} ${y + 4}v14" stroke="#777"/>`,
      `<text x="${end.toFixed(1)}" y="${y + 16}" text-anchor="${anchor}">${digits(ratio)}</text>`,
    ].join("");
  });
  const height = line * rows.length + 8;
  return themed(`<svg class="${CHART}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11.4" role="img" aria-label="Hamlet's time over that of the best other, by row">
<style>.faster{fill:#2a9d6f}.slower{fill:#d9822b}</style>
${bars.join("\n")}
</svg>
`);
}
