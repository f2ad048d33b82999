// `ham remember`, `merge`, `forget`, `memory`: shards of patterns become the memory of all of them.

import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  asFloat64,
  key,
  normal,
  type Progress,
  readNpy,
  writeNpz,
  writeSafetensors,
} from "@hamlet/core";
import { loadMemory, makeMemory } from "@hamlet/drdam";
import { hebb } from "@hamlet/ham";
import { learnLinear } from "@hamlet/kohonen";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAsked } from "../src/memories/asked.ts";
import { readMemoryFile } from "../src/memories/memory.ts";
import { rememberRows } from "../src/memories/remember.ts";
import { type Bench, makeBench } from "./ham.ts";
import { parseReport } from "./schema.ts";

const [K, D, M] = [23, 5, 2];
const patterns = normal(key(1), [K, D]);
const labels = normal(key(2), [K, M]);
const signs = patterns.map((x) => (x < 0 ? -1 : 1));
const DRDAM = "--rule drdam --beta 2 --features 16 --seed 7".split(" ");
const LINEAR = "--rule linear --values labels.npy".split(" ");

let bench: Bench;
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(bench.folder, name)));
const isFile = (name: string) => existsSync(join(bench.folder, name));

/** Runs a command that must work; returns what it says. */
async function ham(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await bench.inProcess(args);
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
  return stdout;
}

/** Runs one that must not, and leaves no file behind. */
async function fails(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await bench.inProcess([...args, "--out", "none.safetensors"]);
  expect(stdout).toBe("");
  expect(["none.safetensors", "none.safetensors.partial"].filter(isFile)).toEqual([]);
  return `${code} ${stderr}`;
}

beforeAll(() => {
  bench = makeBench();
  bench.writeArray("all.npy", { shape: [K, D], data: patterns });
  bench.writeArray("labels.npy", { shape: [K, M], data: labels });
  bench.writeArray("signs.npy", { shape: [K, D], data: signs });
});
afterAll(() => bench[Symbol.dispose]());

describe.each([
  ["drdam", "all.npy", DRDAM],
  ["linear", "all.npy", LINEAR],
  ["hebb", "signs.npy", ["--rule", "hebb"]],
])("--rule %s", (rule, file, settings) => {
  test("shards merge to the whole, byte for byte, in any order", async () => {
    const n = 4;
    await ham("remember", file, ...settings, "--out", "whole.safetensors");
    const parts: string[] = [];
    for (let i = 1; i <= n; i++) {
      const part = `${rule}-${i}-${n}.safetensors`;
      await ham("remember", file, ...settings, "--shard", `${i}/${n}`, "--out", part);
      parts.unshift(part);
    }
    await ham("merge", ...parts, "--out", "merged.safetensors");
    expect(bytesOf("merged.safetensors")).toEqual(bytesOf("whole.safetensors"));
    const again = await bench.inProcess(["merge", ...parts, parts[0], "--out", "m.safetensors"]);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("would count twice") });
    const once = ["--twice", "once", "--out", "m.safetensors"];
    await ham("merge", parts[0], ...parts, "whole.safetensors", ...once);
    expect(bytesOf("m.safetensors")).toEqual(bytesOf("whole.safetensors"));
  });

  test("a memory is extended, and forgets as if it had never known", async () => {
    const values = rule === "linear" ? ["--values", "labels.npy"] : [];
    await ham("remember", file, ...settings, "--shard", "1/3", "--out", "a.safetensors");
    const before = bytesOf("a.safetensors");
    const rest = ["--twice", "once", "--into", "a.safetensors"];
    await ham("remember", file, ...values, ...rest);
    await ham("remember", file, ...settings, "--out", "whole.safetensors");
    expect(bytesOf("a.safetensors")).toEqual(bytesOf("whole.safetensors"));
    for (const shard of ["2/3", "3/3"]) {
      await ham("forget", "a.safetensors", file, ...values, "--shard", shard);
    }
    expect(bytesOf("a.safetensors")).toEqual(before);
    expect(await fails("forget", "a.safetensors", file, ...values)).toBe(
      `2 ham: ${file}${rule === "linear" ? " with labels.npy" : ""} rows 7 to 22 are not in a.safetensors. Forget what was stored: \`ham memory a.safetensors\` lists it.`,
    );
  });

  test("--json follows its schema", async () => {
    await ham("remember", file, ...settings, "--shard", "2/3", "--out", "a.safetensors");
    const report = parseReport("memory", await ham("memory", "a.safetensors", "--json"));
    const rows = [[7, 15]];
    expect(report).toMatchObject({ rule, count: 8, width: D, unknown: 0, sources: [{ rows }] });
    expect(await ham("memory", "a.safetensors")).toContain("7-14");
  });
});

