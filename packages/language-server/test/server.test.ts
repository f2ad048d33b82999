// The server on one connection in this process: what it does with odd sessions.

import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import {
  CodeActionRequest,
  DidChangeTextDocumentNotification,
  DidChangeWorkspaceFoldersNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentSymbolRequest,
  HoverRequest,
  type Hover,
  LSPErrorCodes,
  PrepareRenameRequest,
  type ProtocolConnection,
  RegistrationRequest,
  RenameRequest,
  SemanticTokensRequest,
  FoldingRangeRequest,
  CompletionRequest,
  type WorkspaceFoldersChangeEvent,
  WorkspaceSymbolRequest,
} from "vscode-languageserver-protocol";
import { createProtocolConnection } from "vscode-languageserver-protocol/node";
import { createConnection } from "vscode-languageserver/node";
import { serve } from "@hamlet/language-server";
import { CATALOGUE } from "@hamlet/model/check";
import { FOLDER, memoryFiles } from "./analysing.ts";
import { begin, type Listening, listenTo, textOf } from "./listening.ts";

const MAIN = `${FOLDER}/m.ham`;

async function start(
  texts: Readonly<Record<string, string>> = {},
  prepare: (connection: ProtocolConnection) => void = () => undefined,
): Promise<Listening> {
  const [there, back] = [new PassThrough(), new PassThrough()];
  serve(createConnection(there, back), { registry: CATALOGUE, filesOf: () => memoryFiles(texts) });
  const connection = createProtocolConnection(back, there);
  const client = listenTo(connection);
  prepare(connection);
  connection.listen();
  await begin(connection, {
    workspaceFolders: [{ uri: FOLDER, name: "models" }],
    capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } },
  });
  return client;
}

const open = ({ connection }: Listening, text: string, version = 1) =>
  connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri: MAIN, languageId: "ham", version, text },
  });
const change = ({ connection }: Listening, text: string, version: number) =>
  connection.sendNotification(DidChangeTextDocumentNotification.type, {
    textDocument: { uri: MAIN, version },
    contentChanges: [{ text }],
  });
const codes = (found: readonly { code?: unknown }[]) => found.map(({ code }) => code);

test("a file of 10 MB gets one clear message, and no answers", async () => {
  const client = await start();
  await open(client, `ham 1\n${"// a long line of a comment\n".repeat(400_000)}`);
  const found = await client.diagnostics(MAIN, 1);
  expect(found.map((one) => textOf(one).split("\n")[0])).toEqual([
    "this text has 10.7 MB, and files of more than 4.0 MB are not read",
  ]);
  const position = { line: 0, character: 0 };
  const textDocument = { uri: MAIN };
  const { connection } = client;
  expect(await connection.sendRequest(HoverRequest.type, { textDocument, position })).toBeNull();
  expect(await connection.sendRequest(DocumentSymbolRequest.type, { textDocument })).toBeNull();
  expect(
    await connection.sendRequest(CompletionRequest.type, { textDocument, position }),
  ).toBeNull();
  expect(await connection.sendRequest(FoldingRangeRequest.type, { textDocument })).toBeNull();
  expect(await connection.sendRequest(SemanticTokensRequest.type, { textDocument })).toEqual({
    data: [],
  });
  await change(client, "ham 1\n", 2);
  expect(await client.diagnostics(MAIN, 2)).toEqual([]);
});

test("an older version that comes late changes nothing", async () => {
  const client = await start();
  await open(client, "ham 1\nneuron v: [D] as tanh\n", 5);
  expect(codes(await client.diagnostics(MAIN, 5))).toEqual(["E0201"]);
  await change(client, "ham 1\n", 4);
  await change(client, "ham 1\n", 5);
  const symbols = await client.connection.sendRequest(DocumentSymbolRequest.type, {
    textDocument: { uri: MAIN },
  });
  expect(symbols).toHaveLength(1);
  await change(client, "ham 1\n", 6);
  expect(await client.diagnostics(MAIN, 6)).toEqual([]);
});

test("a file that was never opened, or is closed, is read from where it lies", async () => {
  const client = await start({ "m.ham": "ham 1\n/// Deep.\ndim D = 3\n" });
  const { connection } = client;
  const ask = async () => {
    const found = await connection.sendRequest(HoverRequest.type, {
      textDocument: { uri: MAIN },
      position: { line: 2, character: 4 },
    });
    return (found?.contents as (Hover["contents"] & { value: string }) | undefined)?.value ?? "";
  };
  expect(await ask()).toContain("Size 3");
  await open(client, "ham 1\n\ndim D = 4\n");
  expect(await ask()).toContain("Size 4");
  await connection.sendNotification(DidCloseTextDocumentNotification.type, {
    textDocument: { uri: MAIN },
  });
  expect(await ask()).toContain("Size 3");
  await connection.sendNotification(DidChangeTextDocumentNotification.type, {
    textDocument: { uri: MAIN, version: 9 },
    contentChanges: [{ text: "ham 1\n" }],
  });
  expect(await ask()).toContain("Size 3");
  const nowhere = {
    textDocument: { uri: `${FOLDER}/nowhere.ham` },
    position: { line: 0, character: 0 },
  };
  expect(await connection.sendRequest(HoverRequest.type, nowhere)).toBeNull();
});

