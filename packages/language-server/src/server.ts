// Wires a connection to the features. What they do is in a file each; nothing here knows the language.

import type { SourceFile } from "@hamlet/dsl";
import type { Registry } from "@hamlet/graph";
import {
  type CancellationToken,
  type CodeAction,
  type Connection,
  type Diagnostic,
  DidChangeWatchedFilesNotification,
  DidChangeWorkspaceFoldersNotification,
  type InitializeParams,
  LSPErrorCodes,
  ResponseError,
  type TextDocumentIdentifier,
  type WorkspaceEdit,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { CAPABILITIES } from "./capabilities.ts";
import { codeLenses } from "./code-lenses.ts";
import { completion } from "./completion.ts";
import { definition } from "./definition.ts";
import { diagnosticsOf, tooLong } from "./diagnostics.ts";
import type { Document } from "./document.ts";
import { explanationOf } from "./explanation.ts";
import type { ServerFiles } from "./files.ts";
import { foldingRanges } from "./folding.ts";
import { formatDocument, formatOnType, formatRange } from "./formatting.ts";
import { hover } from "./hover.ts";
import { inlayHints } from "./inlay-hints.ts";
import { nearby } from "./nearby.ts";
import { rangeOf } from "./positions.ts";
import { LONGEST, Project } from "./project.ts";
import { FIX_ALL, fixAll, quickFixes } from "./quick-fixes.ts";
import { highlights, referencesTo } from "./references.ts";
import { renamable, rename } from "./rename.ts";
import { semanticTokens } from "./semantic-tokens.ts";
import { signatureHelp } from "./signature-help.ts";
import { documentSymbols, workspaceSymbols } from "./symbols.ts";
import { editTo } from "./whole-text.ts";

/** What a server needs besides its connection. */
export interface ServeOptions {
  /** The Lagrangians and hypersynapses that every file may name. */
  readonly registry: Registry;
  /** The files that no editor has open, once the client said what it offers. */
  readonly filesOf: (client: InitializeParams) => ServerFiles;
}

/** What a client may say at the beginning, beside what the protocol knows. */
interface ClientOptions {
  /** Commands that it carries out: `ham.runTest`, `ham.explain`. */
  readonly commands?: readonly string[];
}

/**
 * Of longer texts, in UTF-16 units, the checks of the whole model come after the rest, once typing
 * rests for so many milliseconds.
 */
const LONG = 50_000;
const REST = 500;

/** Answers on a connection until the client says `exit`. */
export function serve(connection: Connection, { registry, filesOf }: ServeOptions): void {
  let project: Project;
  let folders: readonly string[] = [];
  let commands: readonly string[] = [];
  let watches = false;
  const texts = new Map<string, TextDocument>();
  const uriOf = (name: string) => project.uriOf(name);

  connection.onInitialize((client) => {
    project = new Project(registry, filesOf(client));
    folders = client.workspaceFolders?.map(({ uri }) => uri) ?? [client.rootUri ?? []].flat();
    watches = client.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    commands = (client.initializationOptions as ClientOptions | undefined)?.commands ?? [];
    return { capabilities: CAPABILITIES, serverInfo: { name: "ham" } };
  });

  connection.onInitialized(async () => {
    if (!watches) return;
    const watchers = [{ globPattern: "**/*.{ham,npy,npz,safetensors}" }];
    await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
  });
  connection.onNotification(DidChangeWorkspaceFoldersNotification.type, ({ event }) => {
    const gone = new Set(event.removed.map(({ uri }) => uri));
    folders = [...folders.filter((uri) => !gone.has(uri)), ...event.added.map(({ uri }) => uri)];
  });

  // What is typed

  connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
    take(TextDocument.create(uri, languageId, version, text));
    project.forget();
  });
  connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
    const known = texts.get(uri);
    // What was overtaken on its way says nothing about the text of now.
    if (known === undefined || version <= known.version) return;
    take(TextDocument.update(known, contentChanges, version));
  });
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    texts.delete(uri);
    project.close(uri);
    published.delete(uri);
    clearTimeout(rests.get(uri));
    rests.delete(uri);
    void connection.sendDiagnostics({ uri, diagnostics: [] });
    checkLater();
  });
  const lookAgain = () => {
    project.forget();
    checkLater();
  };
  connection.onDidSaveTextDocument(lookAgain);
  connection.onDidChangeWatchedFiles(lookAgain);

  function take(text: TextDocument): void {
    texts.set(text.uri, text);
    project.open(text.uri, text.version, text.getText());
    checkLater();
  }

  // What is wrong with it. Files that did not change, nor anything that they use, cost nothing.

  let timer: ReturnType<typeof setTimeout> | undefined;
  function checkLater(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      checkAll().catch(tell);
    }, 0);
  }

  /** A mistake of ours must not end the session. */
  const tell = (error: unknown) =>
    connection.console.error(`this is a bug of @hamlet/language-server: ${String(error)}`);

  const published = new Map<string, Document | string>();
  async function checkAll(): Promise<void> {
    for (const uri of project.openUris) await check(uri);
  }

  async function check(uri: string): Promise<void> {
    const opened = project.opened(uri);
    if (opened === undefined) return;
    const { source } = opened;
    const document = source.text.length > LONGEST ? null : await project.document(uri);
    if (published.get(uri) === (document ?? source.text)) return;
    published.set(uri, document ?? source.text);
    const isWhole = source.text.length <= LONG;
    const first = isWhole ? undefined : document?.compilation.diagnostics;
    await publish(uri, source, () =>
      document === null ? [tooLong(source.text)] : diagnosticsOf(document, uriOf, first),
    );
    if (document === null || isWhole) return;
    clearTimeout(rests.get(uri));
    const rest = () => publish(uri, source, () => diagnosticsOf(document, uriOf));
    rests.set(
      uri,
      setTimeout(() => void rest().catch(tell), REST),
    );
  }

  const rests = new Map<string, ReturnType<typeof setTimeout>>();

  /** Tells what is wrong with a text, unless it is an older one by now. */
  async function publish(uri: string, source: SourceFile, find: () => Diagnostic[]): Promise<void> {
    const now = project.opened(uri);
    if (now?.source !== source) return;
    await connection.sendDiagnostics({ uri, version: now.version, diagnostics: find() });
  }

  // What is asked

  interface AboutText {
    readonly textDocument: TextDocumentIdentifier;
  }

  /** Answers about a file as it is now; a question that nobody waits for any more ends at once. */
  function about<P extends AboutText, R>(
    answer: (document: Document, params: P) => R | Promise<R>,
  ): (params: P, token: CancellationToken) => Promise<R | null> {
    return async (params, token) => {
      if (!token.isCancellationRequested) {
        const document = await project.document(params.textDocument.uri);
        if (document === null) return null;
        if (!token.isCancellationRequested) return await answer(document, params);
      }
      throw new ResponseError(LSPErrorCodes.RequestCancelled, "nobody waits for it");
    };
  }

  connection.onHover(about((document, { position }) => hover(document, position)));
  connection.onCompletion(
    about((document, { position }) =>
      completion(document, position, nearby(project, document.source.name, folders)),
    ),
  );
  connection.onSignatureHelp(about((document, { position }) => signatureHelp(document, position)));
  connection.onDefinition(about((document, { position }) => definition(document, position, uriOf)));
  connection.onDocumentHighlight(about((document, { position }) => highlights(document, position)));
  connection.onReferences(
    about(async (document, { position, context }) => {
      const found = renamable(document, position);
      if (typeof found === "string") return [];
      return referencesTo(found.thing, await project.everyFile(folders), uriOf, context);
    }),
  );
  connection.onPrepareRename(
    about((document, { position }) => {
      const found = renamable(document, position);
      if (typeof found === "string") throw new ResponseError(LSPErrorCodes.RequestFailed, found);
      return { range: found.range, placeholder: found.placeholder };
    }),
  );
  connection.onRenameRequest(
    about(async (document, { position, newName }): Promise<WorkspaceEdit> => {
      const found = renamable(document, position);
      const changes =
        typeof found === "string" ? found : await rename(project, folders, found.thing, newName);
      if (typeof changes === "string") {
        throw new ResponseError(LSPErrorCodes.RequestFailed, changes);
      }
      return {
        changes: Object.fromEntries(
          [...changes].map(([source, list]) => [
            uriOf(source.name),
            list.map(({ span, text }) => ({ range: rangeOf(source, span), newText: text })),
          ]),
        ),
      };
    }),
  );
  connection.onDocumentSymbol(about(documentSymbols));
  connection.onWorkspaceSymbol(async ({ query }) =>
    (await project.everyFile(folders)).flatMap((names) => workspaceSymbols(names, query, uriOf)),
  );
  connection.onCodeAction(
    about(async (document, { range, context, textDocument: { uri } }): Promise<CodeAction[]> => {
      const wanted = (kind: string) => context.only?.some((only) => kind.startsWith(only)) ?? false;
      if (!wanted(FIX_ALL))
        return context.only === undefined || wanted("quickfix")
          ? quickFixes(document, range, uriOf)
          : [];
      const mended = fixAll(document.source, await project.checker(uri));
      const edits = editTo(document.source, mended);
      if (edits.length === 0) return [];
      return [{ title: "Mend all", kind: FIX_ALL, edit: { changes: { [uri]: edits } } }];
    }),
  );
  connection.onCodeLens(
    about((document, { textDocument: { uri } }) => codeLenses(document, uri, commands)),
  );
  connection.onDocumentFormatting(about(formatDocument));
  connection.onDocumentRangeFormatting(
    about((document, { range }) => formatRange(document, range)),
  );
  connection.onDocumentOnTypeFormatting(
    about((document, { position }) => formatOnType(document, position)),
  );
  connection.languages.semanticTokens.on(
    async (params, token) =>
      (await about((document: Document) => semanticTokens(document))(params, token)) ?? {
        data: [],
      },
  );
  connection.languages.semanticTokens.onRange(
    async (params, token) =>
      (await about((document: Document, { range }: typeof params) =>
        semanticTokens(document, range),
      )(params, token)) ?? { data: [] },
  );
  connection.onFoldingRanges(about(foldingRanges));
  connection.languages.inlayHint.on(about((document, { range }) => inlayHints(document, range)));
  connection.onRequest("ham/explain", about(explanationOf));

  connection.listen();
}
