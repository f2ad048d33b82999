// `pnpm bench hop`: one step of a recall over shards, by how those who hold patterns are reached. Needs
// redis-server, and nats-server in the PATH or under HAMLET_NATS.
//
// Four processes hold patterns. Ways take turns, so that what else the machine does meets all of them:
// the median of a step on the clock, and the processor time of a step in all processes together, servers
// included.

import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { normal, key } from "../../packages/core/src/index.ts";
import { freePort } from "../../tools/free-port.ts";
import { type Asker, WAYS } from "./ways.ts";

const SHARDS = 4;
/** How often each way has its turn. */
const ROUNDS = 6;
/** Patterns of a shard, numbers of one, queries, and steps in a row. */
const SIZES = [
  [16, 64, 1, 40],
  [16, 64, 100, 20],
  [16, 784, 100, 10],
  [20_000, 784, 1, 4],
] as const;

type Name = keyof typeof WAYS;

/** Seconds of processor time of a process. */
function secondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

interface Running {
  readonly name: Name;
  readonly asker: Asker;
  readonly shards: readonly ChildProcess[];
  /** Of the server in between. */
  readonly server: number | null;
  readonly walls: number[];
  seconds: number;
}

async function start(
  name: Name,
  [K, D]: readonly number[],
  { port, pid }: { readonly port: number; readonly pid: number | null },
): Promise<Running> {
  const shards = await Promise.all(
    Array.from({ length: SHARDS }, async (_, shard) => {
      const about = JSON.stringify({ K, D, shard, port });
      const child = fork(join(import.meta.dirname, "shard.ts"), [name, about], {
        serialization: "advanced",
      });
      await once(child, "message");
      return child;
    }),
  );
  const asker = await WAYS[name].asker({ shard: -1, port }, shards);
  return { name, asker, shards, server: pid, walls: [], seconds: 0 };
}

const natsPort = await freePort();
const redisPort = await freePort();
const [natsServer, redisServer] = [
  spawn(
    process.env["HAMLET_NATS"] ?? "nats-server",
    ["--addr", "127.0.0.1", "--port", String(natsPort)],
    { stdio: "ignore" },
  ),
  // Nothing is kept: a step that is lost is asked again.
  spawn("redis-server", ["--bind", "127.0.0.1", "--port", String(redisPort), "--save", ""], {
    stdio: "ignore",
  }),
];
await pause(1000);
const places: Record<Name, { port: number; pid: number | null }> = {
  channel: { port: 0, pid: null },
  tcp: { port: await freePort(), pid: null },
  nats: { port: natsPort, pid: natsServer.pid! },
  queue: { port: redisPort, pid: redisServer.pid! },
};

console.log(`\n| patterns of a shard, numbers, queries | ${Object.keys(WAYS).join(" | ")} |`);
console.log(
  `|---|${Object.keys(WAYS)
    .map(() => "---:|")
    .join("")}`,
);
for (const size of SIZES) {
  const [, D, B, steps] = size;
  const question = new Uint8Array(Float64Array.from(normal(key(9), [B, D])).buffer);
  const running: Running[] = [];
  for (const name of Object.keys(WAYS) as Name[])
    running.push(await start(name, size, places[name]));
  let expected: readonly Uint8Array[] | null = null;
  for (let round = 0; round <= ROUNDS; round++) {
    for (const one of running) {
      const pids = [process.pid, ...one.shards.map(({ pid }) => pid!), one.server ?? []].flat();
      const before = pids.map(secondsOf);
      for (let step = 0; step < steps; step++) {
        const began = performance.now();
        const answers = await one.asker.ask(question);
        if (round > 0) one.walls.push(performance.now() - began);
        // All ways bring the same bytes.
        expected ??= answers;
        if (!answers.every((bytes, i) => Buffer.compare(bytes, expected![i]) === 0)) {
          throw new Error(`${one.name} brought other bytes`);
        }
      }
      if (round === 0) continue;
      one.seconds += pids.map(secondsOf).reduce((sum, now, i) => sum + now - before[i], 0);
    }
  }
  const cells = running.map(({ walls, seconds }) => {
    const median = walls.toSorted((a, b) => a - b)[Math.floor(walls.length / 2)];
    return `${median.toFixed(2)} ms, ${((1000 * seconds) / walls.length).toFixed(2)} ms`;
  });
  console.log(`| ${size.slice(0, 3).join(", ")} | ${cells.join(" | ")} |`);
  for (const { asker, shards } of running) {
    await asker.close();
    for (const shard of shards) shard.kill("SIGKILL");
  }
}
console.log(`\nmedian of a step, and its processor time; load ${loadavg()[0].toFixed(1)}`);
natsServer.kill();
redisServer.kill();
