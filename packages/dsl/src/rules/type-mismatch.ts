import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0404: a number where a condition is needed. */
export function conditionNeeded(
  diagnostics: Diagnostics,
  place: string,
  written: string,
  span: Span,
): void {
  diagnostics.report("E0404", span, {
    message: `\`${place}\` needs a condition, but \`${written}\` is a number`,
    label: "real",
    help: [`compare it: \`${place} ${written} > 0\``],
  });
}

/** E0404: something else than a number where one is needed. */
export function numberNeeded(
  diagnostics: Diagnostics,
  what: string,
  found: string,
  span: Span,
): void {
  diagnostics.report("E0404", span, {
    message: `${what} needs a number, but this is ${found}`,
    label: found,
  });
}

/** E0404: an array that is written out inside of a formula. */
export function listInFormula(diagnostics: Diagnostics, span: Span): void {
  diagnostics.report("E0404", span, {
    message: "an expression needs a number, but this is a list",
    label: "a list",
    help: ["give the array a name, `const w: [D] = [1, 2, 3]`, and read its entries: `w[i]`"],
  });
}

/** E0404: an option that is one of a few words. */
export function wordNeeded(
  diagnostics: Diagnostics,
  option: string,
  found: string,
  words: readonly string[],
  span: Span,
): void {
  diagnostics.report("E0404", span, {
    message: `\`${option}\` is ${words.map((word) => `\`${word}\``).join(" or ")}, but this is \`${found}\``,
  });
}

/** E0404: an option that is a list of numbers. */
export function listNeeded(
  diagnostics: Diagnostics,
  option: string,
  example: readonly number[],
  span: Span,
): void {
  diagnostics.report("E0404", span, {
    message: `\`${option}\` is a list of ${example.length} numbers`,
    help: [`for example \`${option} = [${example.join(", ")}]\``],
  });
}
