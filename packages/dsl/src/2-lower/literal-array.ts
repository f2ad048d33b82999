// Arrays that are written out: `data xi: [K, D] = [[1, -1, 1], [-1, 1, 1]]`.
//
// A list a level, from the first axis to the last; a `given` has its examples in front. How many
// entries an axis has is found from them, as it is from a file.

import {
  type Bound,
  type Dim,
  type Elem,
  losesDigits,
  refusalOf,
  type TensorKind,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { axesText, count } from "../diagnostics/place.ts";
import { arrayEntry, arrayShape } from "../rules/array-literal.ts";
import { roundedNumber } from "../rules/rounded.ts";
import { valueRefused } from "../rules/value-out-of-bounds.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import type { Expressions } from "./expression.ts";
import { knownValue } from "./known-value.ts";
import { typedNumber } from "./typed-digits.ts";

/** What is declared about an array. */
export interface WrittenArray {
  readonly name: string;
  readonly kind: TensorKind;
  readonly axes: readonly Dim[];
  readonly elem: Elem;
  readonly bound: Bound | null;
}

/** The entries, row-major, or null after the first message. */
export function readArray(
  value: ast.Expression,
  array: WrittenArray,
  expressions: Expressions,
  diagnostics: Diagnostics,
): { from: "entries"; shape: readonly number[]; entries: readonly number[] } | null {
  const { name, axes, kind } = array;
  const levels = [...(kind === "given" ? ["the examples"] : []), ...axes.map((dim) => dim.name)];
  const dims = [...(kind === "given" ? [null] : []), ...axes];
  const firsts: (Span | undefined)[] = [];
  const shape: number[] = [];
  const entries: number[] = [];
  const declared =
    levels.length === 0
      ? `\`${name}\` is one number; an array says its axes: \`${name}: [D]\``
      : `\`${name}\` has ${kind === "given" ? "the examples in front of " : ""}the axes ${axesText(axes)}: a list for each, the first one outside`;
  const say = (
    span: Span,
    message: string,
    label?: string,
    related?: { span: Span; label: string }[],
  ) => {
    arrayShape(diagnostics, { message, label, related, form: declared }, span);
    return false;
  };

  function list({ elements, span }: ast.List, depth: number): boolean {
    const known = shape[depth];
    const size = elements.length;
    if (size === 0) return say(span, "an axis has at least one entry", "no entries");
    const flat = depth + 1 < levels.length && elements.find(({ kind: what }) => what !== "list");
    if (flat) return visit(flat, depth + 1);
    if (known === undefined) {
      shape[depth] = size;
      firsts[depth] = span;
      const dim = dims[depth];
      const wanted = dim?.size == null ? null : knownValue(dim.size);
      if (wanted !== null && wanted !== size) {
        return say(
          span,
          `${levels[depth]} is ${wanted}, but here are ${count(size, "entry", "entries")}`,
          `${size} along ${levels[depth]}`,
        );
      }
    } else if (known !== size) {
      const first = { span: firsts[depth]!, label: `${known} here` };
      return say(
        span,
        `every list along ${levels[depth]} has as many entries as the first`,
        `${size} here`,
        [first],
      );
    }
    return elements.every((element) => visit(element, depth + 1));
  }

  function visit(node: ast.Expression, depth: number): boolean {
    if (node.kind === "list") {
      return depth < levels.length
        ? list(node, depth)
        : say(node.span, "there is one list too many here", "a list where a number must stand");
    }
    if (depth < levels.length) {
      return say(node.span, `expected a list of the entries along ${levels[depth]}`, "not a list");
    }
    const entry = typedNumber(node) ?? valueOf(node, expressions);
    if (entry === "reported" || !isEntry(entry, node.span, array, diagnostics)) return false;
    entries.push(Number(entry));
    return true;
  }

  return visit(value, 0) ? { from: "entries", shape, entries } : null;
}

function valueOf(node: ast.Expression, expressions: Expressions): number | null | "reported" {
  const value = expressions.lower(node);
  return value === null ? "reported" : knownValue(value);
}

const ENTRIES: Readonly<Record<Elem, string>> = {
  real: "a number",
  int: "a whole number",
  sign: "-1 or 1",
  bit: "0 or 1",
  bool: "0 for no or 1 for yes",
};

function isEntry(
  value: number | bigint | null,
  span: Span,
  array: WrittenArray,
  diagnostics: Diagnostics,
): value is number | bigint {
  const { name, elem } = array;
  if (value === null) {
    const message = "an entry is a number that is known where it is written";
    arrayEntry(diagnostics, message, ENTRIES[elem], span);
    return false;
  }
  const refusal = refusalOf(array, value);
  if (refusal === null) {
    if (losesDigits(value)) roundedNumber(diagnostics, value, span);
    return true;
  }
  if (refusal !== "element") {
    valueRefused(diagnostics, name, array, value, span, null);
  } else if (Number.isFinite(Math.fround(Number(value)))) {
    arrayEntry(
      diagnostics,
      `an entry of \`${name}\` is ${ENTRIES[elem]}`,
      `${elem} is declared`,
      span,
    );
  } else {
    const message = "this number is larger than any that a tensor holds";
    arrayEntry(diagnostics, message, "up to 3.4e38", span);
  }
  return false;
}
