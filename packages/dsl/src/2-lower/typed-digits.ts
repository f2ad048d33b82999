// Whole numbers by their digits: from 2^53 on float64 has changed them before anybody looks.

import type * as ast from "../1-parse/ast.ts";

/** A text of digits alone as the number that it is: a big integer where float64 changes it. */
export function wholeOf(raw: string): number | bigint {
  const text = raw.replaceAll("_", "");
  const value = Number(text);
  if (Number.isSafeInteger(value) || !/^-?\d+$/.test(text)) return value;
  return BigInt(text) === BigInt(value) ? value : BigInt(text);
}

/** `1`, `-1`: a number by itself, as it is typed; null for any other formula. */
export function typedNumber(node: ast.Expression): number | bigint | null {
  if (node.kind === "number") return wholeOf(node.raw);
  if (node.kind !== "unary" || node.op !== "-" || node.operand.kind !== "number") return null;
  return wholeOf(`-${node.operand.raw}`);
}
