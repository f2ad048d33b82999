// Stores some rows of a source after the other, in a thread of its own.

import { doJobs } from "../threads/thread.ts";
import { memoryOf, type PatternMemory } from "./memory.ts";
import { openSource, type Source } from "./source.ts";
import { stream } from "./stream.ts";

/** Rows of a source that was hashed already. */
export interface RowsJob {
  readonly path: string;
  readonly valuesPath: string | null;
  readonly id: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A memory of the first rows of a job, of all where nobody said stop. */
export interface RowsStored {
  readonly bytes: Uint8Array;
  readonly stored: number;
  readonly seconds: number;
}

let empty: PatternMemory | null = null;
let open: Source | null = null;

interface Stored {
  readonly job: RowsJob;
  readonly answer: RowsStored;
  /** The bytes of an empty memory, which say what is to be made. */
  readonly data: Uint8Array;
}

doJobs<Stored>(async (job, { data, signal, onProgress }) => {
  const { path, valuesPath, id, name, from, to } = job;
  empty ??= await memoryOf(data, path);
  if (open?.id !== id) {
    await open?.close();
    open = await openSource(path, valuesPath, { signal, id });
  }
  const memory = empty.fresh();
  const began = performance.now();
  const stored = await stream(
    memory,
    { asked: { sources: [open] }, rows: [{ id, name, rows: [[from, to]] }] },
    {
      sign: 1,
      signal,
      bar: { onProgress: ({ done }) => onProgress(done), done: () => undefined },
    },
  );
  return { bytes: memory.save(), stored, seconds: (performance.now() - began) / 1000 };
});