test("every format gives the numbers of the npy file", async () => {
  const array = { shape: [K, D], dtype: "float32", data: patterns } as const;
  const columnsOf = (name: (d: number) => string) =>
    Array.from({ length: D }, (_, d) => ({
      name: name(d),
      data: Float32Array.from({ length: K }, (_, k) => patterns[k * D + d]),
      type: "FLOAT" as const,
    }));
  const rowText = (k: number) => Array.from(patterns.subarray(k * D, (k + 1) * D), String).join();
  bench.write("z.npz", writeNpz(new Map([["xi", { ...array, shape: [K, D] }]])));
  bench.write(
    "s.npz",
    writeNpz(new Map([["xi", { ...array, shape: [K, D] }]]), { compress: false }),
  );
  bench.write("t.safetensors", writeSafetensors(new Map([["xi", { ...array, shape: [K, D] }]])));
  bench.write(
    "c.csv",
    `a,b,c,d,e\n${Array.from({ length: K }, (_, k) => rowText(k)).join("\n")}\n`,
  );
  const columnData = columnsOf((d) => `x${d}`);
  const parquet = parquetWriteBuffer({ columnData, rowGroupSize: 7 });
  bench.write("p.parquet", new Uint8Array(parquet));
  const sums = async (path: string) => {
    await ham("remember", path, ...DRDAM, "--shard", "2/3", "--out", "f.safetensors");
    return loadMemory(bytesOf("f.safetensors")).T();
  };
  const expected = await sums("all.npy");
  for (const path of ["z.npz#xi", "s.npz", "t.safetensors", "c.csv", "p.parquet"]) {
    expect([path, await sums(path)]).toEqual([path, expected]);
  }
});

test("a model recalls from what was remembered, and the library reads it", async () => {
  await ham("remember", "all.npy", ...DRDAM, "--out", "whole.safetensors");
  const memory = makeMemory({ D, Y: 16, beta: 2, key: key(7) });
  await memory.store(patterns);
  expect(loadMemory(bytesOf("whole.safetensors")).T()).toEqual(memory.T());
  bench.write(
    "m.ham",
    'ham 1\ndim D\ngiven query: [D] from "all.npy"\nneuron v: [D] as identity { leak = off }\nconnect memory: drdam(v) from "whole.safetensors"\nrecall go { start v = query solver = euler(dt = 0.1) steps = 2 }\n',
  );
  const { total } = JSON.parse(await ham("energy", "m.ham", "--json")) as { total: number[] };
  total.forEach((energy, k) => {
    expect(Math.abs(energy - memory.energy(patterns.subarray(k * D, (k + 1) * D)))).toBeLessThan(
      1e-4,
    );
  });
});

test("--weights are those of the rule", async () => {
  const weights = async () => readNpy(bytesOf("W.npy")).data;
  await ham("remember", "signs.npy", "--rule", "hebb", "--out", "h.safetensors");
  await ham("memory", "h.safetensors", "--weights", "W.npy");
  expect(await weights()).toEqual(Float32Array.from(await hebb({ shape: [K, D], data: signs })));
  await ham("remember", "all.npy", ...LINEAR, "--out", "l.safetensors");
  await ham("memory", "l.safetensors", "--weights", "W.npy", "--ridge", "2");
  const pairs = {
    keys: { shape: [K, D], data: asFloat64(patterns) },
    values: { shape: [K, M], data: asFloat64(labels) },
  } as const;
  const learned = await learnLinear(pairs, { ridge: 2 });
  (await weights()).forEach((w, i) => expect(Number(w)).toBeCloseTo(learned.weights.data[i], 6));
});

test("bits are signs", async () => {
  bench.writeArray("bits.npy", { shape: [K, D], data: signs.map((s) => (s + 1) / 2) });
  for (const name of ["bits", "signs"]) {
    await ham("remember", `${name}.npy`, "--rule", "hebb", "--out", `${name}.safetensors`);
    await ham("memory", `${name}.safetensors`, "--weights", `${name}-W.npy`);
  }
  expect(bytesOf("bits-W.npy")).toEqual(bytesOf("signs-W.npy"));
});

