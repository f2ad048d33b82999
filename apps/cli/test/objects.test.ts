// `ham remember --queue --out s3://…`: results of jobs in an object store, on a real Redis.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openObjects } from "@hamlet/cluster";
import { key, normal } from "@hamlet/core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import {
  HAS_REDIS,
  NO_REDIS,
  type OwnRedis,
  startRedis,
} from "../../../packages/cluster/test/redis.ts";
import { KEY, type OwnStore, startStore } from "../../../packages/cluster/test/s3.ts";
import { type Bench, makeBench } from "./ham.ts";
import { parseReport } from "./schema.ts";

const D = 5;
const DRDAM = "--rule drdam --beta 2 --features 16 --seed 7".split(" ");
const OTHER = { ...KEY, AWS_SECRET_ACCESS_KEY: "oh-so-secret" };

describe.skipIf(!HAS_REDIS)(HAS_REDIS ? "on a Redis" : NO_REDIS, () => {
  let bench: Bench;
  let redis: OwnRedis;
  let store: OwnStore;
  const objects = () => openObjects({ endpoint: store.endpoint, environment: KEY });
  beforeAll(async () => void ([redis, store] = [await startRedis(), await startStore(["lab"])]));
  beforeEach(() => {
    bench = makeBench();
    as(KEY);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    bench[Symbol.dispose]();
  });
  afterAll(async () => {
    await redis[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });
  const bytesOf = (name: string) => new Uint8Array(readFileSync(join(bench.folder, name)));

  /** From now on, the environment has this key. */
  function as(own: typeof KEY): void {
    for (const [name, value] of Object.entries(own)) vi.stubEnv(name, value);
  }

  function patterns(name: string, rows: number, seed: number) {
    return bench.writeArray(name, { shape: [rows, D], data: normal(key(seed), [rows, D]) });
  }

  const remember = (...args: string[]) =>
    bench.inProcess(["remember", ...args, "--queue", redis.url, "--endpoint", store.endpoint]);

  /** Adds jobs and does not wait. */
  async function submit(...args: string[]) {
    const { code, stderr } = await remember(...args, "--detach");
    expect({ code, stderr: stderr.replace(/^These jobs.*/, "") }).toEqual({ code: 0, stderr: "" });
  }

  /** Works until nothing is left. */
  async function work(...more: string[]) {
    const args = ["--queue", redis.url, "--root", ".", "--until-empty"];
    const { code, stderr } = await bench.inProcess(["worker", ...args, ...more]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  }
  const workUnder = (root: string) => work("--objects", root, "--endpoint", store.endpoint);

  /** Why jobs of a memory failed. */
  async function reasons(out: string): Promise<string[]> {
    const { stdout } = await bench.inProcess(["jobs", "--queue", redis.url, "--json"]);
    const { failed } = parseReport("jobs", stdout) as {
      failed: { tree: string; reason: string }[];
    };
    const own = failed.filter(({ tree }) => tree === out);
    return own.map(({ reason }) =>
      reason.replaceAll(store.endpoint, "STORE").replaceAll(/\w{16}-/g, "ID-"),
    );
  }

  test("the memory has the bytes of one process, and nothing else is left", async () => {
    const out = "s3://lab/run/w.safetensors";
    const names = [patterns("a.npy", 90, 1), patterns("b.npy", 90, 2)];
    const whole = ["remember", ...names, ...DRDAM, "--out", "one.safetensors"];
    expect((await bench.inProcess(whole)).code).toBe(0);
    const args = [...names, ...DRDAM, "--shards", "5", "--out", out];
    await submit(...args);
    await workUnder("s3://lab/run/");
    const { code, stdout } = await remember(...args);
    expect([code, stdout]).toEqual([0, `${out} is there, from these files as they are.`]);
    expect(await objects().read(out)).toEqual(bytesOf("one.safetensors"));
    expect(await objects().list("s3://lab/run/")).toEqual([out]);
  });

  test("a part that was cut short in the store fails its merge alone, and --resume mends it", async () => {
    const out = "s3://lab/run/cut.safetensors";
    const names = [patterns("c.npy", 30, 5), patterns("d.npy", 30, 6)];
    const good = bytesOf("d.npy");
    bench.write("d.npy", good.slice(0, -3));
    const args = [...names, ...DRDAM, "--out", out];
    await submit(...args);
    await workUnder("s3://lab");
    const [part, ...others] = await objects().list("s3://lab/run/cut");
    expect(others).toEqual([]);
    expect(await reasons(out)).toEqual([expect.stringMatching(/^d\.npy: .* cut short/)]);
    store.truncate("lab", part.slice("s3://lab/".length), 100);
    bench.write("d.npy", good);
    await submit(...args, "--resume");
    await workUnder("s3://lab");
    const whole = ["remember", ...names, ...DRDAM, "--out", "one.safetensors"];
    expect((await bench.inProcess(whole)).code).toBe(0);
    expect(await reasons(out)).toEqual([expect.stringContaining("cut.safetensors.parts/ID-")]);
    await submit(...args, "--resume");
    await workUnder("s3://lab");
    expect(await objects().read(out)).toEqual(bytesOf("one.safetensors"));
    expect(await reasons(out)).toEqual([]);
  });

  test("a key that is refused, a bucket that is not there and a place that was not given are told", async () => {
    const name = patterns("e.npy", 9, 9);
    const told: Record<string, string[]> = {};
    for (const [what, out, root, own] of [
      ["another key", "s3://lab/run/key.safetensors", "s3://lab/run", OTHER],
      ["no bucket", "s3://nowhere/w.safetensors", "s3://nowhere", KEY],
      ["elsewhere", "s3://lab/other/w.safetensors", "s3://lab/run", KEY],
    ] as const) {
      await submit(name, ...DRDAM, "--out", out);
      as(own);
      await workUnder(root);
      as(KEY);
      told[what] = await reasons(out);
    }
    await submit(name, ...DRDAM, "--out", "s3://lab/run/files.safetensors");
    await work();
    told["files alone"] = await reasons("s3://lab/run/files.safetensors");
    expect(JSON.stringify(told)).not.toContain(OTHER.AWS_SECRET_ACCESS_KEY);
    expect(told).toMatchInlineSnapshot(`
      {
        "another key": [
          "s3://lab/run/key.safetensors.parts/ID-shard-1.safetensors: STORE refuses (403). Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and what that key may do with the bucket.",
        ],
        "elsewhere": [
          "s3://lab/other/w.safetensors.parts/ID-shard-1.safetensors is outside of s3://lab/run, which is all that jobs may touch of the store. Put it there, or allow more with --objects.",
        ],
        "files alone": [
          "s3://lab/run/files.safetensors.parts/ID-shard-1.safetensors is an object, and this worker may touch files alone. Start it with --objects s3://lab.",
        ],
        "no bucket": [
          "s3://nowhere/w.safetensors.parts/ID-shard-1.safetensors: there is no bucket "nowhere" at STORE. Make it, or name another.",
        ],
      }
    `);
  });

  test("without a key, or with half an address, nobody begins", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "");
    const begin = async (...args: string[]) => {
      const on = ["worker", "--queue", redis.url, "--root", ".", "--until-empty"];
      const { code, stderr } = await bench.inProcess([...on, ...args]);
      return `${code} ${stderr.replaceAll(store.endpoint, "STORE")}`;
    };
    const at = ["--endpoint", store.endpoint];
    expect([
      await begin("--objects", "s3://lab", ...at),
      await begin(...at),
      await begin("--objects", "lab", ...at),
    ]).toMatchInlineSnapshot(`
      [
        "1 ham: Objects of STORE are for those with a key: expected it in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, found none.",
        "2 ham: --endpoint is for objects: name them with --objects.",
        "1 ham: lab/any: expected the address of an object, such as s3://bucket/folder/faces.safetensors.",
      ]
    `);
  });
});
