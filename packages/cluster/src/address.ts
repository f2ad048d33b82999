// Where a queue is: `redis://` or, through TLS, `rediss://`. What is secret in it is shown to nobody.

import { HamError } from "@hamlet/graph";
import type { RedisOptions } from "ioredis";

/** A Redis, and how to speak of it. */
export interface QueueAddress {
  /** The address without its password. */
  readonly shown: string;
  /** What a client connects with. */
  readonly options: RedisOptions;
}

/**
 * Reads `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`; `rediss://` is the same through TLS, whose
 * certificates Node checks (`NODE_EXTRA_CA_CERTS` adds an authority of one's own).
 * @throws HamError `cluster/bad-address`, whose message shows no password.
 */
export function queueAddress(text: string): QueueAddress {
  const url = URL.parse(text);
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === "") {
    throw badAddress(withoutSecrets(text), "redis://HOST:PORT or rediss://HOST:PORT");
  }
  const [, database = ""] = /^\/?(.*)$/.exec(url.pathname)!;
  if (!/^\d*$/.test(database)) throw badAddress(withoutSecrets(text), "the number of a database");
  const [username, password] = [url.username, url.password].map(decodeURIComponent);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    shown: `${url.protocol}//${url.host}${database === "" ? "" : `/${database}`}`,
    options: {
      host,
      port: url.port === "" ? 6379 : Number(url.port),
      db: Number(database),
      ...(username === "" ? {} : { username }),
      ...(password === "" ? {} : { password }),
      ...(url.protocol === "rediss:" ? { tls: {} } : {}),
    },
  };
}

/** A text in which addresses have lost what stands before their `@`. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(/(\w+:\/\/)\S*@/g, "$1***@");
}

function badAddress(shown: string, expected: string): HamError {
  return new HamError(
    "cluster/bad-address",
    `${shown}: expected ${expected}. Write the address of a Redis, for example redis://127.0.0.1:6379.`,
    { address: shown },
  );
}
