import type { Name } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0408: only connections of the same synapse can share params. */
export function shareDifferent(
  diagnostics: Diagnostics,
  name: Name,
  synapse: { name: string; span: Span },
  other: { name: string; synapse: string; span: Span },
): void {
  diagnostics.report("E0408", other.span, {
    message: `\`${name.text}\` cannot share with \`${other.name}\`: they are different synapses`,
    label: `\`${other.name}\` is a ${other.synapse}`,
    related: [{ span: synapse.span, label: `\`${name.text}\` is a ${synapse.name}` }],
  });
}
