import type { Item } from "../1-parse/ast.ts";
import type { RuleName } from "../diagnostics/messages.ts";

/** True when a declaration silences a warning: `@allow(rule)`. */
export function allows({ attributes }: Pick<Item, "attributes">, rule: RuleName): boolean {
  return attributes.some(
    ({ name, args }) => name.text === "allow" && args.some(({ text }) => text === rule),
  );
}
