import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0906: code of a plugin is needed, but may not run here or does not exist. */
export function externNotTrusted(
  diagnostics: Diagnostics,
  name: string,
  why: "not trusted" | "no package",
  span: Span,
): void {
  diagnostics.report("E0906", span, {
    message:
      why === "not trusted"
        ? `only .ham files run here; \`${name}\` needs code from a plugin`
        : `\`${name}\` needs code, and a .ham file has none`,
    label: "extern synapse",
    help: [
      why === "not trusted"
        ? "allow the plugin's code (`--trust-plugins`), or use a synapse that is written in .ham"
        : 'ship the file in a package (`use "package@^1.0" as name`), or write `energy = …`',
    ],
  });
}
