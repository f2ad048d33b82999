// Patterns in pieces: the same numbers as of the whole array, and never more of a file at a time.

import { type OpenFile, writeNpy, writeNpz, writeSafetensors } from "@hamlet/core";
import { openRows } from "@hamlet/core/rows";
import * as arrow from "@uwdata/flechette";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test, vi } from "vitest";
import { some } from "../../../../tools/samples.ts";

/** A file that keeps how much was asked for at once, and in all. */
function counted(bytes: Uint8Array): OpenFile & { most: number; all: number } {
  return {
    length: bytes.length,
    most: 0,
    all: 0,
    subarray(from = 0, to = bytes.length) {
      this.most = Math.max(this.most, to - from);
      this.all += to - from;
      return bytes.slice(from, to);
    },
    readInto(target, from) {
      this.most = Math.max(this.most, target.length);
      this.all += target.length;
      target.set(bytes.subarray(from, from + target.length));
    },
    close: () => Promise.resolve(),
  };
}

async function read(name: string, file: OpenFile | Uint8Array, range?: [number, number]) {
  const rows = await openRows(name, file);
  const [from, to] = range ?? [0, rows.count];
  const found: number[] = [];
  let largest = 0;
  for await (const piece of rows.pieces(from, to)) {
    expect(piece.length % rows.width).toBe(0);
    largest = Math.max(largest, piece.length);
    for (const number of piece) found.push(number);
  }
  return { ...rows, found, largest };
}

const D = 16;
const entry = (k: number, d: number) => Math.fround(Math.sin(k * D + d));
const arrayOf = (K: number) => ({
  shape: [K, D],
  dtype: "float32",
  data: Float32Array.from({ length: K * D }, (_, i) => entry(Math.floor(i / D), i % D)),
});
const textOf = (K: number) =>
  Array.from({ length: K }, (_, k) => Array.from({ length: D }, (_, d) => entry(k, d)).join()).join(
    "\n",
  );

const FILES: Record<string, (K: number) => Uint8Array> = {
  "a.npy": (K) => writeNpy(arrayOf(K)),
  "fortran.npy": (K) => {
    const { data } = arrayOf(K);
    const turned = data.map((_, i) => data[(i % K) * D + Math.floor(i / K)]);
    const bytes = writeNpy({ shape: [K, D], dtype: "float32", data: turned });
    const at = Buffer.from(bytes).indexOf("False");
    bytes.set(Buffer.from("True "), at);
    return bytes;
  },
  "stored.npz": (K) => writeNpz(new Map([["x", arrayOf(K)]]), { compress: false }),
  "deflated.npz": (K) => writeNpz(new Map([["x", arrayOf(K)]])),
  "a.safetensors": (K) => writeSafetensors(new Map([["x", arrayOf(K)]])),
  "a.csv": (K) =>
    new TextEncoder().encode(
      `${Array.from({ length: D }, (_, d) => `x${d}`).join()}\n# a comment\n${textOf(K)}\n`,
    ),
  "lists.parquet": (K) => {
    const { data } = arrayOf(K);
    const lists = Array.from({ length: K }, (_, k) => [...data.subarray(k * D, (k + 1) * D)]);
    const schema = [
      { name: "root", num_children: 1 },
      { name: "x", converted_type: "LIST", repetition_type: "REQUIRED", num_children: 1 },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      { name: "element", type: "FLOAT", repetition_type: "REQUIRED" },
    ] as const;
    const columnData = [{ name: "x", data: lists }];
    return new Uint8Array(
      parquetWriteBuffer({ columnData, schema: [...schema], rowGroupSize: 500 }),
    );
  },
  "lists.arrow": (K) => {
    const { data } = arrayOf(K);
    const lists = Array.from({ length: K }, (_, k) => [...data.subarray(k * D, (k + 1) * D)]);
    const type = arrow.fixedSizeList(arrow.float32(), D);
    const column = arrow.columnFromArray(lists, type, { maxBatchRows: 20_000 });
    return arrow.tableToIPC(arrow.tableFromColumns([["x", column]]), { format: "file" })!;
  },
  "columns.parquet": (K) => {
    const columnData = Array.from({ length: D }, (_, d) => ({
      name: `x${d}`,
      data: Float32Array.from({ length: K }, (_, k) => entry(k, d)),
      type: "FLOAT" as const,
    }));
    return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 500 }));
  },
};

