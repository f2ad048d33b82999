// `ham remember --queue`, `ham worker`, `ham jobs`: on a real Redis, with workers that are killed.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { key, normal } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  HAS_REDIS,
  NO_REDIS,
  type OwnRedis,
  startRedis,
} from "../../../packages/cluster/test/redis.ts";
import { isLasting, perform } from "../src/cluster/perform.ts";
import { CommandError, EXIT } from "../src/exit.ts";
import { explained } from "../src/files/output.ts";
import { within } from "../src/cluster/roots.ts";
import type { Task } from "../src/cluster/tasks.ts";
import { type Bench, MAIN, makeBench } from "./ham.ts";
import { parseReport } from "./schema.ts";

const D = 5;
/** Links and paths are others there. */
const ON_WINDOWS = process.platform === "win32";
/** What makes a certificate for a test. */
const HAS_OPENSSL = spawnSync("openssl", ["version"]).status === 0;
const DRDAM = "--rule drdam --beta 2 --features 16 --seed 7".split(" ");

let bench: Bench;
beforeEach(() => void (bench = makeBench()));
afterEach(() => bench[Symbol.dispose]());
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(bench.folder, name)));
const isFile = (name: string) => existsSync(join(bench.folder, name));

/** A file of so many rows, others for every seed. */
function patterns(
  name: string,
  rows: number,
  { seed, width = D }: { seed: number; width?: number },
) {
  const data = normal(key(seed), [rows, width]);
  return bench.writeArray(name, { shape: [rows, width], data });
}

test.skipIf(ON_WINDOWS)("nothing outside of the root is named, wherever links lead", async () => {
  const root = bench.folder;
  mkdirSync(join(root, "in"));
  symlinkSync("/etc", join(root, "out"));
  symlinkSync(join(root, "in"), join(root, "back"));
  symlinkSync("/nowhere/at/all", join(root, "lost"));
  expect(await within(root, "in/a.npy")).toBe("in/a.npy");
  expect(await within(root, join(root, "back/new/a.npy"))).toBe("in/new/a.npy");
  expect(await within(root, "..a")).toBe("..a");
  for (const path of ["..", "../a", "/etc/passwd", "out/passwd", "in/../../a", "lost"]) {
    await expect(within(root, path)).rejects.toThrow(`${path} is outside of ${root}`);
  }
});

test("a job that is done twice writes once; parts of other features or other rows are replaced", async () => {
  const root = bench.folder;
  const name = patterns("a.npy", 40, { seed: 1 });
  const task: Task = {
    do: "remember",
    patterns: name,
    values: null,
    shard: { index: 1, of: 2 },
    rule: { rule: "drdam", beta: 2, features: 16, seed: 7 },
    width: D,
    valueWidth: null,
    out: "parts/1.safetensors",
  };
  const before = process.cwd();
  process.chdir(root);
  try {
    const doIt = async () => {
      const job = { name, task, signal: { aborted: false }, onProgress: () => undefined };
      expect(await perform(job, { root, objects: null })).toBe("done");
      return bytesOf(task.out);
    };
    const expected = await doIt();
    const { mtimeMs, ino } = statSync(task.out);
    expect(await doIt()).toEqual(expected);
    expect(statSync(task.out)).toMatchObject({ mtimeMs, ino });
    const rest = ["--features", "16", "--out", task.out];
    for (const other of [
      ["remember", name, "--rule", "drdam", "--beta", "3", "--shard", "1/2", ...rest],
      ["remember", name, ...DRDAM, "--shard", "2/2", "--out", task.out],
    ]) {
      expect((await bench.inProcess(other)).code).toBe(0);
      expect(bytesOf(task.out)).not.toEqual(expected);
      // What was stopped there is of other rows as well.
      bench.write(`${task.out}.partial`, bytesOf(task.out));
      expect(await doIt()).toEqual(expected);
    }
    expect(readdirSync("parts")).toEqual(["1.safetensors"]);
    for (const wrong of [
      { patterns: "../a.npy" },
      { out: "/tmp/a.safetensors" },
      { values: "/etc/passwd" },
    ]) {
      const job = { name, task: { ...task, ...wrong }, signal: { aborted: false } };
      const attempt = perform({ ...job, onProgress: () => undefined }, { root, objects: null });
      await expect(attempt).rejects.toThrow("is outside of");
    }
  } finally {
    process.chdir(before);
  }
});

