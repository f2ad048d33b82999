// What kind of thing a name stands for, which no pattern of a highlighter can know.

import { type BuiltIn, type NamedThing, occurrencesOf } from "@hamlet/dsl/editor";
import { type Range, type SemanticTokens, SemanticTokensBuilder } from "vscode-languageserver";
import type { Document } from "./document.ts";
import { positionOf, spanOf } from "./positions.ts";

const TYPES = [
  "namespace",
  "type",
  "class",
  "variable",
  "property",
  "parameter",
  "function",
  "method",
  "enumMember",
  "decorator",
  "keyword",
] as const;
const MODIFIERS = ["declaration", "readonly", "defaultLibrary"] as const;

/** What the numbers of the tokens mean. */
export const LEGEND = { tokenTypes: [...TYPES], tokenModifiers: [...MODIFIERS] };

const BY_KIND: Readonly<Record<string, (typeof TYPES)[number]>> = {
  file: "namespace",
  part: "namespace",
  dim: "type",
  neuron: "class",
  argument: "class",
  param: "property",
  const: "variable",
  data: "variable",
  given: "parameter",
  let: "variable",
  index: "parameter",
  Lagrangian: "function",
  synapse: "function",
  connection: "method",
  energy: "variable",
  recall: "method",
  training: "method",
  metric: "variable",
  option: "parameter",
  function: "function",
  solver: "function",
  optimiser: "function",
  gradient: "function",
  distribution: "function",
  word: "enumMember",
  setting: "keyword",
  attribute: "decorator",
  rule: "enumMember",
};

/** The tokens of a file, or of a range of it. */
export function semanticTokens({ source, names }: Document, range?: Range): SemanticTokens {
  const { start, end } =
    range === undefined ? { start: 0, end: source.text.length } : spanOf(source, range);
  const builder = new SemanticTokensBuilder();
  let last = -1;
  for (const { name, thing, isDeclaration } of occurrencesOf(names)) {
    const type = BY_KIND[thing.kind];
    const isOutside = name.span.end <= start || name.span.start >= end;
    if (type === undefined || isOutside || name.span.start < last) continue;
    last = name.span.end;
    const { line, character } = positionOf(source, name.span.start);
    const length = name.span.end - name.span.start;
    builder.push(line, character, length, TYPES.indexOf(type), modifiersOf(thing, isDeclaration));
  }
  // Without the id of a result, which follows the clock: no client asks for what changed since one.
  const { data } = builder.build();
  return { data };
}

function modifiersOf({ from, kind }: NamedThing | BuiltIn, isDeclaration: boolean): number {
  const isFixed = kind === "const" || kind === "data";
  return Number(isDeclaration) + 2 * Number(isFixed) + 4 * Number(from === "language");
}
