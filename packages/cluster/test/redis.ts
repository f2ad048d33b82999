// A Redis of one's own: Debian's redis-server in a folder, on a free port of this machine.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../../tools/free-port.ts";

/** Whether there is a redis-server to test with. */
export const HAS_REDIS = spawnSync("redis-server", ["--version"]).status === 0;

/** What tests are called that are skipped for want of one. */
export const NO_REDIS = "no redis-server here: apt-get install redis-server";

/** A server that keeps what it knows in an append-only file. */
export interface OwnRedis {
  readonly url: string;
  /** Of its process, as long as it runs. */
  readonly pid: number;
  /** Stops it and starts it again on the same file. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts one; `args` are added to its command line. With a key and a certificate it speaks TLS alone. */
export async function startRedis(
  args: readonly string[] = [],
  tls: { readonly key: string; readonly crt: string } | null = null,
): Promise<OwnRedis> {
  const folder = mkdtempSync(join(tmpdir(), "hamlet-redis-"));
  const port = await freePort();
  const start = async () => {
    const ports =
      tls === null
        ? ["--port", String(port)]
        : ["--port", "0", "--tls-port", String(port), "--tls-auth-clients", "no"].concat([
            "--tls-cert-file",
            tls.crt,
            "--tls-key-file",
            tls.key,
            "--tls-ca-cert-file",
            tls.crt,
          ]);
    const settings = [...ports, "--bind", "127.0.0.1", "--save", ""];
    const durable = ["--appendonly", "yes", "--appendfsync", "always", "--dir", folder];
    const server = spawn("redis-server", [...settings, ...durable, ...args], { stdio: "ignore" });
    while (!(await answers(port))) {
      if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}.`);
      await pause(20);
    }
    return server;
  };
  let server: ChildProcess | null = await start();
  const stop = async () => {
    if (server === null) return;
    const ended = once(server, "exit");
    server.kill("SIGTERM");
    await ended;
    server = null;
  };
  return {
    url: `${tls === null ? "redis" : "rediss"}://127.0.0.1:${port}`,
    get pid() {
      return server!.pid!;
    },
    async restart() {
      await stop();
      server = await start();
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
