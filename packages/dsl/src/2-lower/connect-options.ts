// The options of a connection: numbers, words and lists.

import {
  keeps,
  type Dim,
  isLit,
  lit,
  type HypersynapseOption,
  type OptionValue,
  refusalOf,
} from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { missingArgument } from "../rules/missing-argument.ts";
import { listNeeded, wordNeeded } from "../rules/type-mismatch.ts";
import { valueOutOfBounds, valueRefused } from "../rules/value-out-of-bounds.ts";
import type { ConnectionSite } from "./connect-arguments.ts";
import { formulaKeeps, keepsDeclaration } from "./declared.ts";
import type { Lowering } from "./lowering.ts";
import { knownValue } from "./known-value.ts";

/** Every option of the synapse with its value, or null after a message. */
export function readOptions(
  model: Lowering,
  { template, written, item }: ConnectionSite,
  given: ReadonlyMap<string, ast.Arg>,
  dims: Readonly<Record<string, Dim>>,
): Record<string, OptionValue> | null {
  const options: Record<string, OptionValue> = {};
  for (const option of template.definition.options) {
    const arg = given.get(option.name);
    const usual = option.default;
    if (arg === undefined && usual === null) {
      const { name, meaning } = option;
      missingArgument(
        model.diagnostics,
        written,
        { name, example: "1", meaning },
        item.template.span,
      );
      return null;
    }
    const value =
      arg !== undefined
        ? optionValue(model, option, arg)
        : typeof usual === "function"
          ? usual({ dims, options })
          : typeof usual === "number"
            ? lit(usual)
            : usual;
    if (value === null) return null;
    options[option.name] = value;
  }
  return options;
}

/** As many numbers as the example has, each within the bound of the option. */
function listOf(
  { diagnostics, expressions }: Lowering,
  { name, bound }: HypersynapseOption,
  { value, example }: { readonly value: ast.Expression; readonly example: readonly number[] },
): OptionValue | null {
  const elements = value.kind === "list" ? value.elements : [];
  const numbers = elements.map((element) => expressions.lower(element));
  if (numbers.includes(null)) return null;
  if (numbers.length !== example.length || !numbers.every((number) => isLit(number!))) {
    listNeeded(diagnostics, name, example, value.span);
    return null;
  }
  const values = numbers.map((number) => number.value);
  const outside = values.findIndex((number) => bound !== null && !keeps(bound, number));
  if (outside < 0) return values;
  valueOutOfBounds(diagnostics, name, bound!, values[outside], elements[outside].span, null);
  return null;
}

function optionValue(
  model: Lowering,
  option: HypersynapseOption,
  { value }: ast.Arg,
): OptionValue | null {
  const { diagnostics } = model;
  if (option.words !== undefined) {
    const word = model.expressions.written(value.span);
    if (option.words.includes(word)) return word;
    wordNeeded(diagnostics, option.name, word, option.words, value.span);
    return null;
  }
  const usual = Array.isArray(option.default) ? (option.default as readonly number[]) : null;
  if (usual !== null || (option.list !== undefined && value.kind === "list")) {
    const example = usual ?? Array.from({ length: option.list! }, (_, n) => n + 1);
    return listOf(model, option, { value, example });
  }
  const number = model.expressions.lower(value);
  if (number === null) return null;
  const known = knownValue(number);
  const { elem = "real", bound, name } = option;
  const wanted = { elem, bound };
  const isAny = elem === "real" && bound === null;
  if (!isAny && known !== null && refusalOf(wanted, known) !== null) {
    valueRefused(diagnostics, name, wanted, known, value.span, null);
    return null;
  }
  if (!isAny && known === null) {
    const who = `\`${name}\``;
    const isKept =
      number.kind === "get"
        ? keepsDeclaration(model, who, wanted, number.tensor, value.span)
        : formulaKeeps(model, { who, name }, wanted, number, value.span);
    if (!isKept) return null;
  }
  return known === null ? number : lit(known);
}
