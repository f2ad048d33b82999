import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0503: an option that must keep its sign is bound to something that may lose it. */
export function signNeeded(
  diagnostics: Diagnostics,
  lagrangian: string,
  option: string,
  value: { span: Span; learned: boolean },
  declaration: {
    readonly span: Span;
    /** The declaration with its bound, where adding one is all that it takes. */
    readonly fix: { readonly shown: string; readonly edit: { span: Span; text: string } } | null;
  } | null,
): void {
  diagnostics.report("E0503", value.span, {
    message: `\`${lagrangian}\` is convex only when \`${option}\` is positive`,
    label: value.learned
      ? "this value may become negative during training"
      : "this value may be negative",
    ...(declaration === null
      ? {}
      : {
          related: [{ span: declaration.span, label: "no bound here" }],
          ...(declaration.fix === null
            ? {}
            : { fix: [`\`${declaration.fix.shown}\``], edits: [declaration.fix.edit] }),
        }),
  });
}
