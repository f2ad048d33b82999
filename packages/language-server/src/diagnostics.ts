// What is wrong with a file, as an editor shows it.

import type { Diagnostic as Found, SourceFile } from "@hamlet/dsl";
import {
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type Location,
} from "vscode-languageserver";
import { type Document, findingsOf } from "./document.ts";
import { LONGEST } from "./project.ts";
import { fileName, rangeOf } from "./positions.ts";

/** A message as it is shown: plain text. */
export type Shown = Diagnostic & { readonly message: string };

/** How the client calls a file. */
export type UriOf = (name: string) => string;

/** Every message about a file; one about a file that it uses stands at the `use`. */
export function diagnosticsOf(
  document: Document,
  uriOf: UriOf,
  all: readonly Found[] = findingsOf(document),
): Shown[] {
  return all.map((found) => show(document, found, uriOf));
}

/** The one message about a text that is too long to look at. */
export function tooLong(text: string): Shown {
  const size = (units: number) => `${(units / 2 ** 20).toFixed(1)} MB`;
  return {
    range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
    severity: DiagnosticSeverity.Error,
    source: "ham",
    message: `this text has ${size(text.length)}, and files of more than ${size(LONGEST)} are not read\nhelp: keep arrays in data files: \`data xi: [K, D] from "xi.npy"\``,
  };
}

/** Where something of a text is. */
export function locationOf(
  document: Document,
  { file, span }: Pick<Found, "file" | "span">,
  uriOf: UriOf,
): Location | null {
  const source = sourceOf(document, file);
  return source === null ? null : { uri: uriOf(file), range: rangeOf(source, span) };
}

function sourceOf({ compilation }: Document, file: string): SourceFile | null {
  return compilation.sources.find(({ name }) => name === file) ?? null;
}

function show(document: Document, found: Found, uriOf: UriOf): Shown {
  const { code, rule, severity, message, related, label } = found;
  const isHere = found.file === document.source.name;
  const there = isHere ? null : locationOf(document, found, uriOf);
  const notes = related.flatMap((place) => {
    const location = locationOf(document, place, uriOf);
    return location === null ? [] : [{ location, message: place.label || "here" }];
  });
  if (there !== null) notes.unshift({ location: there, message: label ?? message });
  return {
    range: rangeOf(document.source, isHere ? found.span : useOf(document, found.file)),
    severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    source: "ham",
    message: [isHere ? message : `in ${fileName(found.file)}: ${message}`, ...adviceOf(found)].join(
      "\n",
    ),
    ...(rule === "unused" ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    ...(notes.length === 0 ? {} : { relatedInformation: notes }),
    data: rule,
  };
}

/** The `use` through which a file came in, or the first line. */
function useOf({ parsed, names }: Document, file: string): Found["span"] {
  for (const item of parsed.file.items) {
    if (item.kind !== "use") continue;
    const seen = new Set<string>();
    const pending = [names.sources.used(item)];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next === null || seen.has(next.file.source.name)) continue;
      if (next.file.source.name === file) return item.path.span;
      seen.add(next.file.source.name);
      for (const inner of next.file.items) {
        if (inner.kind === "use") pending.push(next.sources.used(inner));
      }
    }
  }
  return { start: 0, end: 0 };
}

const ADVICE = {
  fix: "fix",
  help: "help",
  note: "note",
  why: "why",
  counterExample: "counter-example",
} as const;

/** The lines under a message, in the order in which they were given. */
function adviceOf(found: Found): string[] {
  return Object.keys(found).flatMap((key) =>
    key in ADVICE
      ? (found[key as keyof typeof ADVICE] ?? []).map(
          (line) => `${ADVICE[key as keyof typeof ADVICE]}: ${line}`,
        )
      : [],
  );
}