test("what a used file says is told anew when that file changes", async () => {
  const client = await start();
  const part = `${FOLDER}/part.ham`;
  const { connection } = client;
  await open(
    client,
    'ham 1\nuse "./part.ham" as kit\npart p: kit(D = D)\ndim D = 3\nenergy e = -sum[i] p.v[i]\n',
  );
  expect(codes(await client.diagnostics(MAIN, 1))).toContain("E0901");
  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: {
      uri: part,
      languageId: "ham",
      version: 1,
      text: "ham 1\ndim D\nneuron v: [D] as tanh\n",
    },
  });
  await client.diagnostics(part, 1);
  await expect
    .poll(async () => codes(await client.diagnostics(MAIN, 1)), { timeout: 60_000 })
    .toEqual([]);
});

test("folders may come and go, and files are watched where the client can", async () => {
  const texts = { "m.ham": "ham 1\ndim Deep = 3\n" };
  const watched: unknown[] = [];
  const client = await start(texts, (connection) =>
    connection.onRequest(RegistrationRequest.type, ({ registrations }) => {
      watched.push(...registrations.map(({ method }) => method));
    }),
  );
  const { connection } = client;
  const search = async () =>
    (await connection.sendRequest(WorkspaceSymbolRequest.type, { query: "deep" }))?.length;
  expect(await search()).toBe(1);
  const folder = { uri: FOLDER, name: "models" };
  const say = (event: WorkspaceFoldersChangeEvent) =>
    connection.sendNotification(DidChangeWorkspaceFoldersNotification.type, { event });
  await say({ added: [], removed: [folder] });
  expect(await search()).toBe(0);
  await say({ added: [folder], removed: [] });
  expect(await search()).toBe(1);
  expect(watched).toEqual(["workspace/didChangeWatchedFiles"]);
});

test("a question that is taken back is answered so", async () => {
  const client = await start();
  await open(client, "ham 1\ndim D = 3\n");
  const { CancellationTokenSource } = await import("vscode-languageserver-protocol");
  const source = new CancellationTokenSource();
  const asked = client.connection.sendRequest(
    HoverRequest.type,
    { textDocument: { uri: MAIN }, position: { line: 1, character: 4 } },
    source.token,
  );
  source.cancel();
  await expect(asked).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
});

test("what cannot be renamed says why", async () => {
  const client = await start();
  await open(client, "ham 1\ndim D = 3\nneuron v: [D] as tanh\n");
  const { connection } = client;
  const textDocument = { uri: MAIN };
  const at = (line: number, character: number) => ({ textDocument, position: { line, character } });
  await expect(connection.sendRequest(PrepareRenameRequest.type, at(2, 20))).rejects.toThrow(
    "word of the language",
  );
  await expect(connection.sendRequest(PrepareRenameRequest.type, at(0, 0))).rejects.toThrow(
    "no name here",
  );
  await expect(
    connection.sendRequest(RenameRequest.type, { ...at(2, 7), newName: "sum" }),
  ).rejects.toThrow("is no name");
  await expect(
    connection.sendRequest(RenameRequest.type, { ...at(2, 7), newName: "D" }),
  ).rejects.toThrow("declared twice");
});

test("everything that can be mended is mended at once", async () => {
  const client = await start();
  await open(
    client,
    "ham 1\ndim D = 3\nneuron v: [D] as tanh\nenergy e = v[i]**2\nenergy f = -v[j]\n",
  );
  const all = await client.connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri: MAIN },
    range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
    context: { diagnostics: [], only: ["source.fixAll"] },
  });
  expect(all?.map(({ title }) => title)).toEqual(["Mend all"]);
});

test("of a long text the checks of the whole model come after the rest", async () => {
  const client = await start();
  const model = `ham 1
dim D = 3
param W: [D, D] ~ normal(0, 1)
neuron v: [D] as tanh
energy e = -sum[i, j] W[i, j] * v[i] * v[j]
const never = 1
`;
  await open(client, `${model}${"// a line of a comment\n".repeat(3000)}`);
  expect(codes(await client.diagnostics(MAIN, 1))).toEqual(["W0207"]);
  await expect
    .poll(async () => codes(await client.diagnostics(MAIN, 1)), { timeout: 60_000 })
    .toEqual(["W0605", "W0207"]);
});