test("what the system says may pass; what is in a file or in a setting comes again", () => {
  const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
  expect(isLasting(explained("out", full))).toBe(false);
  expect(isLasting(new HamError("model/cannot-read", "an unplugged drive"))).toBe(false);
  expect(isLasting(new HamError("core/bad-npy", "cut short"))).toBe(true);
  expect(isLasting(new CommandError(EXIT.usage, "another width"))).toBe(true);
});

test("what is told is looked at before there is a queue", async () => {
  patterns("a.npy", 3, { seed: 1 });
  const fails = async (...args: string[]) => {
    const { code, stdout, stderr } = await bench.inProcess(["remember", "a.npy", ...args]);
    expect(stdout).toBe("");
    return `${code} ${stderr}`;
  };
  const out = [...DRDAM, "--out", "w.safetensors"];
  const queue = ["--queue", "redis://:secret@127.0.0.1:1"];
  expect([
    await fails(...out, "--resume"),
    await fails(...out, "--shards", "2"),
    await fails(...out, ...queue, "--shard", "1/2"),
    await fails("--into", "m.safetensors", ...queue),
    await fails("--out", "w.safetensors", ...queue),
    await fails(...out, "--queue", "http://:secret@there"),
    await fails(...out, ...queue, "--root", "/etc"),
    await fails(...out, "--queue", "-"),
    await fails(...out, ...queue),
    await fails(...DRDAM, "--out", "s3://lab/w.safetensors"),
    await fails(...DRDAM, "--out", "s3://lab", ...queue),
    await fails(...out, ...queue, "--endpoint", "http://there"),
    await fails(...DRDAM, "--out", "s3://lab/w.safetensors", ...queue, "--endpoint", "there"),
  ]).toMatchInlineSnapshot(`
    [
      "2 ham: --resume is for jobs of a queue: name it with --queue URL.",
      "2 ham: --shards is for jobs of a queue: name it with --queue URL.",
      "2 ham: Jobs of a queue are cut with --shards N, not with --shard.",
      "2 ham: Jobs of a queue make a memory of their own. Leave --into out, and add theirs with \`ham merge\`.",
      "2 ham: Say with --rule how patterns are stored: drdam, linear, hebb; or with --into FILE which memory they are added to.",
      "2 ham: http://***@there: expected redis://HOST:PORT or rediss://HOST:PORT. Write the address of a Redis, for example redis://127.0.0.1:6379.",
      "2 ham: FOLDER/a.npy is outside of /etc, which is all that jobs may read and write. Put it there, or share another folder with --root.",
      "2 error: option '--queue <URL>' argument '-' is invalid. Set HAM_QUEUE to the address, such as redis://127.0.0.1:6379.
    (ham --help lists the commands)",
      "1 ham: redis://127.0.0.1:1: expected a Redis, found none that answers (connect ECONNREFUSED 127.0.0.1:1). Start one there, or look at the address, the password and whether it wants TLS (rediss://).",
      "2 ham: s3://lab/w.safetensors is an object: workers of a queue write those. Name it with --queue URL, or give --out a file.",
      "1 ham: s3://lab: expected the address of an object, such as s3://bucket/folder/faces.safetensors.",
      "2 ham: --endpoint is for objects, and w.safetensors is a file. Name one with --out s3://BUCKET/KEY, or leave --endpoint out.",
      "1 ham: there: expected where an object store is, such as https://minio.example.org:9000. Keys are in the environment, not in the address.",
    ]
  `);
});