test("what was stopped goes on, and says how far it is", async () => {
  await ham("remember", "all.npy", ...DRDAM, "--out", "whole.safetensors");
  // What Ctrl-C leaves: the first rows, under the name of a part.
  await ham("remember", "all.npy", ...DRDAM, "--shard", "1/2", "--out", "half.safetensors");
  bench.write("go.safetensors.partial", bytesOf("half.safetensors"));
  const args = ["remember", "all.npy", ...DRDAM, "--out", "go.safetensors"];
  const { code, stdout, stderr } = await bench.inProcess(args);
  expect([code, stderr]).toEqual([
    0,
    "Going on after 11 of 23 patterns, from go.safetensors.partial.",
  ]);
  expect(stdout).toContain("12 patterns stored; go.safetensors holds 23 patterns");
  expect(bytesOf("go.safetensors")).toEqual(bytesOf("whole.safetensors"));
  expect(isFile("go.safetensors.partial")).toBe(false);
  expect(await ham(...args)).toBe("go.safetensors holds these 23 patterns already.");

  bench.write("go.safetensors.partial", bytesOf("half.safetensors"));
  const other = await bench.inProcess([
    "remember",
    "signs.npy",
    ...DRDAM,
    "--out",
    "go.safetensors",
  ]);
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("is of other patterns") });
});

test("Ctrl-C keeps what is done under another name, and leaves a memory that forgets as it was", async () => {
  const rows = 30_000;
  bench.writeArray("long.npy", { shape: [rows, D], data: normal(key(5), [rows, D]) });
  const settings = ["--rule", "drdam", "--beta", "2", "--features", "4000"];
  const stopped = async (...args: string[]) => {
    const before = process.listenerCount("SIGINT");
    const timer = setInterval(() => {
      if (process.listenerCount("SIGINT") === before) return;
      clearInterval(timer);
      setTimeout(() => process.emit("SIGINT", "SIGINT"), 10);
    }, 1);
    return await bench.inProcess(args);
  };
  const args = ["remember", "long.npy", ...settings, "--out", "long.safetensors"];
  const first = await stopped(...args);
  expect(first).toMatchObject({ code: 130, stdout: "", stderr: expect.stringMatching(/^Stopped/) });
  expect(isFile("long.safetensors")).toBe(false);
  // Where it was stopped before the first pattern there is nothing to go on from.
  const report = JSON.parse(
    isFile("long.safetensors.partial")
      ? await ham("memory", "long.safetensors.partial", "--json")
      : '{"count":0}',
  ) as { count: number };
  const { code, stdout } = await bench.inProcess(args);
  expect([code, stdout.split(";")[0]]).toEqual([0, `${rows - report.count} patterns stored`]);
  const whole = bytesOf("long.safetensors");
  const forgetting = await stopped("forget", "long.safetensors", "long.npy");
  expect(forgetting).toMatchObject({ code: 130, stdout: "" });
  expect(bytesOf("long.safetensors")).toEqual(whole);
});

test.each([
  ["drdam", DRDAM, []],
  ["linear", LINEAR, ["--values", "labels.npy"]],
])("threads give the bytes of one, by %s", async (_, settings, values) => {
  await ham("remember", "all.npy", ...settings, "--out", "one.safetensors");
  await ham("remember", "all.npy", ...settings, "--shard", "2/3", "--out", "two.safetensors");
  const rest = ["--twice", "once", "--into", "two.safetensors", "--workers", "2"];
  await ham("remember", "all.npy", ...values, ...rest);
  expect(bytesOf("two.safetensors")).toEqual(bytesOf("one.safetensors"));
});

