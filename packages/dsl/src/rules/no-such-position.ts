import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** W0612: an entry that is compared with positions, and is none. */
export function noSuchPosition(
  diagnostics: Diagnostics,
  name: string,
  found: { readonly value: number; readonly at: readonly number[]; readonly position: number },
  axis: { readonly name: string; readonly size: number },
  span: Span,
): void {
  const { value, at, position } = found;
  const shifted = position === value ? "" : `, compared as ${position}`;
  diagnostics.report("W0612", span, {
    message: `\`${name}\` is compared with the positions of \`${axis.name}\`, which are 0 to ${axis.size - 1}`,
    label: `has ${value} at [${at.join(", ")}]${shifted}: the condition holds nowhere`,
    help: [
      position === axis.size
        ? `labels that begin with 1 are compared as \`${name} - 1\``
        : "leave such examples out, or silence with `@allow(no_such_position)` if nothing is meant to be chosen",
    ],
  });
}
