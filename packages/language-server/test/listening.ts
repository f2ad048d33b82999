// The part of a client that is the same over every transport.

import {
  type Diagnostic,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  type InitializeParams,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  ShutdownRequest,
} from "vscode-languageserver-protocol";

/** A connection to a server, and what it published last. */
export interface Listening {
  readonly connection: ProtocolConnection;
  /** The messages about a file once they are of a version. */
  readonly diagnostics: (uri: string, version: number) => Promise<readonly Diagnostic[]>;
}

/** Keeps what is published on a connection. */
export function listenTo(connection: ProtocolConnection): Listening {
  const known = new Map<string, { version: number; diagnostics: Diagnostic[] }>();
  const waiting = new Set<() => void>();
  connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
    const { uri, version = -1, diagnostics } = params;
    known.set(uri, { version, diagnostics });
    for (const wake of waiting) wake();
  });
  return {
    connection,
    diagnostics: (uri, version) =>
      new Promise((resolve) => {
        const look = () => {
          const found = known.get(uri);
          if (found?.version !== version) return;
          waiting.delete(look);
          resolve(found.diagnostics);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** The text of a message. */
export function textOf({ message }: Diagnostic): string {
  return typeof message === "string" ? message : message.value;
}

/** What every session begins with. */
export async function begin(
  connection: ProtocolConnection,
  params: Partial<InitializeParams>,
): Promise<void> {
  await connection.sendRequest(InitializeRequest.type, {
    processId: null,
    rootUri: null,
    capabilities: {},
    ...params,
  });
  await connection.sendNotification(InitializedNotification.type, {});
}

/** What every session ends with. */
export async function end(connection: ProtocolConnection): Promise<void> {
  await connection.sendRequest(ShutdownRequest.type);
  await connection.sendNotification(ExitNotification.type);
}
