// Rows of sources go through a memory, piece by piece.

import { countHeld, type HeldSources, type Signal } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { CommandError, EXIT } from "../exit.ts";
import type { Bar } from "../progress.ts";
import type { Asked } from "./asked.ts";
import type { PatternMemory } from "./memory.ts";

/** How rows are gone through. */
export interface StreamOptions {
  readonly sign: 1 | -1;
  /** Whether the memory is told which rows they are; default true. */
  readonly named?: boolean;
  readonly signal: Signal;
  readonly bar: Bar;
  /** Called between pieces. */
  readonly between?: () => Promise<void>;
}

/** Returns the number of rows that are done: fewer than all where the signal said stop. */
export async function stream(
  memory: PatternMemory,
  { asked, rows }: { readonly asked: Pick<Asked, "sources">; readonly rows: HeldSources },
  { sign, named = true, signal, bar, between = () => Promise.resolve() }: StreamOptions,
): Promise<number> {
  const of = countHeld(rows);
  let done = 0;
  for (const source of asked.sources) {
    const { id, name, path } = source;
    for (const [from, to] of rows.find((one) => one.id === id)?.rows ?? []) {
      for await (const piece of source.pieces(from, to)) {
        const at = { id, name, from: piece.from };
        const added = await memory
          .add({ ...piece, source: named ? at : undefined }, sign, signal)
          .catch((error: unknown) => {
            throw inFile(path, piece.from, error);
          });
        done += added;
        bar.onProgress({ done, of });
        if (signal.aborted) return done;
        await between();
      }
    }
    await source.assertUnchanged();
  }
  return done;
}

/** What is wrong with a pattern, with the file that it is from. */
function inFile(path: string, from: number, error: unknown): unknown {
  if (!HamError.isInstance(error)) return error;
  return new CommandError(EXIT.usage, `${path}, behind row ${from}: ${error.message}`);
}
