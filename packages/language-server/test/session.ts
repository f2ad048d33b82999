// One recorded session, the same over every transport: what a client says, and what must come back.

import {
  CodeActionRequest,
  CodeLensRequest,
  CompletionRequest,
  DefinitionRequest,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentFormattingRequest,
  DocumentHighlightRequest,
  DocumentOnTypeFormattingRequest,
  DocumentRangeFormattingRequest,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  HoverRequest,
  InlayHintRequest,
  Position,
  PrepareRenameRequest,
  Range,
  ReferencesRequest,
  RenameRequest,
  SemanticTokensRangeRequest,
  SemanticTokensRequest,
  SignatureHelpRequest,
  type TextEdit,
  type WorkspaceEdit,
  WorkspaceSymbolRequest,
} from "vscode-languageserver-protocol";
import { TextDocument } from "vscode-languageserver-textdocument";
import { type Listening, textOf } from "./listening.ts";

/** What the client says it carries out. */
export const COMMANDS = ["ham.explain", "ham.runTest"];

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

test "it rests" {
  run settle
  expect falling(energy)
}
`,
} as const;

/** What the client saw. */
export interface Seen {
  readonly errors: readonly string[];
  readonly afterFix: readonly string[];
  /** What came back, by what the server says that it provides. */
  readonly answers: Readonly<Record<string, unknown>>;
}

/** Plays the session in a folder where both files lie. */
export async function play({ connection, diagnostics }: Listening, folder: string): Promise<Seen> {
  const main = `${folder}/main.ham`;
  const texts = new Map(
    Object.entries(FILES).map(([name, text]) => [
      `${folder}/${name}`,
      TextDocument.create(`${folder}/${name}`, "ham", 1, text),
    ]),
  );
  const text = () => texts.get(main)!;
  const at = (word: string, offset = 0): Position =>
    text().positionAt(text().getText().indexOf(word) + offset);
  const whole = () => ({ start: text().positionAt(0), end: text().positionAt(Infinity) });
  /** What the texts are after edits; a client applies them in this way. */
  const after = (edits: WorkspaceEdit | TextEdit[] | null | undefined) => {
    const changes = Array.isArray(edits) ? { [main]: edits } : (edits?.changes ?? {});
    return Object.entries(changes).map(([uri, list]) => [
      uri,
      TextDocument.applyEdits(texts.get(uri)!, list),
    ]);
  };
  const textDocument = { uri: main };
  const options = { tabSize: 2, insertSpaces: true };
  const version = (now: number) => ({ uri: main, version: now });

  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { ...version(1), languageId: "ham", text: text().getText() },
  });
  const errors = await diagnostics(main, 1);
  const completions = await connection.sendRequest(CompletionRequest.type, {
    textDocument,
    position: at("fast.v", "fast.".length),
  });
  const hover = await connection.sendRequest(HoverRequest.type, {
    textDocument,
    position: at("h: [N]"),
  });
  const signatures = await connection.sendRequest(SignatureHelpRequest.type, {
    textDocument,
    position: at("sharp = 3"),
  });

  const fixesFor = async (only?: string[]) =>
    (await connection.sendRequest(CodeActionRequest.type, {
      textDocument,
      range: errors[0].range,
      context: { diagnostics: [...errors], ...(only === undefined ? {} : { only }) },
    })) ?? [];
  const [fixes, fixAll] = [await fixesFor(), await fixesFor(["source.fixAll"])];
  const [[, mended]] = after((fixes[0] as { edit: WorkspaceEdit }).edit);
  const contentChanges = [{ range: whole(), text: mended }];
  texts.set(main, TextDocument.update(text(), contentChanges, 2));
  await connection.sendNotification(DidChangeTextDocumentNotification.type, {
    textDocument: version(2),
    contentChanges,
  });
  const afterFix = await diagnostics(main, 2);

  const layer = { textDocument, position: at("fast.v", "fast.".length) };
  const answers = {
    completionProvider: completions,
    hoverProvider: hover,
    signatureHelpProvider: signatures,
    codeActionProvider: [...fixes, ...fixAll],
    definitionProvider: await connection.sendRequest(DefinitionRequest.type, layer),
    referencesProvider: await Promise.all(
      [true, false].map((includeDeclaration) =>
        connection.sendRequest(ReferencesRequest.type, {
          ...layer,
          context: { includeDeclaration },
        }),
      ),
    ),
    documentHighlightProvider: await connection.sendRequest(DocumentHighlightRequest.type, layer),
    renameProvider: [
      await connection.sendRequest(PrepareRenameRequest.type, layer),
      after(await connection.sendRequest(RenameRequest.type, { ...layer, newName: "state" })),
    ],
    documentSymbolProvider: await connection.sendRequest(DocumentSymbolRequest.type, layer),
    workspaceSymbolProvider: await connection.sendRequest(WorkspaceSymbolRequest.type, {
      query: "sha",
    }),
    codeLensProvider: await connection.sendRequest(CodeLensRequest.type, layer),
    documentFormattingProvider: after(
      await connection.sendRequest(DocumentFormattingRequest.type, { textDocument, options }),
    ),
    documentRangeFormattingProvider: await connection.sendRequest(
      DocumentRangeFormattingRequest.type,
      { textDocument, options, range: { start: at("  solver"), end: at("  steps") } },
    ),
    documentOnTypeFormattingProvider: await connection.sendRequest(
      DocumentOnTypeFormattingRequest.type,
      { textDocument, options, position: at("\n}\n\ntest", 2), ch: "}" },
    ),
    semanticTokensProvider: [
      await connection.sendRequest(SemanticTokensRequest.type, layer),
      await connection.sendRequest(SemanticTokensRangeRequest.type, {
        textDocument,
        range: { start: at("neuron"), end: at("energy") },
      }),
    ],
    foldingRangeProvider: await connection.sendRequest(FoldingRangeRequest.type, layer),
    inlayHintProvider: await connection.sendRequest(InlayHintRequest.type, {
      textDocument,
      range: whole(),
    }),
  };
  return {
    errors: errors.map((one) => `${one.code} ${textOf(one).split("\n")[0]}`),
    afterFix: afterFix.map(textOf),
    answers: JSON.parse(
      JSON.stringify(answers, shortened).replaceAll(folder, "models"),
    ) as Seen["answers"],
  };
}

/** Places as `line:character`, and rows of numbers on one line: answers that a person can read. */
function shortened(_: string, value: unknown): unknown {
  if (Range.is(value)) return `${placeText(value.start)} to ${placeText(value.end)}`;
  if (Position.is(value)) return placeText(value);
  if (Array.isArray(value) && typeof value[0] === "number") return value.join(" ");
  return value;
}

function placeText({ line, character }: Position): string {
  return `${line}:${character}`;
}

/** Every transport gives the same, and everything that is provided was asked. */
export async function expectSession(seen: Seen): Promise<void> {
  const { expect } = await import("vitest");
  const { CAPABILITIES } = await import("../src/capabilities.ts");
  const provided = Object.keys(CAPABILITIES).filter((name) => name.endsWith("Provider"));
  expect(Object.keys(seen.answers).sort()).toEqual(provided.sort());
  const text = `${JSON.stringify(seen, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(new URL("session.expected.txt", import.meta.url).pathname);
}
