// Arrow files: what another library writes is read, of every kind of number; what is not there is told.

import { openRows } from "@hamlet/core/rows";
import * as arrow from "@uwdata/flechette";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { expect, test } from "vitest";

type Columns = Record<string, readonly [values: readonly unknown[], type: arrow.DataType]>;

interface Writing {
  readonly format?: "file" | "stream";
  readonly rows?: number;
  readonly zstd?: boolean;
}

/** An Arrow file of columns, some rows a batch. */
function write(columns: Columns, { format = "file", rows = 4, zstd = false }: Writing = {}) {
  const entries = Object.entries(columns).map(
    ([name, [values, type]]) =>
      [name, arrow.columnFromArray([...values], type, { maxBatchRows: rows })] as [
        string,
        arrow.Column<unknown>,
      ],
  );
  arrow.setCompressionCodec(arrow.CompressionType.ZSTD, {
    encode: (bytes) => zstdCompressSync(bytes),
    decode: (bytes) => zstdDecompressSync(bytes),
  });
  const codec = zstd ? arrow.CompressionType.ZSTD : null;
  return arrow.tableToIPC(arrow.tableFromColumns(entries), { format, codec })!;
}

async function read(name: string, bytes: Uint8Array, range?: readonly [number, number]) {
  const rows = await openRows(name, bytes);
  const found: number[] = [];
  const [from, to] = range ?? [0, rows.count];
  for await (const piece of rows.pieces(from, to)) found.push(...piece);
  return { count: rows.count, width: rows.width, found };
}

const K = 11;
const wholes = Array.from({ length: K }, (_, k) => (k * 37) % 100);
const halves = wholes.map((x) => x / 2 - 7);

test.each([
  ["int8", arrow.int8(), wholes],
  ["uint16", arrow.uint16(), wholes],
  ["int32", arrow.int32(), wholes.map((x) => x - 1e9)],
  ["int64", arrow.int64(), wholes.map((x) => x - 2 ** 40)],
  ["float16", arrow.float16(), halves],
  ["float32", arrow.float32(), halves],
  ["float64", arrow.float64(), halves.map((x) => x / 3)],
  ["bool", arrow.bool(), wholes.map((x) => x % 3 === 0)],
] as const)("%s", async (_, type, values) => {
  const numbers = [...values].map(Number);
  for (const format of ["file", "stream"] as const) {
    for (const zstd of [false, true]) {
      const bytes = write({ x: [values, type] }, { format, zstd });
      expect(await read("a.arrow", bytes)).toEqual({ count: K, width: 1, found: numbers });
      expect((await read("a.arrow", bytes, [3, 9])).found).toEqual(numbers.slice(3, 9));
    }
  }
});

test("columns stand side by side, lists of one length too, and one is taken by its name", async () => {
  const pairs = halves.map((x) => [x, -x]);
  const columns: Columns = {
    word: [wholes.map(String), arrow.utf8()],
    kind: [wholes.map((x) => `k${x % 2}`), arrow.dictionary(arrow.utf8())],
    fixed: [pairs, arrow.fixedSizeList(arrow.float32(), 2)],
    nested: [pairs.map((pair) => [pair, pair]), arrow.list(arrow.list(arrow.float64()))],
    whole: [wholes, arrow.int16()],
    large: [pairs, arrow.largeList(arrow.float32())],
  };
  const bytes = write(columns);
  expect((await read("a.arrow#fixed", bytes)).found).toEqual(pairs.flat());
  expect(await read("a.arrow#nested", bytes, [2, 10])).toEqual({
    count: K,
    width: 4,
    found: pairs.slice(2, 10).flatMap((pair) => [...pair, ...pair]),
  });
  const { word: _, kind: __, ...numbers } = columns;
  expect(await read("a.arrow", write(numbers))).toEqual({
    count: K,
    width: 9,
    found: pairs.flatMap((pair, k) => [...pair, ...pair, ...pair, wholes[k], ...pair]),
  });
  await expect(read("a.arrow", bytes)).rejects.toThrow("a.arrow#word: expected numbers");
  await expect(read("a.arrow#kind", bytes)).rejects.toThrow("a.arrow#kind: expected numbers");
  await expect(read("a.arrow#x", bytes)).rejects.toThrow('expected a column named "x"');
});

test("what is missing, of another length or damaged is told, and never read beyond the file", async () => {
  const holes = write({ x: [[1, 2, 3, 4, 5, null], arrow.float32()] });
  expect((await read("h.arrow", holes, [0, 4])).found).toEqual([1, 2, 3, 4]);
  await expect(read("h.arrow", holes)).rejects.toThrow(
    /numbers alone, found nothing \(null\) behind row 4/,
  );
  const ragged = write({ x: [[[1, 2], [3, 4], [5]], arrow.list(arrow.float32())] });
  await expect(read("r.arrow", ragged)).rejects.toThrow(
    "lists of 2 numbers, found one of 1 in row 2",
  );
  await expect(read("e.arrow", write({ x: [[], arrow.float32()] }))).rejects.toThrow("found none");
  const bytes = write({ x: [halves, arrow.float32()] });
  for (const format of ["file", "stream"] as const) {
    const whole = write({ x: [halves, arrow.float32()] }, { format });
    for (let length = 8; length < whole.length; length++) {
      const cut = read("c.arrow", whole.slice(0, length));
      await expect(cut).rejects.toThrow(/^c\.arrow: not an Arrow file/);
    }
  }
  for (let at = 8; at < bytes.length; at++) {
    const hurt = bytes.slice();
    hurt[at] ^= 0xa5;
    const found = await read("d.arrow", hurt).catch((error: { code?: string }) => error.code);
    if (typeof found !== "object") expect(found).toMatch(/^core\//);
  }
});
