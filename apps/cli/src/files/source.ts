// The text of a model: of a file, or of the standard input, which is named `-`.

import { basename } from "node:path";
import type { SourceFile } from "@hamlet/dsl";
import { decodeSource, readSource } from "@hamlet/model/disk";
import { CommandError, EXIT } from "../exit.ts";

/** What stands for the standard input in place of a file. */
export const STDIN = "-";

/** The most that is read from the standard input, in bytes, as from a file. */
const LARGEST = 2 ** 22;

/**
 * Reads the model that an argument names. What a model of the standard input names is looked for
 * from the working directory.
 * @throws CommandError for a standard input without an end in sight.
 */
export async function readModel(path: string): Promise<SourceFile> {
  if (path !== STDIN) return await readSource(path);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LARGEST) {
      throw new CommandError(
        EXIT.usage,
        `the standard input has more than the ${LARGEST} bytes that are read. A model is a text: check what is piped into ham.`,
      );
    }
  }
  return decodeSource("<stdin>", Buffer.concat(chunks));
}

/** How a model is called, and the files that are made from it. */
export function modelName(path: string): string {
  return path === STDIN ? "stdin" : basename(path, ".ham");
}
