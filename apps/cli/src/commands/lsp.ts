// `ham lsp`: the language server on the standard streams, for editors.

import { startServer } from "@hamlet/language-server/node";
import type { CommandDefinition } from "./command.ts";

/** `ham lsp`. */
export const command: CommandDefinition = {
  takes: (command) => command.option("--stdio", "as without it; some editors ask for it"),
  run: lsp,
};

/** Answers until the editor says `exit`, which ends the process. */
function lsp(): Promise<null> {
  startServer();
  return Promise.resolve(null);
}
