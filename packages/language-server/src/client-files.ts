// Files that a client hands over, where the server has no disk: `initializationOptions.files` lists
// them by their addresses; with `readFile: true` others are asked for by `ham/readFile`.

import type { MissingFile } from "@hamlet/dsl";
import type { Connection, InitializeParams } from "vscode-languageserver";
import type { ServerFiles } from "./files.ts";

interface FileOptions {
  /** Texts by address. */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether the client answers `ham/readFile`. */
  readonly readFile?: boolean;
}

/** What a client answers to `ham/readFile`: a text, or bytes in base64; null for no such file. */
type FileAnswer = { readonly text: string } | { readonly base64: string } | null;

/** The files of a client; see above. */
export function clientFiles(
  connection: Connection,
  { initializationOptions }: InitializeParams,
): ServerFiles {
  const { files = {}, readFile = false } = (initializationOptions ?? {}) as FileOptions;
  const texts = new Map(Object.entries(files).map(([uri, text]) => [addressOf(uri, ""), text]));
  const read = async (uri: string): Promise<Uint8Array | null> => {
    const text = texts.get(uri);
    if (text !== undefined) return new TextEncoder().encode(text);
    const answer = readFile
      ? await connection.sendRequest<FileAnswer>("ham/readFile", { uri })
      : null;
    if (answer === null) return null;
    return "text" in answer
      ? new TextEncoder().encode(answer.text)
      : Uint8Array.from(atob(answer.base64), (letter) => letter.charCodeAt(0));
  };
  return {
    around: (uri) => ({
      async read(path) {
        const missing: MissingFile = { path, folder: "the files of this page", near: null };
        const address = addressOf(path.split("/").map(encodeURIComponent).join("/"), uri);
        return (await read(address)) ?? missing;
      },
    }),
    list: (folder) =>
      Promise.resolve(
        [...texts.keys()].filter((uri) => uri.startsWith(folder) && uri.endsWith(".ham")),
      ),
  };
}

function addressOf(uri: string, base: string): string {
  if (URL.canParse(uri)) return new URL(uri).href;
  return URL.canParse(uri, base) ? new URL(uri, base).href : uri;
}
