import { positionAt, type SourceFile, type Span } from "../source.ts";
import { type DiagnosticCode, RULES, type RuleName } from "./messages.ts";

/** A second place that matters; with an empty `label` its line is shown without a mark. */
export interface RelatedPlace {
  readonly file: string;
  readonly span: Span;
  readonly label: string;
}

/** A replacement of a stretch of text; an empty span inserts. */
export interface TextEdit {
  readonly file: string;
  readonly span: Span;
  readonly text: string;
}

/** The lines under the frame. They are printed in the order in which the keys were given. */
export interface Advice {
  /** Text to write instead; an editor can apply it. */
  readonly fix?: readonly string[];
  /** What to try. */
  readonly help?: readonly string[];
  /** A fact that explains the message. */
  readonly note?: readonly string[];
  /** Why the language has this rule. */
  readonly why?: readonly string[];
  /** Numbers that show the claim is false. */
  readonly counterExample?: readonly string[];
}

/** One message of the compiler, as plain data that survives JSON. */
export interface Diagnostic extends Advice {
  readonly code: DiagnosticCode;
  readonly rule: RuleName;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly file: string;
  readonly span: Span;
  readonly label?: string;
  readonly related: readonly RelatedPlace[];
  /** The `fix` as edits, where it can be applied blindly. */
  readonly edits?: readonly TextEdit[];
}

/** What a check says, beyond its code and place. `related` places are in the same file unless they name one. */
export interface DiagnosticDetails extends Advice {
  readonly message: string;
  readonly label?: string;
  readonly related?: readonly (Omit<RelatedPlace, "file"> & { readonly file?: string })[];
  readonly edits?: readonly (Omit<TextEdit, "file"> & { readonly file?: string })[];
}

/** Where checks report to. Hand it down; never throw for a user's mistake. */
export interface Diagnostics {
  /** Adds a message about a place of the collector's file. */
  report(code: DiagnosticCode, span: Span, details: DiagnosticDetails): void;
  /** Everything reported so far, by position in the file, errors before warnings at one place. */
  list(): Diagnostic[];
  /** The line on which a span starts, from 1, for messages that mention another place. */
  lineOf(span: Span): number;
  /** True when at least one error (not only warnings) was reported. */
  hasErrors(): boolean;
}

/** Makes the collector for one file. */
export function collectDiagnostics(source: SourceFile): Diagnostics {
  const found: Diagnostic[] = [];
  return {
    report(code, span, { message, label, related = [], edits, ...advice }) {
      found.push({
        code,
        rule: RULES[code],
        severity: code.startsWith("E") ? "error" : "warning",
        message,
        file: source.name,
        span,
        ...(label === undefined ? {} : { label }),
        related: related.map((place) => ({ file: source.name, ...place })),
        ...(edits === undefined
          ? {}
          : { edits: edits.map((edit) => ({ file: source.name, ...edit })) }),
        ...advice,
      });
    },
    list: () =>
      found.toSorted(
        (a, b) =>
          a.span.start - b.span.start ||
          a.severity.localeCompare(b.severity) ||
          a.span.end - b.span.end,
      ),
    lineOf: (span) => positionAt(source, span.start).line,
    hasErrors: () => found.some((diagnostic) => diagnostic.severity === "error"),
  };
}
