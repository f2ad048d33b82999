// A connection to a Redis: the first failure ends it with a reason, later ones are waited out.

import { HamError } from "@hamlet/graph";
import { Redis } from "ioredis";
import { type QueueAddress, withoutSecrets } from "./address.ts";

/** Milliseconds until the first answer, and the longest between two attempts to come back. */
const [FIRST_ANSWER, LONGEST_PAUSE] = [10_000, 2000];

/**
 * Connects to the Redis of a queue. Once it has answered, commands wait for it for as long as it is gone.
 * @throws HamError `cluster/no-redis`.
 */
export async function connect({ shown, options }: QueueAddress): Promise<Redis> {
  let isKnown = false;
  const redis = new Redis({
    ...options,
    lazyConnect: true,
    connectTimeout: FIRST_ANSWER,
    // What BullMQ asks for: commands are not given up.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (isKnown ? Math.min(50 * 2 ** times, LONGEST_PAUSE) : null),
  });
  let reason = "";
  redis.on("error", (error: Error) => void (reason = withoutSecrets(reasonOf(error))));
  try {
    await redis.connect();
    await redis.ping();
    isKnown = true;
    return redis;
  } catch (error) {
    redis.disconnect();
    const found = reason === "" ? withoutSecrets(reasonOf(error)) : reason;
    throw new HamError(
      "cluster/no-redis",
      `${shown}: expected a Redis, found none that answers (${found}). Start one there, or look at the address, the password and whether it wants TLS (rediss://).`,
      { address: shown, reason: found },
    );
  }
}

/** Errors of several addresses of one name have no message of their own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}
