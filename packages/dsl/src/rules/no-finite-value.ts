import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** The largest number of float32. */
const LARGEST = 3.4028234663852886e38;
/** The smallest that keeps all its digits; graphics cards take smaller ones for 0. */
const SMALLEST = 1.1754943508222875e-38;

/** True for a number that float32 can hold. */
export function fitsFloat32(value: number): boolean {
  return Math.abs(value) <= LARGEST;
}

/** True for a number that is 0 in float32, or may be, without being 0. */
export function isLostInFloat32(value: number): boolean {
  return value !== 0 && Math.abs(value) < SMALLEST;
}

/** E0611: a constant that is no number, such as `0/0`, or too large for float32, such as `1e39`. */
export function noFiniteValue(
  diagnostics: Diagnostics,
  written: string,
  value: number,
  span: Span,
  time: number | null = null,
): void {
  const isNumber = Number.isFinite(value);
  const when = time === null ? "" : ` at t = ${time}`;
  diagnostics.report("E0611", span, {
    message: isNumber
      ? `\`${written}\` is too large${when}: models run in float32, which ends at 3.4e38`
      : `\`${written}\` has no finite value${when}`,
    label: label(value),
    help: [
      isNumber
        ? "use another unit, or its logarithm"
        : "divide by a number other than 0, and take roots and logarithms of positive numbers only",
    ],
  });
}

function label(value: number): string {
  if (Number.isNaN(value)) return "not a number";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "infinity" : "minus infinity";
}

/** W0614: a constant that is 0 once it is held in float32. */
export function tooSmall(
  diagnostics: Diagnostics,
  written: string,
  value: number,
  span: Span,
): void {
  diagnostics.report("W0614", span, {
    message: `\`${written}\` is too small: in float32 it counts as 0`,
    label: `${value}, where 1.2e-38 is the least`,
    help: ["use another unit, or 0"],
  });
}
