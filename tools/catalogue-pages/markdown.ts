// What both pages of the catalogue are made of.

import type { Bound } from "../../packages/graph/src/index.ts";

/** A page of the site: its front matter and its parts, a blank line between each. */
export function page(title: string, description: string, parts: readonly string[]): string {
  const head = ["---", `title: ${title}`, `description: ${description}`, "---"].join("\n");
  return `${[head, ...parts].join("\n\n")}\n`;
}

export function fenced(language: string, text: string): string {
  const fence = "`".repeat(3);
  return [fence + language, text, fence].join("\n");
}

/** A formula on a line of its own; null for one that no line can hold. */
export function displayed(latex: string): string | null {
  return latex.length > 330 ? null : `$$\n${latex}\n$$`;
}

/** A table with aligned columns, as the formatter writes it; null without rows. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string | null {
  if (rows.length === 0) return null;
  const widths = head.map((cell, k) =>
    Math.max(3, ...[cell, ...rows.map((row) => row[k])].map((text) => text.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, k) => cell.padEnd(widths[k])).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** `> 0`, or a dash. */
export function boundText(bound: Bound | null): string {
  return bound === null ? "—" : `\`${bound.op} ${bound.value}\``;
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}
