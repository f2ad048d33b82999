import type { Name } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";

/** E0309: an index that walks no axis, so nothing says how far it runs. */
export function indexDimUnknown(
  diagnostics: Diagnostics,
  binder: Name,
  dims: readonly string[],
): void {
  const [only] = dims.length === 1 ? dims : [];
  const end = binder.span.end;
  diagnostics.report("E0309", binder.span, {
    message: `nothing says which dim \`${binder.text}\` runs over`,
    label: "never used on an axis",
    ...(only === undefined
      ? {
          help: [
            `say which one: \`${binder.text}: D\`${dims.length === 0 ? "" : `, of the dims ${dims.join(", ")}`}`,
          ],
        }
      : {
          fix: [`\`${binder.text}: ${only}\``],
          edits: [{ span: { start: end, end }, text: `: ${only}` }],
        }),
  });
}
