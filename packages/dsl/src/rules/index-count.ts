import type { Dim } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { axesText, count } from "../diagnostics/place.ts";

/** E0302: one index for every axis. `complete` are the ways to complete what was written. */
export function indexCount(
  diagnostics: Diagnostics,
  name: string,
  axes: readonly Dim[],
  written: readonly string[],
  complete: readonly (readonly string[])[],
  span: Span,
): void {
  const given = written.length;
  const missing = axes.length - given;
  const only = complete.length === 1 ? `${name}[${complete[0].join(", ")}]` : null;
  diagnostics.report("E0302", span, {
    message: `\`${name}\` has ${count(axes.length, "axis", "axes")} ${axesText(axes)} but gets ${count(given, "index", "indices")}`,
    label:
      missing > 0
        ? `${missing === 1 ? "one index is" : `${missing} indices are`} missing`
        : `${missing === -1 ? "one index" : `${-missing} indices`} too many`,
    ...(missing <= 0
      ? {}
      : only === null
        ? { help: [`write one index for each axis, in the order ${axesText(axes)}`] }
        : { fix: [`\`${only}\``], edits: [{ span, text: only }] }),
  });
}
