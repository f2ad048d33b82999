import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0307: sizes are whole numbers from 1 up. */
export function dimNotWhole(
  diagnostics: Diagnostics,
  written: string,
  value: number,
  span: Span,
  divided: { top: number; bottom: number } | null,
): void {
  const shown = Number.isInteger(value) ? String(value) : value.toFixed(2);
  diagnostics.report("E0307", span, {
    message: Number.isInteger(value)
      ? `a dim cannot have the size ${shown}`
      : `\`${written}\` is not a whole number`,
    label: divided === null ? `this is ${shown}` : `${divided.top} / ${divided.bottom} = ${shown}`,
    help: [
      divided === null
        ? "sizes are whole numbers from 1 up"
        : `use a size divisible by ${divided.bottom}, or \`ceil(${written})\``,
    ],
  });
}
