// A plain table for a terminal.

/** Columns of text under a head; numbers stand to the right. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => width(row[column]))));
  const right = head.map((_, column) => rows.every((row) => /^[-+]?[\d.]/.test(row[column])));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const space = " ".repeat(widths[column] - width(cell));
        return right[column] ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd();
  const rule = widths.map((n) => "─".repeat(n)).join("  ");
  return [line(head), rule, ...rows.map(line)].join("\n");
}

function width(text: string): number {
  return Array.from(text).length;
}
