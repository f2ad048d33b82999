// What is known of an expression before it runs, as far as it decides how it is planned.

import {
  children,
  type Expr,
  isLit,
  isPositive,
  makeFold,
  makeRanges,
  type ScalarFunction,
  sizeOfDim,
} from "@hamlet/graph";
import type { PlanOptions } from "./instruction.ts";

/** Functions that are finite wherever their arguments are moderate numbers. */
const TOTAL: ReadonlySet<ScalarFunction> = new Set([
  ...(["add", "mul", "abs", "sign", "relu", "step", "softplus", "sigmoid", "logcosh"] as const),
  ...(["tanh", "sin", "cos", "max", "min", "eq", "ne", "lt", "le", "and", "or", "not"] as const),
]);

/** Remembers what it found, an expression at a time. */
export class Known {
  readonly #options: PlanOptions;
  readonly #ranges = makeRanges();

  constructor(options: PlanOptions) {
    this.#options = options;
  }

  /** How many axes its value has, that of the batch included. */
  rank(expr: Expr): number {
    return expr.free.length + Number(this.isBatched(expr));
  }

  /** Whether it differs from example to example. */
  readonly isBatched = makeFold<boolean>((expr, isBatched) =>
    expr.kind === "get" ? this.#options.leaf(expr.tensor).batched : children(expr).some(isBatched),
  );

  /** True where finite inputs cannot give an infinite or undefined value. */
  readonly isFinite = makeFold<boolean>((expr, isFinite) => this.#findFinite(expr, isFinite));

  #findFinite(expr: Expr, isFinite: (part: Expr) => boolean): boolean {
    if (expr.kind === "apply" && expr.op === "pow") {
      const [base, exponent] = expr.args;
      const whole = isLit(exponent) && exponent.value > 0 && Number.isInteger(exponent.value);
      const safe = whole || (isLit(exponent) && this.isPositive(base));
      return safe && isFinite(base);
    }
    if (expr.kind === "apply" && expr.op === "sqrt") {
      return this.isPositive(expr.args[0]) && isFinite(expr.args[0]);
    }
    // A maximum of nothing is infinite.
    if (expr.kind === "reduce" && expr.where !== null && expr.op !== "sum" && expr.op !== "prod") {
      return false;
    }
    if (expr.kind === "apply" && !TOTAL.has(expr.op)) return false;
    return children(expr).every(isFinite);
  }

  /** True where an expression is above 0 whatever its tensors hold, as a variance + ε is. */
  isPositive(expr: Expr): boolean {
    if (expr.kind === "size") return sizeOfDim(expr.dim, this.#options) > 0;
    return isPositive(this.#ranges(expr));
  }
}