test("threads that are stopped keep what they did, and the rest is done by any number", async () => {
  const rows = 30_000;
  bench.writeArray("long.npy", { shape: [rows, D], data: normal(key(5), [rows, D]) });
  await ham("remember", "long.npy", ...DRDAM, "--out", "whole.safetensors");
  const signal = { aborted: false };
  const onProgress = ({ done }: Progress) => void (signal.aborted ||= done > 0);
  const out = join(bench.folder, "long.safetensors");
  const paths = [join(bench.folder, "long.npy")];
  await using asked = (await openAsked(paths, { values: [] }, { aborted: false }))!;
  const rule = { rule: "drdam", beta: 2, features: 16, seed: 7 } as const;
  const found = await rememberRows(asked, {
    ...rule,
    twice: "refuse",
    stale: "refuse",
    out,
    workers: 2,
    signal,
    bar: () =>
      Promise.resolve({
        onProgress,
        done: () => undefined,
      }),
  });
  const { count } = await readMemoryFile(`${out}.partial`);
  expect(found).toEqual({ ending: "stopped", done: count, of: rows });
  const args = ["remember", "long.npy", ...DRDAM, "--out", "long.safetensors"];
  const { code, stderr } = await bench.inProcess(args);
  expect([code, stderr]).toEqual([0, expect.stringContaining(`after ${count} of ${rows}`)]);
  expect(bytesOf("long.safetensors")).toEqual(bytesOf("whole.safetensors"));
});

test("a mistake in a thread is told as without", async () => {
  const bad = patterns.slice();
  bad[3 * D + 1] = NaN;
  bench.writeArray("nan.npy", { shape: [K, D], data: bad });
  expect(await fails("remember", "nan.npy", ...DRDAM, "--workers", "2")).toBe(
    await fails("remember", "nan.npy", ...DRDAM),
  );
});

test("mistakes are explained, and leave no file behind", async () => {
  await ham("remember", "all.npy", ...DRDAM, "--shard", "1/2", "--out", "a.safetensors");
  await ham("remember", "all.npy", "--rule", "drdam", "--beta", "3", "--out", "b.safetensors");
  await ham("remember", "all.npy", ...LINEAR, "--out", "l.safetensors");
  const bad = patterns.slice();
  bad[3 * D + 1] = NaN;
  bench.writeArray("nan.npy", { shape: [K, D], data: bad });
  bench.writeArray("wide.npy", { shape: [K, D + 1], data: new Float32Array(K * (D + 1)) });
  bench.write("cut.npy", bytesOf("all.npy").slice(0, -3));
  bench.write("copy.npy", bytesOf("all.npy"));
  bench.write("cut.safetensors", bytesOf("a.safetensors").slice(0, -3));
  bench.write("cut.parquet", bytesOf("p.parquet").slice(0, -9));
  expect([
    await fails("remember", "all.npy"),
    await fails("remember", "all.npy", "--rule", "drdam"),
    await fails("remember", "all.npy", "--rule", "hebb", "--beta", "1"),
    await fails("remember", "all.npy", "--rule", "hebb"),
    await fails("remember", "all.npy", ...DRDAM, "--shard", "0/4"),
    await fails("remember", "all.npy", ...DRDAM, "--shard", "1/99"),
    await fails("remember", "nan.npy", ...DRDAM),
    await fails("remember", "cut.npy", ...DRDAM),
    await fails("remember", "cut.parquet", ...DRDAM),
    await fails("remember", "all.npy", "wide.npy", ...DRDAM),
    await fails("remember", "all.npy", "copy.npy", ...DRDAM),
    await fails("remember", "wide.npy", "--into", "a.safetensors"),
    await fails("remember", "all.npy", "--into", "a.safetensors", "--beta", "2"),
    await fails("remember", "all.npy", "--into", "a.safetensors"),
    await fails("merge", "a.safetensors", "b.safetensors"),
    await fails("merge", "a.safetensors", "l.safetensors"),
    await fails("merge", "a.safetensors", "cut.safetensors"),
    await fails("merge", "a.safetensors", "all.npy"),
    await fails("merge", "a.safetensors", "a.safetensors"),
  ]).toMatchInlineSnapshot(`
    [
      "2 ham: Say with --rule how patterns are stored: drdam, linear, hebb; or with --into FILE which memory they are added to.",
      "2 ham: --rule drdam needs --beta X, the inverse temperature: larger is sharper, and needs more features.",
      "2 ham: --beta is of --rule drdam, not of hebb.",
      "2 ham: all.npy, behind row 0: store: expected patterns of -1 and +1, found -0.15443718433380127 in pattern 0. Turn bits into 2 * bit - 1 first.",
      "2 error: option '--shard <I/N>' argument '0/4' is invalid. Write it as I/N, from 1/N to N/N, for example 3/8.
    (ham --help lists the commands)",
      "2 ham: Part 1 of 99 of 23 rows holds none: use at most 23 parts.",
      "2 ham: nan.npy: expected numbers, found NaN in row 3, which would spoil the whole memory. Leave that row out.",
      "2 ham: cut.npy: not a valid .npy file. Expected 460 bytes of data for shape [23, 5] of float32, found 457 bytes. Save the array again with numpy.save, or copy the file again if it was cut short.",
      "2 ham: cut.parquet: not a Parquet file of numbers. Expected columns that can be read, found parquet file invalid (footer != PAR1). Write it again, or copy it again if it was cut short.",
      "2 ham: all.npy has patterns of 5 numbers, and wide.npy of 6 numbers.",
      "2 ham: all.npy and copy.npy hold the same bytes, and would count twice. Leave one of them out.",
      "2 ham: wide.npy has patterns of 6 numbers, and a.safetensors is of patterns of 5 numbers.",
      "2 ham: a.safetensors says what --beta is: leave it out.",
      "2 ham: all.npy rows 0 to 10 are in a.safetensors already. Leave them out, or pass over them with --twice once.",
      "2 ham: a.safetensors and b.safetensors do not merge: they differ in features 16 and 4096, beta 2 and 3, key 0 7 and 0 0. Store all parts alike.",
      "2 ham: a.safetensors and l.safetensors do not merge: they differ in rule drdam and linear. Store all parts alike.",
      "2 ham: cut.safetensors#low: not a valid safetensors file. Expected 256 bytes of data for shape [32] of float64, found bytes 256 to 512 of 509. Save the arrays again, or copy the file again if it was cut short.",
      "2 ham: all.npy: expected a memory that \`ham remember\` or \`ham store --rule drdam\` wrote, found another file.",
      "2 ham: all.npy rows 0 to 10 are in a.safetensors and in a.safetensors, and would count twice. Leave it out, or count them once with --twice once.",
    ]
  `);
});

