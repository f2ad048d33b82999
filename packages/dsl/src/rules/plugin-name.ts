import type { StringLiteral } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";

/** E0909: the text of a `use` that is neither a path nor the name of a package. */
export function pluginName(diagnostics: Diagnostics, { span, value }: StringLiteral): void {
  diagnostics.report("E0909", span, {
    message: `\`${value}\` is not the name of a package`,
    label: "expected `NAME@RANGE` or `@SCOPE/NAME@RANGE`",
    help: ["a file is written with `./` or `../` in front and `.ham` at the end"],
    why: ["a package is found by its name alone, so that its place cannot be chosen by a file"],
  });
}
