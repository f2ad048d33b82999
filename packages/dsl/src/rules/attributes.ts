// `@allow(rule)` and `@assume(convex)` in front of a declaration.

import type { Attribute, FileAst, Item } from "../1-parse/ast.ts";
import type { Diagnostic, Diagnostics } from "../diagnostics/diagnostic.ts";
import { RULES } from "../diagnostics/messages.ts";
import { suggest } from "../diagnostics/suggest.ts";

const WARNINGS = Object.entries(RULES).flatMap(([code, rule]) =>
  code.startsWith("W") ? [rule] : [],
);

/** The attributes, and what may stand in each. */
export const ATTRIBUTES: Readonly<
  Record<string, { readonly args: readonly string[]; readonly what: string }>
> = {
  allow: { args: WARNINGS, what: "warning" },
  assume: { args: ["convex"], what: "claim" },
};

/** E0201: an attribute, or a name in one, that means nothing. */
export function checkAttributes(file: FileAst, diagnostics: Diagnostics): void {
  for (const { name, args } of attributesOf(file)) {
    const known = ATTRIBUTES[name.text];
    if (known === undefined) {
      const near = suggest(name.text, Object.keys(ATTRIBUTES));
      diagnostics.report("E0201", name.span, {
        message: `there is no attribute \`@${name.text}\``,
        ...(near === undefined ? {} : { help: [`did you mean \`@${near}\`?`] }),
        note: ["attributes: @allow(rule) silences a warning, @assume(convex) records a claim"],
      });
      continue;
    }
    for (const arg of args.filter(({ text }) => !known.args.includes(text))) {
      const near = suggest(arg.text, known.args);
      const error = Object.entries(RULES).find(([, rule]) => rule === arg.text);
      diagnostics.report("E0201", arg.span, {
        message:
          error === undefined
            ? `there is no ${known.what} called \`${arg.text}\``
            : `\`${arg.text}\` is an error (${error[0]}), and only warnings can be allowed`,
        ...(near === undefined ? {} : { help: [`did you mean \`${near}\`?`] }),
        note: [`${known.what}s: ${known.args.join(", ")}`],
      });
    }
  }
}

/** The messages without the warnings that `@allow` silences where they are reported. */
export function withoutAllowed(
  file: FileAst,
  diagnostics: readonly Diagnostic[],
): readonly Diagnostic[] {
  const allowed = declarations(file).flatMap(({ attributes, span }) =>
    attributes
      .filter(({ name }) => name.text === "allow")
      .flatMap(({ args }) => args.map((arg) => ({ rule: arg.text, span }))),
  );
  return diagnostics.filter(
    ({ severity, rule, span, file: name }) =>
      severity === "error" ||
      name !== file.source.name ||
      !allowed.some(
        (place) =>
          place.rule === rule && place.span.start <= span.start && span.end <= place.span.end,
      ),
  );
}

/** What the attributes of a declaration claim: `convex`. */
export function assumptionsOf(attributes: readonly Attribute[]): string[] {
  return attributes
    .filter(({ name }) => name.text === "assume")
    .flatMap(({ args }) => args.map(({ text }) => text));
}

type Declared = Pick<Item, "attributes" | "span">;

/** Every declaration, those inside bodies included. */
function declarations(file: FileAst): Declared[] {
  return file.items.flatMap((item): Declared[] =>
    item.kind === "lagrangian" || item.kind === "synapse" ? [item, ...item.body] : [item],
  );
}

function attributesOf(file: FileAst): Attribute[] {
  return declarations(file).flatMap(({ attributes }) => attributes);
}