test("parts that overlap in part are refused, whatever is asked", async () => {
  for (const shard of ["1/2", "1/3", "2/3"]) {
    const out = `o${shard.replace("/", "-")}.safetensors`;
    await ham("remember", "all.npy", ...DRDAM, "--shard", shard, "--out", out);
  }
  const parts = ["o1-2.safetensors", "o2-3.safetensors"];
  for (const order of [parts, parts.toReversed()]) {
    expect(await fails("merge", ...order, "--twice", "once")).toBe(
      "2 ham: all.npy rows 7 to 10 are in o2-3.safetensors and in o1-2.safetensors, and would count twice. The sums of a part cannot be taken apart: store the rows of one of them again, without the others.",
    );
  }
  // One inside of another is passed over.
  const out = ["--twice", "once", "--out", "m.safetensors"];
  await ham("merge", "o1-3.safetensors", "o1-2.safetensors", ...out);
  expect(bytesOf("m.safetensors")).toEqual(bytesOf("o1-2.safetensors"));
});

test("patterns of no known source merge, but not with themselves", async () => {
  const memory = makeMemory({ D, Y: 16, beta: 2, key: key(7) });
  await memory.store(patterns.subarray(0, 4 * D));
  bench.write("old.safetensors", memory.save());
  bench.write("copy.safetensors", memory.save());
  await ham("remember", "all.npy", ...DRDAM, "--shard", "2/2", "--out", "a.safetensors");
  await ham("merge", "old.safetensors", "a.safetensors", "--out", "m.safetensors");
  expect(await ham("memory", "m.safetensors")).toContain("4 patterns are of no known source.");
  expect(await fails("merge", "old.safetensors", "copy.safetensors")).toContain("the same memory");
  // Four of them, by number; no more than that.
  await ham("forget", "m.safetensors", "all.npy", "--shard", "1/6");
  expect(await fails("forget", "m.safetensors", "all.npy", "--shard", "2/6")).toContain(
    "only 1 of its patterns",
  );
});

test("a file that changes while it is read is refused by its name", async () => {
  const { openSource } = await import("../src/memories/source.ts");
  const path = join(bench.folder, "moving.npy");
  writeFileSync(path, bytesOf("all.npy"));
  const source = await openSource(path, null, { signal: { aborted: false } });
  await source.assertUnchanged();
  utimesSync(path, 1, 1);
  await expect(source.assertUnchanged()).rejects.toThrow(
    /moving\.npy was changed while it was read/,
  );
  writeFileSync(path, bytesOf("all.npy").slice(0, 200));
  const read = async () => {
    for await (const _ of source.pieces(0, K));
  };
  await expect(read()).rejects.toThrow(/cut short while it was read/);
  await source.close();
});
