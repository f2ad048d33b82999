import type { Bound } from "./types.ts";

/** Whether a value keeps a bound. */
export function keeps(bound: Bound, value: number): boolean {
  switch (bound.op) {
    case ">":
      return value > bound.value;
    case ">=":
      return value >= bound.value;
    case "<":
      return value < bound.value;
    case "<=":
      return value <= bound.value;
  }
}
