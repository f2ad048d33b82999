import type { Name } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";

/** E0304: a bound index that its body never uses. */
export function indexUnused(
  diagnostics: Diagnostics,
  op: string,
  binder: Name,
  all: readonly Name[],
  unbound: string | null,
): void {
  const corrected = all.map((name) => (name === binder ? unbound : name.text)).join(", ");
  diagnostics.report("E0304", binder.span, {
    message: `the ${op} binds \`${binder.text}\` but never uses it`,
    label: "never used",
    ...(unbound === null ? {} : { help: [`did you mean \`${op}[${corrected}]\`?`] }),
    note: [`summing over an unused index would only multiply by its size`],
  });
}
