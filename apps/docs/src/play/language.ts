// What the language server adds to the editor: completion, what a name is, messages with their fixes.
// Loaded when a reader goes into the text.

import {
  autocompletion,
  type Completion,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
  snippet,
} from "@codemirror/autocomplete";
import type { Action, Diagnostic } from "@codemirror/lint";
import type { Extension, Text } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap, type Tooltip } from "@codemirror/view";
import type {
  CodeAction,
  CompletionItem,
  Diagnostic as Told,
  Hover,
  MarkupContent,
  Position,
  Range,
  TextEdit,
} from "vscode-languageserver-protocol";
import { LanguageClient, URI } from "./language-client.ts";
import { prose } from "./prose.ts";

/** Called with what is wrong with the text as it is now. */
export type OnDiagnostics = (diagnostics: readonly Diagnostic[]) => void;

/** Starts the server with a text, and gives what the editor has then more. */
export function speak(view: EditorView, onDiagnostics: OnDiagnostics): Extension {
  const client = new LanguageClient(view.state.doc.toString(), async ({ version, diagnostics }) => {
    const isNow = () => version === client.version;
    if (!isNow()) return;
    const { doc } = view.state;
    const found = await Promise.all(
      diagnostics.map(async (one) => toShow(doc, one, await actionsOf(client, one))),
    );
    if (isNow()) onDiagnostics(found);
  });
  return [
    EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged) client.change(state.doc.toString());
    }),
    autocompletion({ override: [(context) => complete(client, context)] }),
    keymap.of(completionKeymap),
    hoverTooltip((shown, at) => explain(client, shown, at)),
  ];
}

function toShow(
  doc: Text,
  { range, severity, code, message }: Told,
  actions: Action[],
): Diagnostic {
  const text = typeof message === "string" ? message : message.value;
  return {
    from: offsetIn(doc, range.start),
    to: offsetIn(doc, range.end),
    severity: severity === 1 ? "error" : "warning",
    message: code === undefined ? text : `${code}: ${text}`,
    actions,
  };
}

/** The fixes of a message. */
async function actionsOf(client: LanguageClient, told: Told): Promise<Action[]> {
  const { range, code } = told;
  const context = { diagnostics: [told], only: ["quickfix"] };
  const actions = await client.request<CodeAction[]>("textDocument/codeAction", { range, context });
  const own = (actions ?? []).filter(({ diagnostics }) =>
    diagnostics?.some((one) => one.code === code && sameRange(one.range, range)),
  );
  return own.map(({ title, edit }) => ({
    name: title,
    apply: (view) => applyEdits(view, edit?.changes?.[URI] ?? []),
  }));
}

function sameRange(a: Range, b: Range): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function applyEdits(view: EditorView, edits: readonly TextEdit[]): void {
  const { doc } = view.state;
  const changes = edits.map(({ range, newText }) => ({
    from: offsetIn(doc, range.start),
    to: offsetIn(doc, range.end),
    insert: newText,
  }));
  view.dispatch({ changes, userEvent: "input.fix" });
  view.focus();
}

/** What may stand before a proposal: a name, or what asks for one. The server knows whether one fits. */
const TRIGGERS = /(?:[a-z_]\w*|[.@#[(=~"])$/i;

async function complete(
  client: LanguageClient,
  context: CompletionContext,
): Promise<CompletionResult | null> {
  const { pos, explicit } = context;
  const { doc } = context.state;
  const { from: start, text } = doc.lineAt(pos);
  if (!explicit && !TRIGGERS.test(text.slice(0, pos - start))) return null;
  // What is typed meanwhile is asked about anew: the editor would not, where this is answered by nothing.
  context.addEventListener("abort", () => {}, { onDocChange: true });
  const position = positionOf(doc, pos);
  const items = await client.request<CompletionItem[]>("textDocument/completion", { position });
  if (items === null || items.length === 0) return null;
  const [{ textEdit }] = items;
  const from =
    textEdit !== undefined && "range" in textEdit ? offsetIn(doc, textEdit.range.start) : pos;
  return { from, options: items.map(toOption), validFor: /^\w*$/ };
}

/** The first of a list is the likeliest. */
function toOption(item: CompletionItem, at: number): Completion {
  const { label, detail, documentation, textEdit, insertTextFormat } = item;
  const insert = textEdit?.newText ?? label;
  const text = typeof documentation === "string" ? documentation : documentation?.value;
  return {
    label,
    boost: -Math.min(99, at),
    apply: insertTextFormat === 2 ? snippet(insert.replaceAll(/\$(\d)/g, "$${$1}")) : insert,
    ...(detail === undefined ? {} : { detail }),
    ...(text === undefined ? {} : { info: () => prose(text) }),
  };
}

async function explain(
  client: LanguageClient,
  { state: { doc } }: EditorView,
  at: number,
): Promise<Tooltip | null> {
  const position = positionOf(doc, at);
  const hover = await client.request<Hover>("textDocument/hover", { position });
  if (hover === null) return null;
  const { value } = hover.contents as MarkupContent;
  const pos = hover.range === undefined ? at : offsetIn(doc, hover.range.start);
  return {
    pos,
    above: true,
    create: () => {
      const dom = prose(value);
      dom.classList.add("cm-told");
      return { dom };
    },
  };
}

function offsetIn(doc: Text, { line, character }: Position): number {
  if (line >= doc.lines) return doc.length;
  const { from, to } = doc.line(line + 1);
  return Math.min(from + character, to);
}

function positionOf(doc: Text, offset: number): Position {
  const { number, from } = doc.lineAt(offset);
  return { line: number - 1, character: offset - from };
}
