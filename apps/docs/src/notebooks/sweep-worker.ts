// Sweeps beside the page; a newer wish ends an older.

import { sweep, type Sweep, type Swept } from "./sweep.ts";

/** What is known of a sweep; null where it is whole. */
export interface SweepReply {
  readonly id: number;
  readonly swept: Swept | null;
}

let wanted = 0;

addEventListener("message", ({ data }: MessageEvent<Sweep>) => void work(data));

async function work(wish: Sweep): Promise<void> {
  const id = ++wanted;
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
