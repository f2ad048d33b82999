import type { Bound } from "@hamlet/graph";
import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";

/** E0405: a value outside its declared bound. */
export function valueOutOfBounds(
  diagnostics: Diagnostics,
  name: string,
  bound: Bound,
  value: number,
  span: Span,
  note: string | null,
): void {
  diagnostics.report("E0405", span, {
    message: `\`${name}\` must be ${bound.op} ${bound.value}`,
    label: `this is ${value}`,
    ...(note === null ? {} : { note: [note] }),
  });
}
