// Long work gives timers, signals, messages and drawings their turn, and stops when it is asked to.

import { HamError } from "@hamlet/graph";

/** What long work asks whether to stop: an `AbortSignal`, or anything alike. */
export interface Signal {
  readonly aborted: boolean;
  /** Why; an `AbortSignal` always says. */
  readonly reason?: unknown;
}

/** What stops long work. */
export interface StopOptions {
  /** Stops it; it then throws the signal's reason. */
  readonly signal?: Signal;
}

/** How far long work is; each kind adds what else it knows. */
export interface Progress {
  /** Steps that are done, of so many; where work has no steps, its part of 1. */
  readonly done: number;
  readonly of: number;
}

/**
 * Something to await after every step of long work. Where there was work for 20 ms others get their
 * turn; else it costs a look at the clock. No result may depend on when that is.
 *
 * It throws the signal's reason once the signal says that it was aborted, or a HamError
 * `core/aborted` where it has none.
 */
export type Turn = () => Promise<void> | undefined;

/** Work in parts of some milliseconds at most: each `yield` is where others may have their turn. */
export type Work<Result> = Generator<undefined, Result, undefined>;

/** Milliseconds of work between two turns of others: with a step of 30 ms they wait for 50. */
const WORK = 20;

// The types of browsers and of Node would bring much else.
interface Host {
  readonly performance: { now(): number };
  /** Node, Deno and Bun have it, pages do not. */
  readonly setImmediate?: (run: () => void) => unknown;
  readonly MessageChannel: new () => { readonly port1: Port; readonly port2: Port };
}
interface Port {
  addEventListener(type: "message", run: () => void): void;
  start(): void;
  postMessage(message: null): void;
  close(): void;
}

const host = globalThis as unknown as Host;
// Kept from the start, so that nobody's fake timers make real work wait.
const { setImmediate, MessageChannel } = host;

/** A turn for one piece of work; pieces inside of it share it. */
export function makeTurn(signal?: Signal): Turn {
  let began = host.performance.now();
  return () => {
    throwIfAborted(signal);
    if (host.performance.now() - began < WORK) return undefined;
    return others().then(() => {
      began = host.performance.now();
      throwIfAborted(signal);
    });
  };
}

/** @throws the signal's reason, or HamError `core/aborted`, once it says that it was aborted. */
export function throwIfAborted(signal: Signal | undefined): void {
  if (signal?.aborted !== true) return;
  throw signal.reason ?? new HamError("core/aborted", "The work was stopped by its signal.");
}

/** Does work without a stop. */
export function atOnce<Result>(work: Work<Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** Does work part by part. What it owns is freed by its `finally` when it is stopped. */
export async function inTurns<Result>(work: Work<Result>, turn: Turn): Promise<Result> {
  try {
    for (;;) {
      const { done, value } = work.next();
      if (done === true) return value;
      const others = turn();
      if (others !== undefined) await others;
    }
  } finally {
    work.return(undefined as never);
  }
}

/**
 * Resolves when everybody who waits has had a turn. A message, unlike `setTimeout`, is not put off in
 * a tab that nobody looks at, and leaves nothing behind that would keep a process alive.
 */
function others(): Promise<void> {
  return new Promise((resolve) => {
    if (setImmediate !== undefined) {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    const passed = () => {
      port1.close();
      resolve();
    };
    port1.addEventListener("message", passed);
    port1.start();
    port2.postMessage(null);
  });
}
