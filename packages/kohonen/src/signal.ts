// Stopping long work.

import { HamError } from "@hamlet/graph";

/** What long work asks whether to stop; an `AbortSignal` is one. */
export interface Signal {
  readonly aborted: boolean;
}

/** @throws HamError `kohonen/aborted` once the signal says so. */
export function assertNotAborted(signal: Signal | undefined): void {
  if (signal?.aborted === true) throw new HamError("kohonen/aborted", "The work was stopped.");
}
