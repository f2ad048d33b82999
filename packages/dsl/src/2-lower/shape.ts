// Shapes: lists of dims and of arithmetic on dims.

import {
  apply,
  type Dim,
  div,
  type Expr,
  lit,
  makeDim,
  mul,
  add,
  printText,
  size,
  sub,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { dimNotWhole } from "../rules/dim-not-whole.ts";
import { numberNeeded } from "../rules/type-mismatch.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Expressions } from "./expression.ts";
import { knownValue } from "./known-value.ts";

/** Where a size is written. */
type SizePlace = "file" | "definition";

/** Turns shapes into dims. `[H / 2]` written twice is one dim. */
export class Shapes {
  readonly #expressions: Expressions;
  readonly #diagnostics: Diagnostics;
  readonly #derived = new Map<string, Dim>();

  constructor(expressions: Expressions, diagnostics: Diagnostics) {
    this.#expressions = expressions;
    this.#diagnostics = diagnostics;
  }

  /**
   * The dims of a shape, or null when one of them was reported. In a definition, sizes may use
   * its consts too: `[H / window]`.
   */
  lower(shape: ast.Shape | undefined, place: SizePlace = "file"): Dim[] | null {
    const dims = (shape?.axes ?? []).map((axis) => this.#axis(axis, place));
    return dims.some((dim) => dim === null) ? null : (dims as Dim[]);
  }

  #axis(axis: ast.Expression, place: SizePlace): Dim | null {
    if (axis.kind === "reference" && axis.args === undefined && axis.indices === undefined) {
      return this.#expressions.dim(axis.path);
    }
    const value = this.sizeOf(axis, place);
    if (value === null) return null;
    const name = printText(value);
    const known = this.#derived.get(name);
    if (known !== undefined) return known;
    const dim = makeDim(name, value);
    this.#derived.set(name, dim);
    return dim;
  }

  /** A size: whole numbers, dims and `+ - * / ceil` of them. Reports what is not whole. */
  sizeOf(expression: ast.Expression, place: SizePlace = "file"): Expr | null {
    const value = this.#size(expression, place);
    if (value === null) return null;
    const known = knownValue(value);
    if (known === null) return value;
    if (Number.isInteger(known) && known >= 1) return lit(known);
    const divided =
      expression.kind === "binary" && expression.op === "/"
        ? { top: this.#known(expression.left, place), bottom: this.#known(expression.right, place) }
        : null;
    dimNotWhole(
      this.#diagnostics,
      this.#expressions.written(expression.span),
      known,
      expression.span,
      divided,
    );
    return null;
  }

  #known(expression: ast.Expression, place: SizePlace): number {
    const value = this.#size(expression, place);
    return (value === null ? null : knownValue(value)) ?? Number.NaN;
  }

  #size(node: ast.Expression, place: SizePlace): Expr | null {
    switch (node.kind) {
      case "number":
        return lit(node.value);
      case "reference": {
        if (node.args !== undefined && node.path.segments[0].text === "ceil") {
          const inside = node.args.length === 1 ? this.#size(node.args[0].value, place) : null;
          return inside === null ? null : apply("ceil", inside);
        }
        if (node.args !== undefined || node.indices !== undefined) break;
        if (place === "definition" && this.#expressions.isConst(node.path)) {
          return this.#expressions.lower(node);
        }
        const dim = this.#expressions.dim(node.path);
        return dim === null ? null : size(dim);
      }
      case "binary": {
        const make = { "+": add, "-": sub, "*": mul, "/": div }[node.op as "+"];
        if (make === undefined) break;
        const left = this.#size(node.left, place);
        const right = this.#size(node.right, place);
        return left === null || right === null ? null : make(left, right);
      }
      default:
    }
    numberNeeded(
      this.#diagnostics,
      "a size",
      "something else than dims, numbers and + - * / ceil",
      node.span,
    );
    return null;
  }
}
