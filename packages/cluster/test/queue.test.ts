// Trees of jobs on a real Redis: done in order, tried again, given to others, refused by other versions.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { HamError } from "@hamlet/graph";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  jobsOf,
  type JobTree,
  mergeTree,
  openQueue,
  queueAddress,
  withoutSecrets,
  work,
  type WorkOptions,
} from "@hamlet/cluster";
import { freePort } from "../../../tools/free-port.ts";
import { FIRST_ANSWER } from "../src/connect.ts";
import { HAS_REDIS, NO_REDIS, type OwnRedis, startRedis } from "./redis.ts";

/** A tree over so many leaves, each job with its own name as its task. */
function treeOf(flow: string, leaves: number, { width = 3, stamp = "now" } = {}): JobTree<string> {
  const leaf = (i: number) => ({
    id: `${flow}-leaf-${i}`,
    name: `leaf ${i}`,
    task: `leaf ${i}`,
    stamp,
    children: [],
  });
  return mergeTree(
    Array.from({ length: leaves }, (_, i) => leaf(i)),
    {
      width,
      join: (_, { index, isRoot }) => {
        const name = isRoot ? `whole of ${flow}` : `merge ${index}`;
        return { id: `${flow}-${isRoot ? "whole" : `merge-${index}`}`, name, task: name, stamp };
      },
    },
  );
}

/** The names of a tree, children in brackets. */
function shape({ name, children }: JobTree<string>): string {
  return children.length === 0 ? name : `${name} (${children.map(shape).join(", ")})`;
}

test("leaves are joined by as few jobs as there can be, and none is joined alone", () => {
  const short = (leaves: number, width: number) =>
    shape(treeOf("t", leaves, { width }))
      .replaceAll("leaf ", "")
      .replaceAll("merge ", "m");
  expect(short(1, 8)).toBe("whole of t (0)");
  expect(short(3, 3)).toBe("whole of t (0, 1, 2)");
  expect(short(4, 3)).toBe("whole of t (m0 (0, 1, 2), 3)");
  expect(short(7, 2)).toBe("whole of t (m3 (m0 (0, 1), m1 (2, 3)), m4 (m2 (4, 5), 6))");
  // Eight merges, and the last.
  expect(jobsOf(treeOf("t", 64, { width: 8 }))).toHaveLength(73);
});

test("an address is read, and shown without what is secret", () => {
  expect(queueAddress("redis://there")).toEqual({
    shown: "redis://there",
    options: { host: "there", port: 6379, db: 0 },
  });
  expect(queueAddress("rediss://me:p%40ss@[::1]:7000/3")).toEqual({
    shown: "rediss://[::1]:7000/3",
    options: {
      host: "::1",
      port: 7000,
      db: 3,
      username: "me",
      password: "p@ss",
      tls: {},
    },
  });
  for (const wrong of ["there:6379", "http://me:secret@there", "redis://:secret@there/x", ""]) {
    const found = messageOf(() => queueAddress(wrong));
    expect(found).toMatch(/^cluster\/bad-address .*expected .*, for example redis:/);
    expect(found).not.toContain("secret");
  }
  expect(withoutSecrets("from rediss://me:se@cret@there:1 to redis://there")).toBe(
    "from rediss://***@there:1 to redis://there",
  );
});

function messageOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (HamError.isInstance(error)) return `${error.code} ${error.message}`;
  }
  return "";
}

test("where there is no Redis, that is said without the password", async () => {
  const address = queueAddress(`redis://:secret@127.0.0.1:${await freePort()}`);
  const error = await openQueue(address).catch((reason: unknown) => reason);
  expect(HamError.isInstance(error) ? error.code : error).toBe("cluster/no-redis");
  expect((error as Error).message).toMatch(/expected a Redis, found none .*ECONNREFUSED/);
  expect((error as Error).message).not.toContain("secret");
});

