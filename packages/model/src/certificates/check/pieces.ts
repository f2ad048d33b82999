// What has kinks and jumps, decided by bounds: the side of a kink that a number is on, and conditions.

import { at } from "./bounds.ts";
import { constant, negative, value, type Value, ZERO } from "./values.ts";

/** Functions with a kink or a jump: what they are on one side of it, where bounds decide which. */
export function pieces(op: string, x: Value, y: Value): Value {
  const [[a, b], [c, d]] = [x.bounds, y.bounds];
  const kink = (low: number, high: number) => value("kink", [x, y], [low, high], 0, true);
  switch (op) {
    case "relu":
      return b > 0 && a >= 0 ? x : b < 0 ? ZERO : kink(0, Math.max(0, b));
    case "abs":
      return b > 0 && a >= 0 ? x : a < 0 && b <= 0 ? negative(x) : kink(0, Math.max(-a, b));
    case "max":
      return x === y || a >= d ? x : c >= b ? y : kink(Math.max(a, c), Math.max(b, d));
    case "min":
      return x === y || b <= c ? x : d <= a ? y : kink(Math.min(a, c), Math.min(b, d));
    default: {
      const f = { sign: Math.sign, ceil: Math.ceil, step: (v: number) => Number(v > 0) }[op]!;
      return f(a) === f(b) ? constant(at(f(a))) : kink(f(a), f(b));
    }
  }
}

/** 1 where a condition holds, 0 where it does not, and null where the bounds leave it open. */
export function holds(op: string, x: Value, y: Value): 0 | 1 | null {
  const [[a, b], [c, d]] = [x.bounds, y.bounds];
  const [is, isNot] = [truth(x), truth(y)];
  switch (op) {
    case "eq":
      return x === y || (a === b && c === d && a === c) ? 1 : b < c || d < a ? 0 : null;
    case "lt":
      return b < c ? 1 : x === y || a >= d ? 0 : null;
    case "le":
      return x === y || b <= c ? 1 : a > d ? 0 : null;
    case "and":
      return is === 0 || isNot === 0 ? 0 : is === null || isNot === null ? null : 1;
    default:
      return is === 1 || isNot === 1 ? 1 : is === null || isNot === null ? null : 0;
  }
}
export function truth({ bounds: [a, b] }: Value): 0 | 1 | null {
  return a > 0 || b < 0 ? 1 : a === 0 && b === 0 ? 0 : null;
}
