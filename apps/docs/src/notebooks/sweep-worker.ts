// Sweeps beside the page; a newer wish ends an older.

import { sweep, type Sweep, type Swept } from "./sweep.ts";

/** A sweep that is wanted, and the number that its replies have. */
export interface SweepWish {
  readonly id: number;
  readonly wish: Sweep;
}

/** What is known of a sweep; null where it is whole. */
export interface SweepReply {
  readonly id: number;
  readonly swept: Swept | null;
}

let wanted = 0;

addEventListener("message", ({ data }: MessageEvent<SweepWish>) => void work(data));

async function work({ id, wish }: SweepWish): Promise<void> {
  wanted = id;
  const tell = (swept: Swept | null) => postMessage({ id, swept } satisfies SweepReply, {});
  const signal = {
    get aborted() {
      return wanted !== id;
    },
  };
  try {
    for await (const swept of sweep(wish, signal)) tell(swept);
    tell(null);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
