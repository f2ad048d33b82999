// Long work lets timers, signals and drawings through, and stops when it is asked to.

import { HamError } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";

// Every host has it; the types of browsers and of Node would bring much else.
declare const setTimeout: (run: () => void, milliseconds: number) => unknown;

/** What long work asks whether to stop; an `AbortSignal` is one. */
export interface Signal {
  readonly aborted: boolean;
}

/** Milliseconds of work between two moments in which others get their turn. */
const TURN = 50;

/**
 * Something to await after every step: it gives way when there was work for 50 ms.
 *
 * It throws a HamError `diffusion/aborted` once the signal says so.
 */
export function makeTurn(signal: Signal | undefined): () => Promise<void> {
  let began = tf.util.now();
  return async () => {
    if (tf.util.now() - began > TURN) {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, 0);
      });
      began = tf.util.now();
    }
    if (signal?.aborted === true) throw new HamError("diffusion/aborted", "The work was stopped.");
  };
}
