import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import { suggest } from "../../diagnostics/suggest.ts";
import type { Span } from "../../source.ts";

/** E0907: an override of something that the model does not have. */
export function unknownOverride(
  diagnostics: Diagnostics,
  name: string,
  settable: readonly { name: string; kind: string }[],
  span: Span,
): void {
  const near = suggest(
    name,
    settable.map((item) => item.name),
  );
  const all = settable.map((item) =>
    item.kind === "" ? item.name : `${item.name} (${item.kind})`,
  );
  diagnostics.report("E0907", span, {
    message: `this model has nothing called \`${name}\` to set`,
    help: [
      `${near === undefined ? "" : `did you mean \`${near}\`? `}Settable here: ${all.join(", ")}`,
    ],
  });
}
