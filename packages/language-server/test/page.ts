// What a page does with the server: it starts the worker and plays a session with it.

import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createProtocolConnection,
} from "vscode-languageserver-protocol/browser";
import { begin, end, listenTo } from "./listening.ts";
import { COMMANDS, FILES, play } from "./session.ts";

const FOLDER = "file:///models";

/** Starts a worker from its script and gives what the client saw, as JSON. */
async function playIn(script: string): Promise<string> {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(address);
  const connection = createProtocolConnection(
    new BrowserMessageReader(worker),
    new BrowserMessageWriter(worker),
  );
  const client = listenTo(connection);
  connection.listen();
  const files = Object.fromEntries(
    Object.entries(FILES).map(([name, text]) => [`${FOLDER}/${name}`, text]),
  );
  await begin(connection, {
    workspaceFolders: [{ uri: FOLDER, name: "models" }],
    initializationOptions: { files, commands: COMMANDS },
  });
  const seen = await play(client, FOLDER);
  await end(connection);
  return JSON.stringify(seen);
}

(globalThis as unknown as { playIn: typeof playIn }).playIn = playIn;
