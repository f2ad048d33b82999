// The entry `@hamlet/language-server/worker`: a script that serves the page that started it.

import { CATALOGUE } from "@hamlet/model/check";
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createConnection,
} from "vscode-languageserver/browser";
import { clientFiles } from "./client-files.ts";
import { serve } from "./server.ts";

const scope = globalThis as unknown as ConstructorParameters<typeof BrowserMessageReader>[0];
const connection = createConnection(
  new BrowserMessageReader(scope),
  new BrowserMessageWriter(scope),
);
serve(connection, { registry: CATALOGUE, filesOf: (client) => clientFiles(connection, client) });
