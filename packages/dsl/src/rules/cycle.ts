import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0204: a name is defined in terms of itself; `chain` lists who needs whom, and where. */
export function cycle(
  diagnostics: Diagnostics,
  chain: readonly { name: string; use: { name: string; span: Span } }[],
): void {
  const [first, ...others] = chain;
  diagnostics.report("E0204", first.use.span, {
    message: `\`${first.name}\` is defined in terms of itself`,
    label: `\`${first.name}\` needs \`${first.use.name}\``,
    related: others.map(({ name, use }) => ({
      span: use.span,
      label: `\`${name}\` needs \`${use.name}\``,
    })),
  });
}

/** E0204: a file that uses itself, directly or through others. */
export function usesItself(diagnostics: Diagnostics, chain: readonly string[], span: Span): void {
  const [first, ...others] = chain;
  diagnostics.report("E0204", span, {
    message: `\`${first}\` uses itself`,
    label: others.length === 1 ? "this is the same file" : chain.join(" uses "),
    help: ["move what both need into a third file"],
  });
}
