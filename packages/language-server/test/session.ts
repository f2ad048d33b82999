// One recorded session, the same over every transport: what a client says, and what must come back.

import {
  CodeActionRequest,
  CompletionRequest,
  type CompletionItem,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentFormattingRequest,
  HoverRequest,
  type Hover,
  type Position,
  RenameRequest,
  type TextEdit,
} from "vscode-languageserver-protocol";
import { TextDocument } from "vscode-languageserver-textdocument";
import { type Listening, textOf } from "./listening.ts";

/** The files of the session, by their names. */
export const FILES = {
  "memory.ham": `ham 1

/// A memory of a few patterns.
dim D, K = 4
const sharp: real > 0 = 2
param xi: [K, D] ~ normal(0, 1)
neuron v: [D] as identity
energy lse = -1/sharp * logsumexp[m] sharp * sum[i] xi[m, i] * v[i]
`,
  "main.ham": `ham 1

use "./memory.ham" as memory

dim N = 12
part fast: memory(D = N, sharp = 3)
neuron h: [N] as tanh
energy link = -sum[i] h[i] * fast.v[j]

recall settle {
  solver = euler(dt   = 0.1)
  steps = 100
}
`,
} as const;

/** What the client saw. */
export interface Seen {
  readonly errors: readonly string[];
  readonly completion: readonly string[];
  readonly hover: string;
  readonly fixes: readonly string[];
  readonly afterFix: readonly string[];
  readonly renamed: Readonly<Record<string, string>>;
  readonly formatted: string;
}

/** Plays the session in a folder where both files lie. */
export async function play({ connection, diagnostics }: Listening, folder: string): Promise<Seen> {
  const main = `${folder}/main.ham`;
  const memory = `${folder}/memory.ham`;
  let text = TextDocument.create(main, "ham", 1, FILES["main.ham"]);
  const at = (word: string, offset = 0): Position =>
    text.positionAt(text.getText().indexOf(word) + offset);
  const textDocument = { uri: main };

  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri: main, languageId: "ham", version: 1, text: text.getText() },
  });
  const errors = await diagnostics(main, 1);

  const completion = await connection.sendRequest(CompletionRequest.type, {
    textDocument,
    position: at("fast.v", "fast.".length),
  });
  const hover = await connection.sendRequest(HoverRequest.type, {
    textDocument,
    position: at("h: [N]"),
  });
  const actions = await connection.sendRequest(CodeActionRequest.type, {
    textDocument,
    range: errors[0].range,
    context: { diagnostics: [...errors] },
  });
  const titles = (actions ?? []).map(({ title }) => title);

  // The mistake is mended by hand: the index is the one that is bound.
  const range = { start: at("fast.v[j", 7), end: at("fast.v[j", 8) };
  text = TextDocument.update(text, [{ range, text: "i" }], 2);
  await connection.sendNotification(DidChangeTextDocumentNotification.type, {
    textDocument: { uri: main, version: 2 },
    contentChanges: [{ range, text: "i" }],
  });
  const after = await diagnostics(main, 2);

  const rename = await connection.sendRequest(RenameRequest.type, {
    textDocument,
    position: at("fast.v", "fast.".length),
    newName: "state",
  });
  const sources: Readonly<Record<string, TextDocument>> = {
    [main]: text,
    [memory]: TextDocument.create(memory, "ham", 1, FILES["memory.ham"]),
  };
  const renamed = Object.entries(rename?.changes ?? {}).map(([uri, edits]) => [
    uri.slice(folder.length + 1),
    TextDocument.applyEdits(sources[uri], edits),
  ]);
  const edits = await connection.sendRequest(DocumentFormattingRequest.type, {
    textDocument,
    options: { tabSize: 2, insertSpaces: true },
  });
  return {
    errors: errors.map((one) => `${one.code} ${textOf(one).split("\n")[0]}`),
    completion: ((completion ?? []) as CompletionItem[]).map(({ label }) => label),
    hover: (hover?.contents as Exclude<Hover["contents"], string | unknown[]> & { value: string })
      ?.value,
    fixes: titles,
    afterFix: after.map(textOf),
    renamed: Object.fromEntries(renamed) as Record<string, string>,
    formatted: TextDocument.applyEdits(text, edits as TextEdit[]),
  };
}

/** Every transport gives the same. */
export async function expectSession(seen: Seen): Promise<void> {
  const { expect } = await import("vitest");
  const text = `${JSON.stringify(seen, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(new URL("session.expected.txt", import.meta.url).pathname);
}
