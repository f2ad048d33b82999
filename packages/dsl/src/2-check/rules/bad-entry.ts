import type { Elem } from "@hamlet/graph";
import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";

const EXPECTED: Readonly<Record<Elem, string>> = {
  real: "finite numbers",
  int: "whole numbers",
  bool: "0 and 1 (or false and true)",
  sign: "-1 and +1 (or 0 and 1, which become -1 and +1)",
  bit: "0 and 1",
};

/** E0405: an entry of a file that its declaration does not allow. */
export function badEntry(
  diagnostics: Diagnostics,
  name: string,
  elem: Elem,
  file: string,
  entry: { at: readonly number[]; value: number },
  span: Span,
): void {
  diagnostics.report("E0405", span, {
    message: `\`${name}\` must hold ${EXPECTED[elem]}`,
    label: `\`${file}\` has ${entry.value} at [${entry.at.join(", ")}]`,
    help: [
      elem === "real"
        ? "clean the data, or leave such entries out before saving it"
        : `check that this is the right file; \`${name}: real[…]\` takes any finite number`,
    ],
  });
}
