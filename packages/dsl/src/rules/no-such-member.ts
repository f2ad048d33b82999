import type { Name } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { suggest } from "../diagnostics/suggest.ts";

/** E0206: a dot reaches for something that is not there. `group` is null for what has no members. */
export function noSuchMember(
  diagnostics: Diagnostics,
  parent: string,
  group: {
    readonly what: string;
    readonly members: ReadonlyMap<string, { readonly kind: string }>;
  } | null,
  name: Name,
): void {
  if (group === null) {
    diagnostics.report("E0206", name.span, {
      message: `\`${parent}\` has nothing inside, so there is no \`${parent}.${name.text}\``,
      label: "only parts and connections have members",
    });
    return;
  }
  // Every letter is one letter away from every other: nothing to guess from.
  const near = name.text.length === 1 ? undefined : suggest(name.text, group.members.keys());
  const all = [...group.members].map(([member, { kind }]) => `${member} (${kind})`);
  const wanted = group.what.startsWith("a part") ? "neuron or param" : "param";
  diagnostics.report("E0206", name.span, {
    message: `\`${parent}\` has no ${wanted} called \`${name.text}\``,
    label: `\`${parent}\` is ${group.what}`,
    ...(near === undefined ? {} : { help: [`did you mean \`${near}\`?`] }),
    note: [`\`${parent}\` has: ${all.join(", ") || "no params"}`],
  });
}
