// The entry `@hamlet/language-server/worker`: a script that serves the page that started it.

import { CATALOGUE, NO_FILES } from "@hamlet/model/check";
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createConnection,
} from "vscode-languageserver/browser";
import { serve } from "./server.ts";

const scope = globalThis as unknown as ConstructorParameters<typeof BrowserMessageReader>[0];
serve(createConnection(new BrowserMessageReader(scope), new BrowserMessageWriter(scope)), {
  registry: CATALOGUE,
  filesOf: () => NO_FILES,
});
