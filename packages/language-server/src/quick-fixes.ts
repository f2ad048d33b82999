// Quick fixes: the edits that messages bring with them, one at a time or all of them.

import type { Diagnostic as Found, SourceFile, TextEdit as Edit } from "@hamlet/dsl";
import { isName } from "@hamlet/dsl/editor";
import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  type Range,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver";
import { diagnosticsOf, type UriOf } from "./diagnostics.ts";
import { type Document, findingsOf } from "./document.ts";
import { rangeOf, spanOf } from "./positions.ts";

/** The action that mends whatever can be mended without a choice. */
export const FIX_ALL = `${CodeActionKind.SourceFixAll}.ham`;

/** What can be done about the messages in a range. */
export function quickFixes(document: Document, range: Range, uriOf: UriOf): CodeAction[] {
  const { source } = document;
  const span = spanOf(source, range);
  const shown = diagnosticsOf(document, uriOf);
  return findingsOf(document).flatMap((found, at) => {
    const isHere =
      found.file === source.name && found.span.start <= span.end && span.start <= found.span.end;
    return isHere ? actionsOf(document, found, shown[at], uriOf) : [];
  });
}

function actionsOf(
  document: Document,
  found: Found,
  shown: Diagnostic,
  uriOf: UriOf,
): CodeAction[] {
  const actions: CodeAction[] = [];
  if (found.edits !== undefined) {
    const edit = workspaceEdit(document, found.edits, uriOf);
    if (edit !== null) {
      actions.push({
        title: titleOf(found),
        kind: CodeActionKind.QuickFix,
        diagnostics: [shown],
        isPreferred: true,
        edit,
      });
    }
  }
  const near = nearName(document, found);
  if (near !== null) {
    actions.push({
      title: `Write \`${near}\``,
      kind: CodeActionKind.QuickFix,
      diagnostics: [shown],
      edit: {
        changes: {
          [uriOf(found.file)]: [{ range: rangeOf(document.source, found.span), newText: near }],
        },
      },
    });
  }
  const allow = found.severity === "warning" ? allowEdit(document, found) : null;
  if (allow !== null) {
    actions.push({
      title: `Allow this: @allow(${found.rule})`,
      kind: CodeActionKind.QuickFix,
      diagnostics: [shown],
      edit: { changes: { [uriOf(document.source.name)]: [allow] } },
    });
  }
  return actions;
}

/** The name that was perhaps meant; a guess, so that nothing takes it unasked. */
function nearName({ source }: Document, { help = [], edits, span }: Found): string | null {
  const near = /^did you mean `([^`]*)`/.exec(help[0] ?? "")?.[1];
  const isGuess = edits === undefined && near !== undefined && isName(near);
  return isGuess && isName(source.text.slice(span.start, span.end)) ? near : null;
}

/** "Write `sum[i] v[i]^2`", from the line that a message has for it. */
function titleOf({ fix = [], message }: Found): string {
  const [line = `mend: ${message}`] = fix;
  const title = /^`[^`]*`$/.test(line) ? `write ${line}` : line;
  return title[0].toUpperCase() + title.slice(1);
}

function workspaceEdit(
  { compilation }: Document,
  edits: readonly Edit[],
  uriOf: UriOf,
): WorkspaceEdit | null {
  const changes: Record<string, TextEdit[]> = {};
  for (const { file, span, text } of edits) {
    const source = compilation.sources.find(({ name }) => name === file);
    if (source === undefined) return null;
    (changes[uriOf(file)] ??= []).push({ range: rangeOf(source, span), newText: text });
  }
  return { changes };
}

/** `@allow(rule)` in front of the declaration that a warning is about. */
function allowEdit({ parsed, source }: Document, found: Found): TextEdit | null {
  const item = parsed.file.items.find(
    ({ kind, span }) =>
      kind !== "broken" && span.start <= found.span.start && found.span.end <= span.end,
  );
  if (item === undefined) return null;
  const own = item.attributes.find(({ name, args }) => name.text === "allow" && args.length > 0);
  if (own !== undefined) {
    const at = own.args.at(-1)!.span.end;
    return { range: rangeOf(source, { start: at, end: at }), newText: `, ${found.rule}` };
  }
  const at = item.span.start;
  const newline = source.text.includes("\r\n") ? "\r\n" : "\n";
  const newText = `@allow(${found.rule})${newline}`;
  return { range: rangeOf(source, { start: at, end: at }), newText };
}

/** A fix may make another message; more rounds than this are a circle. */
const MOST_ROUNDS = 200;

/**
 * The text after every fix that can be applied without a choice, one after the other: a fix is told
 * by a text as it is now. `check` finds what is wrong with a text.
 */
export function fixAll(source: SourceFile, check: (text: string) => readonly Found[]): string {
  let { text } = source;
  let found = check(text);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = found;
    let isBetter = false;
    for (const { edits, file } of before) {
      if (file !== source.name || edits === undefined) continue;
      if (edits.some((edit) => edit.file !== source.name)) continue;
      const mended = applied(text, edits);
      const after = check(mended);
      if (!isFewer(after, before)) continue;
      [text, found, isBetter] = [mended, after, true];
      break;
    }
    if (!isBetter) return text;
  }
  return text;
}

/**
 * Whether there are fewer mistakes. Those of syntax hide others, errors hide warnings: what comes to
 * light is no reason against a fix.
 */
export function isFewer(after: readonly Found[], before: readonly Found[]): boolean {
  const [now, then] = [countsOf(after), countsOf(before)];
  const at = now.findIndex((count, kind) => count !== then[kind]);
  return at >= 0 && now[at] < then[at];
}

function countsOf(all: readonly Found[]): number[] {
  const syntax = all.filter(({ code }) => code.startsWith("E01")).length;
  const errors = all.filter(({ severity }) => severity === "error").length;
  return [syntax, errors, all.length];
}

/** A text after edits that do not overlap. */
export function applied(text: string, edits: readonly Pick<Edit, "span" | "text">[]): string {
  // What is put in front of a replaced stretch comes before it.
  const last = edits.toSorted((a, b) => b.span.start - a.span.start || b.span.end - a.span.end);
  return last.reduce(
    (whole, { span, text: instead }) =>
      whole.slice(0, span.start) + instead + whole.slice(span.end),
    text,
  );
}