describe.skipIf(!HAS_REDIS)(HAS_REDIS ? "on a Redis" : NO_REDIS, () => {
  let redis: OwnRedis;
  const workers = new Set<ChildProcess>();
  beforeAll(async () => void (redis = await startRedis()));
  afterEach(async () => {
    for (const worker of workers) await stop(worker);
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  /** Ends a worker by the id of its process. */
  async function stop(worker: ChildProcess): Promise<void> {
    workers.delete(worker);
    if (worker.exitCode !== null || worker.signalCode !== null) return;
    const ended = once(worker, "exit");
    worker.kill("SIGKILL");
    await ended;
  }

  function startWorker(): ChildProcess {
    const args = ["worker", "--queue", redis.url, "--root", bench.folder, "--silence", "1"];
    const worker = spawn(process.execPath, [MAIN, ...args], { stdio: "ignore" });
    workers.add(worker);
    return worker;
  }

  /** Works until nothing is left, in this process. */
  async function workHere(): Promise<string> {
    const args = ["worker", "--queue", redis.url, "--root", ".", "--until-empty"];
    const { code, stdout, stderr } = await bench.inProcess(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  }

  /** Adds jobs and does not wait. */
  async function submit(...args: string[]) {
    return await bench.inProcess(["remember", ...args, "--queue", redis.url, "--detach"]);
  }

  const reportOf = async () => {
    const { stdout } = await bench.inProcess(["jobs", "--queue", redis.url, "--json"]);
    return parseReport("jobs", stdout) as { done: number; waiting: number; failed: object[] };
  };

  test("workers are killed and Redis restarted, and the memory has the same bytes", async () => {
    const names = ["a.npy", "b.npy"].map((name, i) => patterns(name, 300, { seed: i + 1 }));
    const whole = ["remember", ...names, ...DRDAM, "--out", "one.safetensors"];
    expect((await bench.inProcess(whole)).code).toBe(0);
    const before = await reportOf();
    expect((await submit(...names, ...DRDAM, "--shards", "8", "--out", "w.safetensors")).code).toBe(
      0,
    );
    for (let i = 0; i < 4; i++) startWorker();
    // Where a worker is when it dies is up to the machine; the bytes are not.
    for (let i = 0; i < 3; i++) {
      await pause(400);
      const [victim] = workers;
      await stop(victim);
      startWorker();
      if (i === 1) await redis.restart();
    }
    const args = ["remember", ...names, ...DRDAM, "--shards", "8", "--out", "w.safetensors"];
    const { code, stdout } = await bench.inProcess([...args, "--queue", redis.url]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("holds 600 patterns")]);
    expect(bytesOf("w.safetensors")).toEqual(bytesOf("one.safetensors"));
    // 16 shards, two merges of eight, and the last.
    const { done, waiting, failed } = await reportOf();
    expect({ done: done - before.done, waiting, failed }).toEqual({
      done: 19,
      waiting: 0,
      failed: [],
    });
  });

  test("a part that cannot be stored fails alone with its reason, and --resume finishes", async () => {
    const names = ["good.npy", "cut.npy", "nan.npy", "wide.npy"];
    names.forEach((name, i) => patterns(name, 20, { seed: i + 10 }));
    const repaired = names.map(bytesOf);
    bench.write("cut.npy", repaired[1].slice(0, -3));
    const bad = normal(key(12), [20, D]);
    bad[7 * D + 1] = NaN;
    bench.writeArray("nan.npy", { shape: [20, D], data: bad });
    patterns("wide.npy", 20, { seed: 5, width: D + 1 });
    const args = [...names, ...DRDAM, "--out", "w.safetensors"];
    const before = await reportOf();
    expect((await submit(...args)).code).toBe(0);
    await workHere();
    const { done, waiting, failed } = await reportOf();
    expect({ done: done - before.done, waiting }).toEqual({ done: 1, waiting: 1 });
    const sorted = failed.map((job) => job as { name: string; reason: string; attempts: number });
    sorted.sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(sorted.map(({ name, reason, attempts }) => [name, attempts, reason])).toEqual([
      ["cut.npy", 1, expect.stringContaining("cut.npy")],
      ["nan.npy", 1, expect.stringMatching(/nan\.npy: expected numbers, found NaN in row 7/)],
      ["wide.npy", 1, "wide.npy has patterns of 6 numbers, and the other shards of 5 numbers."],
    ]);
    expect(isFile("w.safetensors")).toBe(false);
    const text = await bench.inProcess(["jobs", "--queue", redis.url]);
    expect(text.stdout).toMatch(/ {2}nan\.npy of w\.safetensors \(attempts: 1, last by .* \d+\)\n/);
    // Without --resume the same command says what is wrong.
    const again = await bench.inProcess(["remember", ...args, "--queue", redis.url]);
    expect([again.code, again.stderr]).toEqual([
      1,
      expect.stringContaining("3 of its jobs failed"),
    ]);
    names.slice(1).forEach((name, i) => bench.write(name, repaired[i + 1]));
    expect((await submit(...args, "--resume")).code).toBe(0);
    const log = await workHere();
    expect(log).not.toContain("good.npy");
    await bench.inProcess(["remember", ...names, ...DRDAM, "--out", "one.safetensors"]);
    expect(bytesOf("w.safetensors")).toEqual(bytesOf("one.safetensors"));
    expect(readdirSync(bench.folder).filter((name) => /part/.test(name))).toEqual([]);
    // The same again has nothing to do; other bytes in a file have.
    const third = await submit(...args);
    expect([third.code, third.stdout]).toEqual([
      0,
      expect.stringContaining("w.safetensors is there"),
    ]);
    patterns("good.npy", 21, { seed: 10 });
    expect((await submit(...args)).stdout).toContain("The jobs of w.safetensors are in");
    await workHere();
    await bench.inProcess(["remember", ...names, ...DRDAM, "--out", "two.safetensors"]);
    expect(bytesOf("w.safetensors")).toEqual(bytesOf("two.safetensors"));
  });

  test("where nothing can be written a job is tried three times, and finishes after the repair", async () => {
    const name = patterns("a.npy", 20, { seed: 1 });
    // As on a full disk: the folder of parts cannot come to be.
    bench.write("w.safetensors.parts", "in the way");
    const args = [name, ...DRDAM, "--out", "w.safetensors"];
    await submit(...args);
    await workHere();
    expect((await reportOf()).failed).toMatchObject([
      { name, attempts: 3, reason: expect.stringContaining("cannot write to") as string },
    ]);
    expect(isFile("w.safetensors")).toBe(false);
    rmSync(join(bench.folder, "w.safetensors.parts"));
    await submit(...args, "--resume");
    await workHere();
    await bench.inProcess(["remember", ...args.slice(0, -1), "one.safetensors"]);
    expect(bytesOf("w.safetensors")).toEqual(bytesOf("one.safetensors"));
  });

  test("where Redis has forgotten its jobs they are added again", async () => {
    const name = patterns("a.npy", 40, { seed: 1 });
    const args = [name, ...DRDAM, "--shards", "3", "--out", "w.safetensors"];
    await submit(...args);
    await workHere();
    const whole = bytesOf("w.safetensors");
    await redis[Symbol.asyncDispose]();
    redis = await startRedis();
    const { stdout } = await submit(...args);
    expect(stdout).toContain("The jobs of w.safetensors are in");
    await workHere();
    expect(bytesOf("w.safetensors")).toEqual(whole);
  });

  test.skipIf(!HAS_OPENSSL)(
    "a password and TLS are passed on, and the password is shown nowhere",
    async () => {
      const certificate = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
      const files = ["-keyout", "tls.key", "-out", "tls.crt", "-days", "2"];
      const about = [
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=IP:127.0.0.1,DNS:localhost",
      ];
      const made = spawnSync(
        "openssl",
        ["req", "-x509", "-nodes", ...certificate, ...files, ...about],
        {
          cwd: bench.folder,
        },
      );
      expect(made.status).toBe(0);
      const [key, crt] = ["tls.key", "tls.crt"].map((name) => join(bench.folder, name));
      await using secured = await startRedis(["--requirepass", "sesame"], { key, crt });
      const jobs = (url: string) =>
        spawnSync(process.execPath, [MAIN, "jobs", "--queue", "-"], {
          env: { ...process.env, HAM_QUEUE: url, NODE_EXTRA_CA_CERTS: crt },
          encoding: "utf8",
        });
      const { status, stdout, stderr } = jobs(secured.url.replace("//", "//:sesame@"));
      expect([status, stdout, stderr]).toEqual([
        0,
        `${secured.url}: 0 done, 0 active, 0 waiting, 0 failed\n`,
        "",
      ]);
      const refused = jobs(secured.url.replace("//", "//:open@"));
      expect(refused.stderr).toContain("expected a Redis, found none that answers (WRONGPASS");
      expect(refused.stderr).not.toContain("open@");
    },
  );

  test("a linear memory with values goes through the queue as well", async () => {
    const name = patterns("k.npy", 30, { seed: 1 });
    patterns("v.npy", 30, { seed: 2, width: 2 });
    const args = [name, "--rule", "linear", "--values", "v.npy"];
    await submit(...args, "--shards", "4", "--out", "w.safetensors");
    await workHere();
    await bench.inProcess(["remember", ...args, "--out", "one.safetensors"]);
    expect(bytesOf("w.safetensors")).toEqual(bytesOf("one.safetensors"));
  });
});
