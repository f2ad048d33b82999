// What a file declares, as a list to look at or to search.

import type { ast, SourceFile } from "@hamlet/dsl";
import { connectionName, type FileNames } from "@hamlet/dsl/editor";
import { type DocumentSymbol, SymbolKind, type WorkspaceSymbol } from "vscode-languageserver";
import type { UriOf } from "./diagnostics.ts";
import type { Document } from "./document.ts";
import { rangeOf } from "./positions.ts";

const KINDS: Readonly<Record<string, SymbolKind>> = {
  use: SymbolKind.Module,
  dim: SymbolKind.TypeParameter,
  const: SymbolKind.Constant,
  param: SymbolKind.Field,
  data: SymbolKind.Array,
  given: SymbolKind.Array,
  let: SymbolKind.Variable,
  lagrangian: SymbolKind.Function,
  synapse: SymbolKind.Function,
  neuron: SymbolKind.Class,
  part: SymbolKind.Object,
  connect: SymbolKind.Interface,
  energy: SymbolKind.Number,
  drive: SymbolKind.Event,
  recall: SymbolKind.Method,
  train: SymbolKind.Method,
  test: SymbolKind.Event,
  broken: SymbolKind.Null,
};

/** The outline of a file: its declarations, and what stands in those of definitions. */
export function documentSymbols({ parsed, source }: Document): DocumentSymbol[] {
  return parsed.file.items.flatMap((item) => symbolsOf(item, source));
}

/** What the declarations of a file are called, where a query fits. */
export function workspaceSymbols(
  { file, values, templates, recalls }: FileNames,
  query: string,
  uriOf: UriOf,
): WorkspaceSymbol[] {
  const { source } = file;
  return [values, templates, recalls].flatMap((things) =>
    [...things.values()]
      .filter(({ name, isImplied }) => !isImplied && fits(name.text, query))
      .map(({ name, node }) => ({
        name: name.text,
        kind: KINDS["kind" in node ? node.kind : ""] ?? SymbolKind.TypeParameter,
        location: { uri: uriOf(source.name), range: rangeOf(source, name.span) },
      })),
  );
}

/** Whether the letters of a query stand in a name, in their order. */
function fits(name: string, query: string): boolean {
  const letters = name.toLowerCase();
  let at = 0;
  for (const letter of query.toLowerCase()) {
    at = letters.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function symbolsOf(item: ast.Item | ast.BodyItem, source: SourceFile): DocumentSymbol[] {
  const range = rangeOf(source, item.span);
  const written = (span: ast.Name["span"]) => source.text.slice(span.start, span.end);
  const make = (name: string, selection: ast.Name["span"], detail = ""): DocumentSymbol => ({
    name,
    kind: KINDS[item.kind] ?? SymbolKind.Variable,
    range,
    selectionRange: rangeOf(source, inside(selection, item.span)),
    ...(detail === "" ? {} : { detail }),
  });
  switch (item.kind) {
    case "dim":
      return item.dims.map(({ name, value, span }) => ({
        ...make(name.text, name.span, value === undefined ? "" : written(value.span)),
        range: rangeOf(source, span),
      }));
    case "const":
    case "param":
    case "data":
    case "given":
      return [make(item.name.text, item.name.span, item.type && written(item.type.span))];
    case "neuron":
      return [
        make(
          item.name.text,
          item.name.span,
          `${written(item.shape.span)} as ${written(item.lagrangian.span)}`,
        ),
      ];
    case "connect": {
      const name = connectionName(item);
      return [make(name.text, name.span, written(item.template.span))];
    }
    case "drive":
      return [make("drive", item.target.span, written(item.target.span))];
    case "part":
      return [make(item.name.text, item.name.span, written(item.template.span))];
    case "lagrangian":
    case "synapse":
      return [
        {
          ...make(item.name.text, item.name.span),
          children: item.body.flatMap((line) => symbolsOf(line, source)),
        },
      ];
    case "train": {
      const name = item.name?.text ?? "train";
      return [make(name, item.name?.span ?? { ...item.span, end: item.span.start + 5 })];
    }
    case "test":
      return [make(item.title.value, item.title.span)];
    case "broken":
      return item.names.map((name) => make(name.text, name.span));
    case "assert":
    case "bodyEnergy":
    case "bodyValue":
      return [];
    default:
      return item.name.text === "" ? [] : [make(item.name.text, item.name.span)];
  }
}

/** A selection lies in its range. */
function inside({ start, end }: ast.Name["span"], around: ast.Name["span"]): ast.Name["span"] {
  const from = Math.min(Math.max(start, around.start), around.end);
  return { start: from, end: Math.min(Math.max(end, from), around.end) };
}
