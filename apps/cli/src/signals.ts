import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A wish to stop that came from outside. */
export interface StopSignal {
  readonly aborted: boolean;
  /** The exit code of what was stopped so, 130 for Ctrl-C. */
  readonly exitCode: number;
  [Symbol.dispose](): void;
}

/**
 * Takes the first Ctrl-C (or SIGTERM, or SIGHUP) as a wish to stop and to save what there is; the
 * second ends the process at once.
 */
export function listenForStop(): StopSignal {
  let first: (typeof SIGNALS)[number] | null = null;
  const codeOf = (signal: (typeof SIGNALS)[number]) => 128 + constants.signals[signal];
  const stop = (signal: NodeJS.Signals) => {
    if (first !== null) process.exit(codeOf(signal as (typeof SIGNALS)[number]));
    first = signal as (typeof SIGNALS)[number];
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  return {
    get aborted() {
      return first !== null;
    },
    get exitCode() {
      return codeOf(first ?? "SIGINT");
    },
    [Symbol.dispose]: () => {
      for (const signal of SIGNALS) process.removeListener(signal, stop);
    },
  };
}
