// Rows become a memory in a file, or the rest of one: what was stopped goes on from `FILE.partial`.

import { commonHeld, countHeld, describeHeld, type HeldSources, withoutHeld } from "@hamlet/core";
import { CommandError, EXIT } from "../exit.ts";
import type { Bar } from "../progress.ts";
import { type Asked, assertFits } from "./asked.ts";
import { type MemoryFiles, onDisk } from "./files.ts";
import {
  differences,
  emptyMemoryOf,
  memoryOf,
  type PatternMemory,
  readMemoryFile,
  type RuleFlags,
} from "./memory.ts";
import { stream } from "./stream.ts";
import { streamThreads } from "./stream-threads.ts";
import type { Twice } from "./words.ts";

/** How rows are remembered, and where. */
export interface Remembering extends RuleFlags {
  /** A memory that they are added to; a new one where it is left out. */
  readonly into?: string;
  readonly twice: Twice;
  readonly out: string;
  /** Where {@link out} is; default: on the disk. */
  readonly files?: MemoryFiles;
  /** What is done of other rows under the name of a part: an error, or to be begun anew. */
  readonly stale: "refuse" | "replace";
  /** Threads; the bits do not depend on their number. */
  readonly workers?: number;
  readonly signal: { readonly aborted: boolean };
  readonly bar: () => Promise<Bar>;
  /** Told where it goes on with what was stopped. */
  readonly onResume?: (line: string) => void;
}

/** What became of rows. */
export type Remembered =
  /** They were there, and no others. */
  | { readonly ending: "there"; readonly count: number }
  /** What is done is kept under the name of a part. */
  | { readonly ending: "stopped"; readonly done: number; readonly of: number }
  | { readonly ending: "stored"; readonly done: number; readonly memory: PatternMemory };

/** Where what is unfinished is kept. */
export function partialOf(out: string): string {
  return `${out}.partial`;
}

/** Milliseconds between two writings of what is done so far. */
const SAFE_EVERY = 30_000;

/**
 * Stores rows and writes the memory.
 * @throws CommandError, HamError as the memory does; then nothing is written that was not there.
 */
export async function rememberRows(asked: Asked, how: Remembering): Promise<Remembered> {
  const { into, out, files = onDisk, signal, twice, workers = 1 } = how;
  const partial = partialOf(out);
  const start = into === undefined ? await emptyMemoryOf(how, asked) : await readMemoryFile(into);
  assertFits(asked, start, into ?? out);
  const already = commonHeld(start.held, asked.held);
  if (already.length > 0 && twice === "refuse") {
    throw new CommandError(
      EXIT.usage,
      `${describeHeld(already)} are in ${into} already. Leave them out, or pass over them with --twice once.`,
    );
  }
  if (into === undefined && (await isDone(out, files, { wanted: start, rows: asked.held }))) {
    return { ending: "there", count: countHeld(asked.held) };
  }
  const memory = await goOn(start, asked.held, { partial, files, ...how });
  const rows = withoutHeld(asked.held, memory.held);
  const save = async () => {
    for (const source of asked.sources) await source.assertUnchanged();
    await files.write(partial, memory.save());
  };
  let saved = Date.now();
  const between = async () => {
    if (Date.now() - saved < SAFE_EVERY) return;
    await save();
    saved = Date.now();
  };
  const bar = await how.bar();
  const going = { signal, bar, between };
  const done = await (
    workers === 1
      ? stream(memory, { asked, rows }, { sign: 1, ...going })
      : streamThreads(memory, { asked, rows }, { workers, ...going })
  ).finally(() => bar.done());
  const of = countHeld(rows);
  if (done < of) {
    await save();
    return { ending: "stopped", done, of };
  }
  await files.write(out, memory.save());
  await files.remove(partial);
  return { ending: "stored", done, memory };
}

/** Whether a memory is there that holds these rows and no others. */
async function isDone(
  out: string,
  files: MemoryFiles,
  { wanted, rows }: { readonly wanted: PatternMemory; readonly rows: HeldSources },
): Promise<boolean> {
  if (!(await files.has(out))) return false;
  const found = await memoryIn(files, out).catch(() => null);
  if (found === null || differences(found.made, wanted.made) !== "") return false;
  return found.count === countHeld(rows) && countHeld(commonHeld(found.held, rows)) === found.count;
}

async function memoryIn(files: MemoryFiles, path: string): Promise<PatternMemory> {
  return await memoryOf(await files.read(path), path);
}

type GoingOn = Pick<Remembering, "stale" | "onResume"> & {
  readonly partial: string;
  readonly files: MemoryFiles;
};

/** What was done of this before it was stopped, or the start. */
async function goOn(
  start: PatternMemory,
  asked: HeldSources,
  { partial, files, stale, onResume }: GoingOn,
): Promise<PatternMemory> {
  if (!(await files.has(partial))) return start;
  const reading = memoryIn(files, partial);
  const found = stale === "refuse" ? await reading : await reading.catch(() => null);
  if (found !== null && isOurs(found, start, asked)) {
    const fresh = countHeld(withoutHeld(found.held, start.held));
    const of = countHeld(withoutHeld(asked, start.held));
    onResume?.(`Going on after ${fresh} of ${of} patterns, from ${partial}.`);
    return found;
  }
  if (stale === "replace") return start;
  throw new CommandError(
    EXIT.usage,
    `${partial} is of other patterns, or of a memory that is made otherwise: something else was stopped here. Finish that, or remove the file.`,
  );
}

/** Whether it is the start with some of the rows that are asked for, and nothing else. */
function isOurs(found: PatternMemory, start: PatternMemory, asked: HeldSources): boolean {
  const fresh = withoutHeld(found.held, start.held);
  return (
    differences(found.made, start.made) === "" &&
    withoutHeld(start.held, found.held).length === 0 &&
    withoutHeld(fresh, asked).length === 0 &&
    found.count === start.count + countHeld(fresh)
  );
}
