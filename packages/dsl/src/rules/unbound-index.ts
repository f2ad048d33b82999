import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** A reduction of the same expression that binds the index, but ends before it is used. */
export interface EarlierBinder {
  readonly op: string;
  readonly span: Span;
  /** Where its body ends. */
  readonly end: number;
}

/** E0303: an index that no sum around it binds. */
export function unboundIndex(
  diagnostics: Diagnostics,
  name: string,
  span: Span,
  earlier: EarlierBinder | null,
): void {
  diagnostics.report("E0303", span, {
    message: `no \`sum\` binds the index \`${name}\` here`,
    label: "not bound",
    ...(earlier === null
      ? {
          help: [
            `write \`sum[${name}]\` in front, or bind it on the left: \`let name[${name}] = …\``,
          ],
        }
      : {
          related: [
            {
              span: { start: earlier.end, end: earlier.end + 1 },
              label: `the \`${earlier.op}[${name}]\` on the left ends here`,
            },
          ],
          help: [`put what it should cover in parentheses: \`${earlier.op}[${name}] (…)\``],
        }),
  });
}
