// What a published result is made of: jobs of work, a table, figures.

import type { WorkBar } from "../progress.ts";

/** What was asked for on the command line. */
export interface ReproduceOptions {
  readonly seed: number;
  /** Fewer and smaller settings: seconds instead of minutes. */
  readonly short: boolean;
  /** A separation function of the user's own, as `.ham` text. */
  readonly separation?: string;
  /** How long networks are trained, and on how many patterns each. */
  readonly iterations?: number;
  readonly sizes?: readonly number[];
  readonly backend: string;
  /** Threads, where a result is measured on several; the figures do not depend on their number. */
  readonly workers?: number;
  /** Where the figures go, and whatever long work leaves to go on from. */
  readonly out: string;
  readonly bar: WorkBar;
}

/** Options that not every reproduction has. */
export const SOME_HAVE = ["separation", "iterations", "sizes", "workers"] as const;

/** What a reproduction found. */
export interface Findings {
  readonly table: { readonly head: readonly string[]; readonly rows: readonly string[][] };
  /** The rows as data, for `--json`. */
  readonly results: readonly object[];
  /** SVG files by name. */
  readonly figures: Readonly<Record<string, string>>;
  /** One line below the table: how well theory and measurements agree. */
  readonly verdict: string;
}

/** A published result. */
export interface Reproduction {
  readonly name: string;
  readonly description: string;
  /** The options that it knows, beside those of all; of others it says so. */
  readonly takes?: readonly (typeof SOME_HAVE)[number][];
  readonly run: (options: ReproduceOptions) => Promise<Findings>;
}
