import type { Dim } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { axesText } from "../diagnostics/place.ts";

/** `t, 0` for the axes [T, 1]. */
function example(axes: readonly Dim[]): string {
  const texts = axes.map(({ name, size }) =>
    size?.kind === "lit" && size.value === 1
      ? "0"
      : (/^\p{L}/u.exec(name)?.[0].toLowerCase() ?? "i"),
  );
  const isTwice = (text: string, at: number) => text !== "0" && texts.indexOf(text) !== at;
  return texts.map((text, at) => (isTwice(text, at) ? `${text}${at + 1}` : text)).join(", ");
}

/** E0311: a whole layer or array where one number is needed. */
export function missingIndex(
  diagnostics: Diagnostics,
  name: string,
  what: "layer" | "array",
  axes: readonly Dim[],
  complete: readonly (readonly string[])[],
  span: Span,
): void {
  const only = complete.length === 1 ? `${name}[${complete[0].join(", ")}]` : null;
  diagnostics.report("E0311", span, {
    message: `\`${name}\` is a whole ${what} here; write which ${what === "layer" ? "unit" : "entry"} is meant`,
    label: `shape ${axesText(axes)}`,
    ...(only === null
      ? { help: [`give every axis an index, or say which: \`${name}[${example(axes)}]\``] }
      : { fix: [`\`${only}\``], edits: [{ span, text: only }] }),
  });
}
