import type { Dim } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { count } from "../diagnostics/place.ts";

/** An array of a file, as far as its header tells. */
export interface FoundArray {
  /** The file as people call it. */
  readonly file: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Whether the caller named the file, in place of the model. */
  readonly isOutside?: boolean;
}

/** E0308: an array that does not have the declared shape. */
export function fileShape(
  diagnostics: Diagnostics,
  found: FoundArray,
  declared: { axes: readonly Dim[]; sizes: readonly (number | null)[]; span: Span },
  why: string,
  help: string,
): void {
  const known = declared.axes.flatMap((dim, axis) =>
    declared.sizes[axis] === null ? [] : [`${dim.name} = ${declared.sizes[axis]}`],
  );
  diagnostics.report("E0308", declared.span, {
    message: `\`${found.file}\` does not fit the declared shape`,
    label: `declared with ${count(declared.axes.length, "axis", "axes")}${known.length === 0 ? "" : `, ${known.join(", ")}`}`,
    note: [`the file has shape (${found.shape.join(", ")}), ${found.dtype}: ${why}`],
    help: [help],
  });
}
