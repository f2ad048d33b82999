// A client as an editor has one: it starts the server as a process and speaks the protocol.

import { spawn } from "node:child_process";
import type { InitializeParams } from "vscode-languageserver-protocol";
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { begin, end, type Listening, listenTo } from "./listening.ts";

/** A server that runs. */
export interface Client extends Listening {
  /** Ends the session as the protocol says; gives the exit code. */
  end(): Promise<number | null>;
}

const START = `import { startServer } from "@hamlet/language-server/node"; startServer();`;

/** Starts a server in a process of its own. */
export async function startClient(params: Partial<InitializeParams> = {}): Promise<Client> {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", START], {
    cwd: import.meta.dirname,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const client = listenTo(connection);
  connection.listen();
  await begin(connection, params);
  return {
    ...client,
    async end() {
      await end(connection);
      return exit;
    },
  };
}
