import type { Name } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { suggest } from "../diagnostics/suggest.ts";

/** E0203: a Lagrangian, synapse or solver that nobody provides. */
export function unknownTemplate(
  diagnostics: Diagnostics,
  name: Name,
  what: "Lagrangian" | "synapse" | "solver" | "optimiser" | "gradient" | "file",
  known: readonly string[],
): void {
  const near = suggest(name.text, known);
  diagnostics.report("E0203", name.span, {
    message: `there is no ${what} called \`${name.text}\``,
    ...(near === undefined ? {} : { help: [`did you mean \`${near}\`?`] }),
    note:
      what === "file" && known.length === 0
        ? [`bring one in with \`use "./${name.text}.ham" as ${name.text}\``]
        : [`${what}s in scope: ${known.join(", ")}`],
  });
}
