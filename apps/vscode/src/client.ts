// What both clients tell the server.

import type { LanguageClientOptions } from "vscode-languageclient";

/** Options of a client that carries out these commands. */
export function clientOptions(
  commands: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
): LanguageClientOptions {
  return {
    documentSelector: [{ language: "ham" }],
    initializationOptions: { commands, ...more },
  };
}
