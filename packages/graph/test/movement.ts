// What rounding alone moves: the scale of a tolerance for two ways of computing one thing.

import { evaluate, type Environment, type Expr, type Index } from "@hamlet/graph";
import { RAW } from "./arbitrary-expr.ts";

/** The same expression, with every sum and softmax moved by `nudge`; guards and conditions stay. */
function stir(expr: Expr, nudge: (x: number) => number): Expr {
  const inside = (part: Expr) => stir(part, nudge);
  const moved = (part: Expr) => RAW.apply("mul", part, RAW.lit(nudge(1)));
  switch (expr.kind) {
    case "apply":
      return { ...expr, args: expr.args.map(inside) };
    case "select":
      return { ...expr, whenTrue: inside(expr.whenTrue), whenFalse: inside(expr.whenFalse) };
    case "reduce":
    case "softmax": {
      const same = { ...expr, body: inside(expr.body) };
      return expr.kind === "softmax" || expr.op === "sum" ? moved(same) : same;
    }
    default:
      return expr;
  }
}

/** What a sum on the way may lose, as a part of what an input may: its terms are added a few at a time. */
const OF_SUMS = 1 / 50;

/**
 * How far each entry of an expression moves when its inputs move by their last digits, and a little of
 * how far when sums on the way do: what no two ways of computing it can be asked to agree on. Infinite
 * where a kink of a jump is that near.
 */
export function movement(
  expr: Expr,
  environment: Required<Environment>,
  order?: readonly Index[],
): Float64Array {
  const { data } = evaluate(expr, environment, order);
  const moved = data.map(() => 0);
  const compare = (near: Float64Array, weight: number) =>
    near.forEach((value, k) => {
      const difference = Object.is(value, data[k]) ? 0 : Math.abs(value - data[k]) * weight;
      moved[k] = Math.max(moved[k], Number.isNaN(difference) ? Infinity : difference);
    });
  for (let n = 1; n <= 4; n++) {
    let state = n;
    const nudge = (x: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return x * (1 + (state < 2 ** 31 ? -1 : 1) * Number.EPSILON);
    };
    const tensors = new Map(
      [...environment.tensors].map(([tensor, entries]) => [
        tensor,
        tensor.elem === "real" ? Float64Array.from(entries, nudge) : entries,
      ]),
    );
    const time = nudge(environment.time);
    compare(evaluate(expr, { ...environment, tensors, time }, order).data, 1);
    compare(evaluate(stir(expr, nudge), environment, order).data, OF_SUMS);
  }
  return moved;
}
