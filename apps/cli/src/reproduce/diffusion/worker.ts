// One number of patterns after the other, in a thread of its own.

import { startBackend } from "../../backend.ts";
import { doJobs } from "../../threads/thread.ts";
import { type Answer, compute, type Size } from "./size.ts";

interface Computed {
  readonly job: Size;
  readonly answer: Answer;
  /** The backend. */
  readonly data: string;
}

doJobs<Computed>(async (size, { data: backend, signal, onProgress }) => {
  await startBackend(backend);
  return await compute(size, { signal, onProgress });
});
