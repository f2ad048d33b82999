// `--set NAME=VALUE`: values from outside the file, checked like values inside it.

import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { collectDiagnostics } from "../diagnostics/diagnostic.ts";
import { unknownOverride } from "../rules/unknown-override.ts";
import type { SourceFile, Span } from "../source.ts";
import { wholeOf } from "./typed-digits.ts";

/** One `NAME=VALUE` of the caller. */
export interface Override {
  readonly name: string;
  readonly value: number;
  /** The same by its digits. */
  readonly typed: number | bigint;
  /** Where `VALUE` stands in {@link source}. */
  readonly span: Span;
  readonly source: SourceFile;
}

/** Overrides by name, with a note of which were used. */
export interface Overrides {
  take(name: string): Override | undefined;
  /** Reports every override that nothing took. */
  reportUnknown(settable: readonly { name: string; kind: string }[]): void;
  /** Messages about values from outside have their own pseudo file. */
  diagnosticsOf(override: Override): Diagnostics;
  list(): ReturnType<Diagnostics["list"]>;
  readonly sources: readonly SourceFile[];
}

/** Reads `NAME=VALUE` texts. */
export function readOverrides(texts: readonly string[]): Overrides {
  const byName = new Map<string, Override>();
  const taken = new Set<string>();
  const collectors = new Map<string, Diagnostics>();
  const sources: SourceFile[] = [];
  const collectorOf = (source: SourceFile) => {
    const known = collectors.get(source.text) ?? collectDiagnostics(source);
    collectors.set(source.text, known);
    return known;
  };
  for (const text of texts) {
    const equals = text.indexOf("=");
    const name = (equals < 0 ? text : text.slice(0, equals)).trim();
    // Each its own name: messages find their text by it.
    const source: SourceFile = { name: `--set ${name}`.trim(), text: `--set ${text}` };
    sources.push(source);
    const written = equals < 0 ? "" : text.slice(equals + 1).trim();
    const start = source.text.length - (equals < 0 ? text.length : text.length - equals - 1);
    const span = { start, end: source.text.length };
    const value = Number(written.replaceAll("_", ""));
    if (equals < 0 || written === "" || !Number.isFinite(value)) {
      collectorOf(source).report("E0404", span, {
        message: `\`--set\` needs NAME=NUMBER, but this is \`${text}\``,
        help: [`for example \`--set ${name || "beta"}=2.5\``],
      });
      taken.add(name);
      continue;
    }
    byName.set(name, { name, value, typed: wholeOf(written), span, source });
  }
  return {
    sources,
    take(name) {
      const found = byName.get(name);
      if (found !== undefined) taken.add(name);
      return found;
    },
    diagnosticsOf: (override) => collectorOf(override.source),
    reportUnknown(settable) {
      for (const override of byName.values()) {
        if (taken.has(override.name)) continue;
        const start = "--set ".length;
        const span = { start, end: start + override.name.length };
        unknownOverride(collectorOf(override.source), override.name, settable, span);
      }
    },
    list: () => [...collectors.values()].flatMap((collector) => collector.list()),
  };
}
