// A client as an editor has one: it starts the server as a process and speaks the protocol.

import { type ChildProcess, spawn } from "node:child_process";
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
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";

/** A server that runs, and what it published last. */
export interface Client {
  readonly connection: ProtocolConnection;
  /** The messages about a file once they are of a version. */
  diagnostics(uri: string, version: number): Promise<readonly Diagnostic[]>;
  /** Ends the session as the protocol says; gives the exit code. */
  end(): Promise<number | null>;
}

const START = `import { startServer } from "@hamlet/language-server/node"; startServer();`;

/** Starts a server in a process of its own. */
export async function startClient(params: Partial<InitializeParams> = {}): Promise<Client> {
  const child: ChildProcess = spawn(
    process.execPath,
    ["--input-type=module-typescript", "--eval", START],
    { cwd: import.meta.dirname, stdio: ["pipe", "pipe", "inherit"] },
  );
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout!),
    new StreamMessageWriter(child.stdin!),
  );
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const client = listenTo(connection);
  connection.listen();
  await begin(connection, params);
  return {
    ...client,
    async end() {
      await connection.sendRequest(ShutdownRequest.type);
      await connection.sendNotification(ExitNotification.type);
      return exit;
    },
  };
}

/** Keeps what is published on a connection. */
export function listenTo(connection: ProtocolConnection): Omit<Client, "end"> {
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
