// A port for a server that a test or a bench starts by itself, stops, and starts again at the same one.

import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below those that a machine gives to connections it opens (from 32 768 on in Linux, 49 152 elsewhere): such
 * a connection takes the place of a server that is not up yet, even one of who waits for that server.
 */
const [FIRST, LAST] = [20_000, 32_000];

/** A port that nobody listened at a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor((LAST - FIRST) * Math.random());
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
