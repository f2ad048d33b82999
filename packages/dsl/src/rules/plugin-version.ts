import type { StringLiteral } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";

/** E0904: a plugin that is not installed, or in another version than the file needs. */
export function pluginVersion(
  diagnostics: Diagnostics,
  specifier: string,
  { installed, reason }: { readonly installed: string | null; readonly reason?: string },
  { span, raw }: StringLiteral,
): void {
  const at = specifier.lastIndexOf("@");
  const name = at > 0 ? specifier.slice(0, at) : specifier;
  const range = at > 0 ? specifier.slice(at + 1) : "";
  const from = at > 0 ? span.start + raw.lastIndexOf("@") + 1 : span.start;
  diagnostics.report("E0904", range === "" ? span : { start: from, end: span.end - 1 }, {
    message:
      reason ??
      (installed === null
        ? `\`${name}\` is not installed`
        : `\`${name}\` ${installed} is installed, but this file needs ${range}`),
    ...(reason === undefined ? { help: [`install it: \`pnpm add ${specifier}\``] } : {}),
  });
}
