// The call that a cursor stands in, and what it is a call of.

import type { ast } from "@hamlet/dsl";
import { type FileNames, type NamedTemplate, type TextToken, VOCABULARY } from "@hamlet/dsl/editor";
import { type Bracket, pathBefore, type Place } from "./place.ts";

/** What is called: a template, something that is chosen by its name, or a function. */
export type Called =
  | {
      readonly kind: "template";
      readonly what: "Lagrangian" | "synapse" | "file";
      readonly template: NamedTemplate;
    }
  | {
      readonly kind: "choice";
      readonly name: string;
      readonly options: readonly { name: string; meaning: string }[];
    }
  | { readonly kind: "function"; readonly name: string };

/** A call around a cursor. */
export interface Call {
  readonly called: Called;
  /** The name of the argument, where one is given. */
  readonly argument: string | null;
  /** Names of arguments that are given already. */
  readonly given: readonly string[];
  /** How many commas stand before the cursor. */
  readonly position: number;
}

const CHOICES: ReadonlyMap<
  string,
  readonly { name: string; options: readonly { name: string; meaning: string }[] }[]
> = new Map([
  ["solver", VOCABULARY.solvers],
  ["optimiser", VOCABULARY.optimisers],
  ["gradient", VOCABULARY.gradients],
]);

/** The innermost call that a place is inside of; null for none. */
export function callAt(names: FileNames, place: Place): Call | null {
  const bracket = place.brackets.findLast(({ sign }) => sign === "(");
  if (
    bracket === undefined ||
    place.brackets.some(({ sign, at }) => sign === "{" && at > bracket.at)
  ) {
    return null;
  }
  const called = calledAt(names, place.tokens, bracket);
  return called && { called, ...argumentsOf(place.tokens, bracket) };
}

function calledAt(names: FileNames, tokens: readonly TextToken[], { at }: Bracket): Called | null {
  const path = pathBefore(tokens, at);
  const [first] = path;
  if (first === undefined) return null;
  const before = tokens[tokens.indexOf(first) - 1]?.text ?? "";
  const keyword = tokens[0].text;
  const what =
    keyword === "neuron" && before === "as"
      ? "Lagrangian"
      : keyword === "connect" && (before === ":" || before === "connect")
        ? "synapse"
        : keyword === "part" && before === ":"
          ? "file"
          : null;
  if (what !== null) {
    const segments = path.map(({ text, span }): ast.Name => ({ text, span }));
    const template = names.template({ segments, span: first.span }, what);
    return template && { kind: "template", what, template };
  }
  const word = tokens[tokens.indexOf(first) - 2]?.text ?? "";
  const choices =
    before === "~"
      ? [...VOCABULARY.distributions, ...VOCABULARY.feedDistributions]
      : before === "="
        ? CHOICES.get(word)
        : undefined;
  const choice = choices?.find(({ name }) => name === first.text);
  if (choice !== undefined) return { kind: "choice", name: choice.name, options: choice.options };
  return { kind: "function", name: first.text };
}

function argumentsOf(tokens: readonly TextToken[], { at: open }: Bracket): Omit<Call, "called"> {
  const given: string[] = [];
  let position = 0;
  let depth = 0;
  let argument: string | null = null;
  for (let at = open + 1; at < tokens.length; at++) {
    const { text } = tokens[at];
    if (/^[([{]$/.test(text)) depth++;
    if (/^[)\]}]$/.test(text)) depth--;
    if (depth !== 0) continue;
    if (text === ",") {
      position++;
      argument = null;
    }
    if (text === "=") {
      argument = tokens[at - 1].text;
      given.push(argument);
    }
  }
  return { argument, given, position };
}