describe.each(Object.keys(FILES))("%s", (name) => {
  test("rows are those of the array, from any one to any other", async () => {
    const bytes = FILES[name](1200);
    const all = [...arrayOf(1200).data];
    for (const file of [bytes, counted(bytes)]) {
      const { count, width, found } = await read(name, file);
      expect([count, width]).toEqual([1200, D]);
      expect(found).toEqual(all);
      for (const [from, to] of [
        [0, 1],
        [499, 501],
        [700, 1200],
      ]) {
        expect((await read(name, file, [from, to])).found).toEqual(all.slice(from * D, to * D));
      }
    }
  });
});

const STREAMED = [
  "a.npy",
  "fortran.npy",
  "stored.npz",
  "deflated.npz",
  "a.safetensors",
  "a.csv",
  "lists.arrow",
];
test.each(some(STREAMED))(
  "%s takes no more memory for eight times as many patterns",
  async (name) => {
    const [few, many] = await Promise.all(
      [20_000, 160_000].map(async (K) => {
        const file = counted(FILES[name](K));
        const rows = await openRows(name, file);
        let largest = 0;
        for await (const piece of rows.pieces(0, K)) largest = Math.max(largest, piece.length);
        return { most: file.most, largest, part: file.most / file.length };
      }),
    );
    expect(many.most).toBeLessThanOrEqual(Math.max(few.most, 2 ** 20));
    expect(many.largest).toBeLessThanOrEqual(2 ** 19);
    expect(many.part).toBeLessThan(0.25);
  },
);

test.each(["a.npy", "fortran.npy", "stored.npz", "a.safetensors", "lists.arrow"])(
  "of %s a part of the rows is read alone",
  async (name) => {
    const file = counted(FILES[name](20_000));
    await read(name, file, [5000, 6000]);
    expect(file.all).toBeLessThan(1000 * D * 4 + 200_000);
  },
);

test.each(["\n", "\r\n", "\r"])(
  "a table whose lines end in %j is read a piece at a time",
  async (end) => {
    const file = counted(new TextEncoder().encode(textOf(5000).replaceAll("\n", end)));
    expect(file.length).toBeGreaterThan(2 ** 20);
    const { count, found } = await read("a.csv", file);
    expect(count).toBe(5000);
    expect(found).toEqual([...arrayOf(5000).data]);
    expect(file.most).toBeLessThanOrEqual(2 ** 20);
  },
);

test("a table of another width far behind is told with its row", async () => {
  const text = `${textOf(12_000)}\n1,2\n`;
  const message = await read("a.csv", new TextEncoder().encode(text)).then(
    () => "",
    (error: Error) => error.message,
  );
  expect(message).toContain("Expected 16 cells in row 12001, as in the first, found 2.");
});

test("damage in a compressed array is found where it is read", async () => {
  const bytes = FILES["deflated.npz"](4000);
  bytes[bytes.length >> 1] ^= 0x55;
  await expect(read("deflated.npz", bytes)).rejects.toThrow(/not a valid \.npz file/);
});

test("parquet columns that hold no numbers are refused, and so is nothing in place of one", async () => {
  const bytesOf = (columnData: Parameters<typeof parquetWriteBuffer>[0]["columnData"]) =>
    new Uint8Array(parquetWriteBuffer({ columnData }));
  const numbers = { name: "n", data: Int32Array.of(1, 2), type: "INT32" as const };
  const words = { name: "w", data: ["a", "b"], type: "STRING" as const };
  const holes = { name: "h", data: [1, null], type: "DOUBLE" as const };
  const bytes = bytesOf([numbers, words]);
  await expect(read("p.parquet", bytes)).rejects.toThrow("p.parquet#w: expected numbers");
  expect((await read("p.parquet#n", bytes)).found).toEqual([1, 2]);
  await expect(read("p.parquet#m", bytes)).rejects.toThrow(/expected a column named "m"/);
  await expect(read("h.parquet", bytesOf([holes]))).rejects.toThrow(
    /a number in row 1, found nothing/,
  );
});

test("who has no hyparquet is told to install it", async () => {
  vi.doMock("hyparquet/src/read.js", () => {
    throw new Error("Cannot find package 'hyparquet'");
  });
  try {
    await expect(openRows("columns.parquet", FILES["columns.parquet"](2))).rejects.toMatchObject({
      code: "core/no-parquet",
      message: expect.stringContaining("npm install hyparquet"),
    });
  } finally {
    vi.doUnmock("hyparquet/src/read.js");
  }
});
