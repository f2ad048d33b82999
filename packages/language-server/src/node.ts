// The entry `@hamlet/language-server/node`: a server on the streams of this process.

import { fileURLToPath } from "node:url";
import { CATALOGUE, diskFiles } from "@hamlet/model/disk";
import { createConnection } from "vscode-languageserver/node";
import { NO_FILES } from "@hamlet/model/check";
import { serve } from "./server.ts";

/**
 * Starts a server that reads requests from the standard input and answers on the standard output,
 * until the client says `exit`. Code of plugins is never run.
 */
export function startServer(): void {
  serve(createConnection(process.stdin, process.stdout), {
    registry: CATALOGUE,
    filesOf: (uri) =>
      uri.startsWith("file:") ? diskFiles(fileURLToPath(uri), { pluginCode: "not run" }) : NO_FILES,
  });
}
