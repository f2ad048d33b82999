/**
 * `node tools/try-cluster.ts [ROWS]`: a million patterns in 64 shards, by four workers that are killed at
 * random and a Redis that is restarted, against one process. Needs redis-server; takes minutes.
 *
 * HAMLET_SEED says when workers are killed. Ends with exit code 1 where bytes differ or a job is missing.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type OwnRedis, startRedis } from "../packages/cluster/test/redis.ts";
import { jobsOf, mergeTree, openQueue, queueAddress, work } from "../packages/cluster/src/index.ts";
import { key, normal, uniform, writeNpy } from "../packages/core/src/index.ts";

const HAM = join(import.meta.dirname, "../apps/cli/src/main.ts");
const [ROWS = 1_000_000] = process.argv.slice(2).map(Number);
const [FILES, SHARDS, WORKERS, D] = [8, 8, 4, 16];
const RULE = ["--rule", "drdam", "--beta", "2", "--features", "64"];
const seed = Number(process.env.HAMLET_SEED ?? 1);

const folder = mkdtempSync(join(tmpdir(), "hamlet-cluster-"));
const workers = new Set<ChildProcess>();
const peaks: number[] = [];

/** Runs `ham`; returns what it printed, and how long it took. */
async function ham(args: readonly string[]) {
  const began = performance.now();
  const child = spawn(process.execPath, [HAM, ...args], { cwd: folder });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => printed.push(data.toString()));
  }
  const watch = peakOf(child);
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`ham ${args.join(" ")} ended with ${code}: ${printed.join("")}`);
  return {
    text: printed.join(""),
    seconds: (performance.now() - began) / 1000,
    megabytes: watch(),
  };
}

/** The largest resident memory of a process so far, in megabytes, looked at ten times a second. */
function peakOf({ pid }: ChildProcess): () => number {
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      peak = Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024;
    } catch {
      clearInterval(timer);
    }
  }, 100);
  return () => {
    clearInterval(timer);
    return Math.round(peak);
  };
}

function startWorker(url: string): void {
  const args = ["worker", "--queue", url, "--root", folder, "--silence", "2"];
  const worker = spawn(process.execPath, [HAM, ...args], { stdio: "ignore" });
  const watch = peakOf(worker);
  worker.once("exit", () => peaks.push(watch()));
  workers.add(worker);
}

async function kill(worker: ChildProcess): Promise<void> {
  workers.delete(worker);
  const ended = once(worker, "exit");
  worker.kill("SIGKILL");
  await ended;
}

/** Seconds of processor time of a process. */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/**
 * Seconds of one job that does nothing, its way through the queue included: on the clock, and of the
 * processor for the worker and for Redis.
 */
async function overhead({ url, pid }: Pick<OwnRedis, "url" | "pid">) {
  const leaves = Array.from({ length: 448 }, (_, i) => {
    return { id: `nothing-${i}`, name: `${i}`, task: null, stamp: "", children: [] };
  });
  const join = (_: unknown, { index, isRoot }: { index: number; isRoot: boolean }) => {
    return { id: `nothing-${isRoot ? "whole" : `m${index}`}`, name: "m", task: null, stamp: "" };
  };
  const tree = mergeTree<null>(leaves, { width: 8, join });
  const address = queueAddress(url);
  await using queue = await openQueue<null>(address, { name: "overhead" });
  await queue.add(tree, "1");
  let [first, last] = [0, 0];
  const used = () => [process.pid, pid].map(processorTime);
  const before = used();
  await work<null>(address, {
    version: "1",
    name: "overhead",
    perform: () => {
      last = performance.now();
      first ||= last;
      return Promise.resolve("done");
    },
    isLasting: () => true,
    signal: { aborted: false },
    untilEmpty: true,
  });
  const jobs = jobsOf(tree).length;
  const [worker, redis] = used().map((now, i) => (now - before[i]) / jobs);
  return { wall: (last - first) / 1000 / (jobs - 1), worker, redis };
}

try {
  await using redis = await startRedis();
  const perFile = Math.floor(ROWS / FILES);
  const files = Array.from({ length: FILES }, (_, i) => {
    const data = normal(key(i), [perFile, D]);
    writeFileSync(
      join(folder, `${i}.npy`),
      writeNpy({ shape: [perFile, D], dtype: "float32", data }),
    );
    return `${i}.npy`;
  });
  const part = await ham([
    "remember",
    files[0],
    ...RULE,
    "--shard",
    "1/2",
    "--out",
    "a.safetensors",
  ]);
  const one = await ham(["remember", ...files, ...RULE, "--out", "one.safetensors"]);
  console.log(
    `one process: ${ROWS} patterns in ${one.seconds.toFixed(1)} s, ${one.megabytes} MB; a sixteenth of them ${part.megabytes} MB`,
  );

  for (let i = 0; i < WORKERS; i++) startWorker(redis.url);
  const began = performance.now();
  const state = { isDone: false };
  const args = [
    ...RULE,
    "--queue",
    redis.url,
    "--shards",
    String(SHARDS),
    "--out",
    "all.safetensors",
  ];
  const all = ham(["remember", ...files, ...args]).finally(() => (state.isDone = true));
  const waits = uniform(key(seed), 1000);
  let [kills, restarts] = [0, 0];
  while (!state.isDone) {
    await Promise.race([pause(500 + 2500 * waits[kills]), all]);
    if (state.isDone) break;
    const victims = [...workers];
    await kill(victims[Math.floor(waits[999 - kills] * victims.length)]);
    startWorker(redis.url);
    kills++;
    if (kills === 3) {
      await redis.restart();
      restarts++;
    }
  }
  await all;
  const seconds = (performance.now() - began) / 1000;
  for (const worker of workers) await kill(worker);
  const bytes = ["one", "all"].map((name) => readFileSync(join(folder, `${name}.safetensors`)));
  const isSame = bytes[0].equals(bytes[1]);
  const jobs = JSON.parse((await ham(["jobs", "--queue", redis.url, "--json"])).text) as {
    done: number;
    waiting: number;
    active: unknown[];
    failed: unknown[];
  };
  // The shards, a merge of eight each, and the last.
  const expected = FILES * SHARDS + (FILES * SHARDS) / 8 + 1;
  const isWhole =
    jobs.done === expected && jobs.waiting + jobs.active.length + jobs.failed.length === 0;
  console.log(
    `queue: ${FILES * SHARDS} shards by ${WORKERS} workers in ${seconds.toFixed(1)} s, ${kills} killed, Redis restarted ${restarts} times`,
  );
  console.log(
    `the same bytes: ${isSame}; jobs done: ${jobs.done} of ${expected}, none left: ${isWhole}`,
  );
  console.log(`memory of a worker at most: ${Math.max(...peaks)} MB`);
  // As it usually is, and where each command waits for the disk, as in what ran so far.
  await using usual = await startRedis(["--appendfsync", "everysec"]);
  for (const [what, server] of [
    ["synced every second", usual],
    ["synced always", redis],
  ] as const) {
    const { wall, worker, redis: own } = await overhead(server);
    const [clock, ours, its] = [wall, worker, own].map((one) => (1000 * one).toFixed(1));
    console.log(
      `a job that does nothing, Redis ${what}: ${clock} ms on the clock; of the processor ${ours} ms for the worker, ${its} ms for Redis`,
    );
  }
  process.exitCode = isSame && isWhole ? 0 : 1;
} finally {
  for (const worker of workers) await kill(worker);
  rmSync(folder, { recursive: true, force: true });
}