test("who takes a connection and says nothing is no Redis", async () => {
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as { port: number };
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const connected = once(silent, "connection");
    const opened = openQueue(queueAddress(`redis://127.0.0.1:${port}`)).catch((e: unknown) => e);
    await connected;
    await vi.advanceTimersByTimeAsync(FIRST_ANSWER);
    const error = await opened;
    expect(error).toBeInstanceOf(HamError);
    expect((error as Error).message).toMatch(/found none that answers \(no answer in 30 s\)/);
  } finally {
    vi.useRealTimers();
    silent.close();
  }
});

describe.skipIf(!HAS_REDIS)(HAS_REDIS ? "on a Redis" : NO_REDIS, () => {
  let redis: OwnRedis;
  beforeAll(async () => void (redis = await startRedis()));
  afterAll(() => redis[Symbol.asyncDispose]());

  /** Works until the queue is empty; returns what was done, in its order. */
  async function doAll(
    options: Partial<WorkOptions<string>> = {},
    url = redis.url,
  ): Promise<string[]> {
    const done: string[] = [];
    const perform: WorkOptions<string>["perform"] = ({ task }) => {
      done.push(task);
      return Promise.resolve("done");
    };
    const ending = await work<string>(queueAddress(url), {
      version: "1",
      perform,
      isLasting: () => true,
      signal: { aborted: false },
      untilEmpty: true,
      ...options,
    });
    expect(ending).toEqual({ ending: "empty" });
    return done;
  }

  test("what is joined is done first, and what was made from something else is told by its stamp", async () => {
    await using queue = await openQueue<string>(queueAddress(redis.url));
    const tree = treeOf("order", 7);
    expect(await queue.stateOf(tree)).toMatchObject({ unknown: 10, isAtRest: true });
    await queue.add(tree, "1");
    expect(await queue.stateOf(tree)).toMatchObject({ of: 10, waiting: 10, isAtRest: false });
    const settled: string[] = [];
    const done = await doAll({ settled: async (task) => void settled.push(task) });
    expect([...done].sort()).toEqual([...settled].sort());
    expect(new Set(done).size).toBe(10);
    const check = (node: JobTree<string>) => {
      for (const child of node.children) {
        expect(done.indexOf(child.task)).toBeLessThan(done.indexOf(node.task));
        check(child);
      }
    };
    check(tree);
    expect(await queue.stateOf(tree)).toMatchObject({ done: 10, failed: [], isAtRest: true });
    expect(await queue.countStale(tree)).toBe(0);
    const later = treeOf("order", 7, { stamp: "later" });
    expect(await queue.countStale(later)).toBe(10);
    await queue.add(later, "1");
    expect(await queue.countStale(later)).toBe(0);
    expect(await queue.stateOf(tree)).toMatchObject({ done: 0, waiting: 10 });
    expect(await doAll()).toHaveLength(10);
  });

  test("a failure that lasts is not tried again; the rest is done, and a resumed tree ends", async () => {
    await using queue = await openQueue<string>(queueAddress(redis.url));
    const tree = treeOf("lasting", 6);
    await queue.add(tree, "1");
    const perform: WorkOptions<string>["perform"] = async ({ task }) => {
      if (task === "leaf 4") throw new Error("row 3 of redis://me:secret@there is no number");
      return "done";
    };
    await doAll({ perform });
    const failed = {
      id: "lasting-leaf-4",
      name: "leaf 4",
      tree: "whole of lasting",
      reason: "row 3 of redis://***@there is no number",
      attempts: 1,
      worker: expect.stringContaining(` ${process.pid}`),
    };
    // Five leaves and the merge of three of them.
    const state = { of: 9, done: 6, waiting: 2, failed: [failed], isAtRest: true };
    expect(await queue.stateOf(tree)).toMatchObject(state);
    expect(await queue.counts()).toMatchObject({ waiting: 2, active: [], failed: [failed] });
    expect(await queue.resume(tree, "1")).toBe(1);
    expect(await doAll()).toEqual(["leaf 4", "merge 1", "whole of lasting"]);
    expect(await queue.stateOf(tree)).toMatchObject({ done: 9, failed: [], isAtRest: true });
  });

  test("a failure that may pass is tried three times", async () => {
    await using queue = await openQueue<string>(queueAddress(redis.url));
    await queue.add(treeOf("passing", 1), "1");
    let attempts = 0;
    const perform: WorkOptions<string>["perform"] = async ({ task }) => {
      if (task === "leaf 0" && ++attempts < 3) throw new Error("no room on the disk");
      return "done";
    };
    await doAll({ perform, isLasting: () => false });
    expect(attempts).toBe(3);
    expect(await queue.counts()).toMatchObject({ waiting: 0, failed: [] });
  });

  test("a worker of another version gives the job back and says why", async () => {
    await using queue = await openQueue<string>(queueAddress(redis.url));
    const tree = treeOf("version", 2);
    await queue.add(tree, "2");
    const performed: string[] = [];
    const ending = await work<string>(queueAddress(redis.url), {
      version: "1",
      perform: async ({ task }) => (performed.push(task), "done"),
      isLasting: () => true,
      signal: { aborted: false },
    });
    expect(performed).toEqual([]);
    expect(ending).toMatchObject({
      ending: "refused",
      reason: expect.stringMatching(/version 1, and leaf \d of whole of version is for 2/),
    });
    expect(await queue.stateOf(tree)).toMatchObject({ done: 0, waiting: 3, failed: [] });
    await queue.resume(tree, "1");
    expect(await doAll()).toHaveLength(3);
  });

  test("a worker that is told to stop gives its job back, and another goes on", async () => {
    await using queue = await openQueue<string>(queueAddress(redis.url));
    const tree = treeOf("stopping", 1);
    await queue.add(tree, "1");
    const signal = { aborted: false };
    const ending = await work<string>(queueAddress(redis.url), {
      version: "1",
      perform: async (job) => {
        signal.aborted = true;
        return job.signal.aborted ? "stopped" : "done";
      },
      isLasting: () => true,
      signal,
    });
    expect(ending).toEqual({ ending: "stopped" });
    expect(await queue.stateOf(tree)).toMatchObject({ waiting: 2, active: 0 });
    expect(await doAll()).toEqual(["leaf 0", "whole of stopping"]);
  });

  test("a Redis that is lost while a worker connects to it is waited for", async () => {
    await using queue = await openQueue<string>(queueAddress(redis.url));
    await queue.add(treeOf("connecting", 4), "1");
    let cuts = 0;
    // The connection that has a name is the one on which a worker waits for jobs.
    const between = createServer((here) => {
      const there = connect(Number(new URL(redis.url).port), "127.0.0.1");
      for (const [from, to] of [
        [here, there],
        [there, here],
      ]) {
        from.on("error", () => undefined);
        from.on("close", () => to.destroy());
      }
      here.on("data", (bytes) => {
        if (cuts < 2 && /setname/i.test(String(bytes))) {
          cuts++;
          here.destroy();
        } else there.write(bytes);
      });
      there.pipe(here);
    }).listen(0, "127.0.0.1");
    await once(between, "listening");
    const { port } = between.address() as { port: number };
    expect(await doAll({}, `redis://127.0.0.1:${port}`)).toHaveLength(6);
    expect(cuts).toBe(2);
    between.close();
  });

  test("a Redis that is restarted is waited for, and nothing is lost", async () => {
    await using queue = await openQueue<string>(queueAddress(redis.url));
    const tree = treeOf("restart", 4);
    await queue.add(tree, "1");
    let restarted = false;
    const events: string[] = [];
    const done: string[] = [];
    await doAll({
      onEvent: (line) => events.push(line),
      perform: async ({ task }) => {
        if (!restarted) {
          restarted = true;
          await redis.restart();
        }
        done.push(task);
        return "done";
      },
    });
    expect(new Set(done).size).toBe(6);
    const says = (what: string) => events.filter((line) => line === `${redis.url} ${what}`);
    expect(says("does not answer; waiting for it")).toHaveLength(1);
    expect(says("answers again")).toHaveLength(1);
    expect(await queue.stateOf(tree)).toMatchObject({ done: 6, failed: [], isAtRest: true });
  });
});
