// Wires a connection to the features. What they do is in a file each; nothing here knows the language.

import type { Registry } from "@hamlet/graph";
import { type Connection, TextDocumentSyncKind } from "vscode-languageserver";
import type { FilesOf } from "./files.ts";

/** What a server needs besides its connection. */
export interface ServeOptions {
  /** The Lagrangians and hypersynapses that every file may name. */
  readonly registry: Registry;
  readonly filesOf: FilesOf;
}

/** Answers on a connection until the client says `exit`. */
export function serve(connection: Connection, _options: ServeOptions): void {
  connection.onInitialize(() => ({
    capabilities: { textDocumentSync: TextDocumentSyncKind.Incremental },
    serverInfo: { name: "ham" },
  }));
  connection.listen();
}
