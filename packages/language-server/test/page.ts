// What a page does with the server: it starts the worker and plays a session with it.

import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createProtocolConnection,
} from "vscode-languageserver-protocol/browser";
import { begin, listenTo } from "./listening.ts";
import { FILES, play } from "./session.ts";

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
    initializationOptions: { files },
  });
  return JSON.stringify(await play(client, FOLDER));
}

(globalThis as unknown as { playIn: typeof playIn }).playIn = playIn;
