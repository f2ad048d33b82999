import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** Something of a model that takes memory. */
export interface Sized {
  readonly name: string;
  /** Its axes with their sizes, a leading `B` for examples. */
  readonly axes: readonly { readonly name: string; readonly size: number }[];
  readonly bytes: number;
}

/** E0911: an array that needs more memory than there is. */
export function tooLarge(
  diagnostics: Diagnostics,
  { name, axes, bytes }: Sized,
  { free, all }: { readonly free: number; readonly all: number },
  span: Span,
): void {
  const shape = axes.map((axis) => `${axis.name} = ${axis.size}`).join(", ");
  const largest = axes.reduce((a, b) => (b.size > a.size ? b : a), axes[0]);
  diagnostics.report("E0911", span, {
    message: `\`${name}\` [${shape}] needs ${bytesText(bytes)}, but ${bytesText(free)} of memory are free`,
    label: `with everything else, and what a step works on: ${bytesText(all)}`,
    help: [`choose smaller sizes, of \`${largest.name}\` first, or give less data`],
  });
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];

/** A number of bytes as people say it: 24 GB. */
export function bytesText(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(bytes) / 3)));
  return `${Number((bytes / 1000 ** step).toPrecision(2))} ${UNITS[step]}`;
}
