import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** What an array file loses when it is held as float32. */
export type ArrayLoss =
  | {
      readonly what: "whole number" | "small number";
      readonly at: readonly number[];
      readonly value: number | bigint;
    }
  | { readonly what: "differences"; readonly error: number; readonly spread: number };

const short = (value: number) => String(Number(value.toPrecision(2)));

/** W0903: an array whose numbers float32 cannot tell apart any more. */
export function rounded(
  diagnostics: Diagnostics,
  {
    file,
    dtype,
    loss,
  }: { readonly file: string; readonly dtype: string; readonly loss: ArrayLoss },
  span: Span,
): void {
  const lost = {
    "whole number": "whole numbers above 2^24 are lost",
    "small number": "numbers below 1e-45 become 0",
    differences: "small differences are lost",
  }[loss.what];
  diagnostics.report("W0903", span, {
    message: `\`${file}\` holds ${dtype}; read as float32, ${lost}`,
    label:
      loss.what === "differences"
        ? `rounded by up to ${short(loss.error)}, and all entries lie within ${short(loss.spread)}`
        : `${String(loss.value)} at [${loss.at.join(", ")}] becomes ${Math.fround(Number(loss.value))}`,
    help: [
      loss.what === "small number"
        ? "scale them up before saving, or silence with `@allow(dtype)`"
        : "subtract what they have in common before saving, or silence with `@allow(dtype)`",
    ],
  });
}

/** W0903: a whole number in a formula, a const or an override that becomes another. */
export function roundedNumber(diagnostics: Diagnostics, value: number | bigint, span: Span): void {
  diagnostics.report("W0903", span, {
    message: `\`${value}\` is held as ${Math.fround(Number(value))}`,
    label: "float32 holds whole numbers up to 2^24 = 16777216 exactly",
    help: ["write a rounder number, or silence with `@allow(dtype)`"],
  });
}
