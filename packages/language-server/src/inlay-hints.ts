import { occurrencesOf } from "@hamlet/dsl/editor";
import { type InlayHint, InlayHintKind, type Range } from "vscode-languageserver";
import type { Document } from "./document.ts";
import { positionOf, spanOf } from "./positions.ts";

/** The dims that indices walk, where they were inferred. */
export function inlayHints({ source, names, compilation }: Document, range: Range): InlayHint[] {
  const { start, end } = spanOf(source, range);
  const { walked } = compilation.places.names;
  return occurrencesOf(names).flatMap(({ name, thing, isDeclaration }) => {
    const isInside = start <= name.span.start && name.span.end <= end;
    if (!isDeclaration || !isInside || thing.from !== "file") return [];
    if (thing.node.kind !== "binder" || thing.node.dim !== undefined) return [];
    const dim = walked.get(name);
    if (dim === undefined) return [];
    return [
      {
        position: positionOf(source, name.span.end),
        label: `: ${dim.name}`,
        kind: InlayHintKind.Type,
        paddingRight: false,
      },
    ];
  });
}
