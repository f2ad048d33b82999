// A connection to a Redis: the first failure ends it with a reason, later ones are waited out.

import { HamError } from "@hamlet/graph";
import { Redis } from "ioredis";
import { type QueueAddress, withoutSecrets } from "./address.ts";

/** Milliseconds until the first answer. */
export const FIRST_ANSWER = 30_000;
/** The longest between two attempts to come back, in milliseconds. */
const LONGEST_PAUSE = 2000;

/**
 * Connects to the Redis of a queue. Once it has answered, commands wait for it for as long as it is gone;
 * `onEvent` is told so.
 * @throws HamError `cluster/no-redis`.
 */
export async function connect(
  { shown, options }: QueueAddress,
  onEvent: (line: string) => void,
): Promise<Redis> {
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
  // Who takes a connection and says nothing is no Redis.
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    const said = `no answer in ${FIRST_ANSWER / 1000} s`;
    timer = setTimeout(() => reject(new Error(said)), FIRST_ANSWER);
  });
  try {
    await Promise.race([redis.connect().then(() => redis.ping()), silence]);
    isKnown = true;
    tellLosses(redis, shown, onEvent);
    return redis;
  } catch (error) {
    redis.disconnect();
    const found = reason === "" ? withoutSecrets(reasonOf(error)) : reason;
    throw new HamError(
      "cluster/no-redis",
      `${shown}: expected a Redis, found none that answers (${found}). Start one there, or look at the address, the password and whether it wants TLS (rediss://).`,
      { address: shown, reason: found },
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Tells when a connection is lost, and when it is there again. */
function tellLosses(redis: Redis, shown: string, onEvent: (line: string) => void): void {
  let isLost = false;
  redis.on("reconnecting", () => {
    if (!isLost) onEvent(`${shown} does not answer; waiting for it`);
    isLost = true;
  });
  redis.on("ready", () => {
    if (isLost) onEvent(`${shown} answers again`);
    isLost = false;
  });
}

/** What is done with BullMQ's errors of a connection that is lost: the connection tells it, and waits. */
export const ignored = (): void => undefined;

/** Errors of several addresses of one name have no message of their own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}
