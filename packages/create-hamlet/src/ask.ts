// What was not said on the command line.

import { createInterface } from "node:readline/promises";

/** The folder that is made where none is named. */
export const DEFAULT_FOLDER = "my-memory";

/** What somebody wants. */
export interface Wanted {
  readonly folder: string;
  readonly page: boolean;
}

/** Asks for it; null where they leave (Ctrl-C, Ctrl-D). */
export async function ask(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<Wanted | null> {
  const terminal = createInterface({ input, output });
  const left = new AbortController();
  terminal.on("close", () => left.abort());
  const answer = async (question: string) =>
    (await terminal.question(question, { signal: left.signal })).trim();
  try {
    const folder = (await answer(`Folder (${DEFAULT_FOLDER}): `)) || DEFAULT_FOLDER;
    const page = /^y/iu.test(await answer("A page for the browser? (y/N): "));
    return { folder, page };
  } catch (error) {
    if (!left.signal.aborted) throw error;
    output.write("\n");
    return null;
  } finally {
    terminal.close();
  }
}
