// Numbers that people type or draw: text pictures, tables, JSON, PNG.

import { type ArrayEntry, openDataFile, writeNpy } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { crc32 } from "node:zlib";
import * as fc from "fast-check";
import { encode } from "fast-png";
import { zlibSync } from "fflate";
import { describe, expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const open = (name: string, text: string) => openDataFile(name, bytes(text));

/** Shape and entries. */
function content(entry: ArrayEntry) {
  const { shape, data } = entry.read();
  expect(entry.header.shape).toEqual(shape);
  return { shape, data: Array.from(data as ArrayLike<number>) };
}

const LETTERS = [
  [".#.", "#.#", "###", "#.#"],
  ["##.", "#.#", "##.", "###"],
];
const BITS = LETTERS.flatMap((rows) =>
  rows.flatMap((row) => Array.from(row).map((x) => (x === "#" ? 1 : 0))),
);

describe("pictures typed as text", () => {
  const text = LETTERS.map((rows) => rows.join("\n")).join("\n\n");

  test.each([
    ["with a blank line between them", text],
    ["with several, and some at the ends", `\n\n${text.replace("\n\n", "\n\n\n")}\n\n`],
    ["with the ends of lines of Windows", text.replaceAll("\n", "\r\n")],
    ["with a byte order mark", `\uFEFF${text}`],
    ["with other letters", text.replaceAll("#", "X").replaceAll(".", "_")],
    [
      "with blanks, whose ends an editor cut off",
      text.replaceAll(".", " ").replaceAll(/ +$/gm, ""),
    ],
    ["with blocks", text.replaceAll("#", "█").replaceAll(".", "·")],
    ["with blanks at the ends of lines, and between them", text.replaceAll("\n", "  \t\n")],
    ["with digits", text.replaceAll("#", "1").replaceAll(".", "0")],
    ["with signs", text.replaceAll("#", "+").replaceAll(".", "-")],
  ])("%s", async (_, letters) => {
    expect(content(await open("letters.txt", letters))).toEqual({ shape: [2, 4, 3], data: BITS });
  });

  test("a column of blanks is paper, where blanks are", async () => {
    const read = content(await open("p", "# \n# \n"));
    expect(read).toEqual({ shape: [1, 2, 2], data: [1, 0, 1, 0] });
  });

  test("any picture comes back", async () => {
    const picture = fc
      .tuple(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 2, max: 6 }),
      )
      .chain(([k, h, w]) =>
        fc.tuple(
          fc.constant([k, h, w]),
          fc.array(fc.nat({ max: 1 }), { minLength: k * h * w, maxLength: k * h * w }),
          fc.constantFrom("#.", "Xo".replace("o", "."), "10", "+-", "█░", "@·"),
        ),
      );
    await law(
      fc.asyncProperty(picture, async ([[k, h, w], bits, [ink, paper]]) => {
        const rows = Array.from({ length: k * h }, (_, y) =>
          bits
            .slice(y * w, (y + 1) * w)
            .map((bit) => (bit === 1 ? ink : paper))
            .join(""),
        );
        const parts = Array.from({ length: k }, (_, i) =>
          rows.slice(i * h, (i + 1) * h).join("\n"),
        );
        // A picture of one row of ink or paper only may be a number as well; with both it is not.
        fc.pre(bits.includes(0) && bits.includes(1));
        expect(content(await open("p", parts.join("\n\n")))).toEqual({
          shape: [k, h, w],
          data: bits,
        });
      }),
      100,
    );
  });

  test("of several sizes are refused with the first that differs", async () => {
    await expect(open("a.txt", "#.#\n#.\n")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[HamError: a.txt: pictures of one file have one size. Expected 3 letters as in the first row, found row 2 of picture 1 with 2 letters. Make them equal, or put them into files of their own.]`,
    );
    await expect(open("a.txt", "#.\n.#\n\n#.\n")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[HamError: a.txt: pictures of one file have one size. Expected 2 rows as in the first, found picture 2 with 1 rows. Make them equal, or put them into files of their own.]`,
    );
  });

  test("have no names", async () => {
    await expect(open("a.txt#A", "#.\n.#\n")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[HamError: a.txt: expected an array named "A", found pictures typed as text, which holds one array without a name. Leave "#A" out.]`,
    );
  });
});

describe("tables", () => {
  const TABLE = { shape: [2, 3], data: [1, -2.5, 3e4, 0, 5, 6] };

  test.each([
    ["with commas", "1,-2.5,3e4\n0,5,6\n"],
    ["with blanks after them, and no last line end", "1, -2.5, 3e4\n0, 5, 6"],
    ["with tabs", "1\t-2.5\t3e4\n0\t5\t6\n"],
    ["with semicolons", "1;-2.5;3e4\r\n0;5;6\r\n"],
    ["with blanks, as numpy.savetxt writes them", "# x y z\n 1.0e+00 -2.5e+00  3e+04\n0 5 6 \n"],
    ["in quotation marks", '"1","-2.5","3e4"\n"0","5","6"\n'],
    ["with a row of names", "a,b,c\n1,-2.5,3e4\n0,5,6\n"],
    ["with blank lines and comments", "# a table\n1,-2.5,3e4\n\n0,5,6\n\n"],
  ])("%s", async (_, text) => {
    expect(content(await open("t.csv", text))).toEqual(TABLE);
  });

  test("a column is taken by its name, also beside columns of words", async () => {
    const text = "height,kind\n1.5,oak\n2.5,elm\n";
    expect(content(await open("t.csv#height", text))).toEqual({ shape: [2], data: [1.5, 2.5] });
    await expect(open("t.csv", text)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[HamError: t.csv: not a table of numbers. Expected a number in row 2, column 2 "kind", found "oak". Fill in the cell, or take one column by its name, as in "table.csv#height".]`,
    );
    await expect(open("t.csv#heigth", text)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[HamError: t.csv: expected a column named "heigth", found height, kind. Did you mean "t.csv#height"?]`,
    );
    await expect(open("t.csv#a", "1,2\n3,4\n")).rejects.toThrow("a table without a row of names");
  });

  test("true and false are 1 and 0; one column of digits is a column, not a picture", async () => {
    expect(content(await open("t", "true,false\nFalse,True\n")).data).toEqual([1, 0, 0, 1]);
    expect(content(await open("t", "1\n0\n1\n"))).toEqual({ shape: [3, 1], data: [1, 0, 1] });
    expect(content(await open("t.csv", "10\n11\n"))).toEqual({ shape: [2, 1], data: [10, 11] });
  });

  test("cells that are no numbers, and rows of other lengths, are refused with their place", async () => {
    await expect(open("t.csv", "1,2\n3,\n")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[HamError: t.csv: not a table of numbers. Expected a number in row 2, column 2, found nothing. Fill in the cell, or take one column by its name, as in "table.csv#height".]`,
    );
    await expect(open("t.csv", "1,2\n3\n")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[HamError: t.csv: not a table of numbers. Expected 2 cells in row 2, as in the first, found 1. Fill in the cell, or take one column by its name, as in "table.csv#height".]`,
    );
    await expect(open("t.csv", "0x10,2\n")).rejects.toThrow('found "0x10"');
    await expect(open("t.csv", "1,5;2,5\n")).rejects.toThrow();
    await expect(open("t.csv", "a,1\n")).rejects.toThrow('column 1, found "a"');
  });

  test.each([
    ["decimal commas", "1,5;2,5\n3;4\n", '"1,5"'],
    ["thousands apart", '"1,000","2,000"\n1,2\n', '"1,000"'],
    ["another minus", "−1 −2\n3 4\n", '"−1"'],
    ["blanks that do not break", "1\u00a02\n3\u00a04\n", '"1\u00a02"'],
    ["hexadecimal numbers", "0x10,0x20\n3,4\n", '"0x10"'],
    ["shares", "50%,20%\n3,4\n", '"50%"'],
  ])("%s in the first row are no names", async (_, text, found) => {
    await expect(open("t.csv", text)).rejects.toThrow(
      `Expected a number in row 1, column 1, found ${found}. Write it plainly`,
    );
  });

  test("a quotation mark alone is told, and a name of two columns", async () => {
    await expect(open("t.csv", '1,2\n"3,4\n5,6\n')).rejects.toThrowErrorMatchingInlineSnapshot(
      `[HamError: t.csv: not a table of numbers. Expected a quotation mark at both ends of a cell in row 2, found one alone. Write the other one.]`,
    );
    await expect(open("t.csv#a", "a,a\n1,2\n")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[HamError: t.csv: not a table of numbers. Expected one column named "a", found columns 1 and 2. Give every column a name of its own.]`,
    );
    expect(content(await open("t.csv#b", "a,a,b\n1,2,3\n")).data).toEqual([3]);
  });

  test("numbers keep their value: float32 where it is one, else float64", async () => {
    expect((await open("t", "0.1,2\n")).read().dtype).toBe("float32");
    expect((await open("t", "16777217,2\n")).read()).toMatchObject({ dtype: "float64" });
    expect((await open("t", "1e39,2\n")).read().data).toEqual(Float64Array.of(1e39, 2));
  });

  test("any numbers come back through text", async () => {
    const rows = fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
      .chain(([r, c]) =>
        fc.array(
          fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
            minLength: c,
            maxLength: c,
          }),
          { minLength: r, maxLength: r },
        ),
      );
    await law(
      fc.asyncProperty(rows, fc.constantFrom(",", "\t", ";", " "), async (numbers, sign) => {
        const text = numbers.map((row) => row.join(sign)).join("\n");
        const read = content(await open("t.csv", text));
        expect(read.shape).toEqual([numbers.length, numbers[0].length]);
        // Whole numbers beyond 2⁵³ come as bigints.
        const values: ArrayLike<number | bigint> = read.data;
        expect(Array.from(values, (x) => Number(x) + 0)).toEqual(numbers.flat().map((x) => x + 0));
      }),
      100,
    );
  });
});

describe("JSON", () => {
  test.each([
    ["[1, 2.5, -3]", [3], [1, 2.5, -3]],
    ["[[0, 1], [1, 0]]", [2, 2], [0, 1, 1, 0]],
    ["[[[true]], [[false]]]", [2, 1, 1], [1, 0]],
    ["\uFEFF [[1], [2]]", [2, 1], [1, 2]],
    ['{"A": [1, 2]}', [2], [1, 2]],
  ])("%s", async (text, shape, data) => {
    expect(content(await open("a.json", text))).toEqual({ shape, data });
  });

  test("an array of an object is taken by its name", async () => {
    const text = '{"A": [1, 2], "B": [[3]], "note": "x"}';
    expect(content(await open("a.json#B", text))).toEqual({ shape: [1, 1], data: [3] });
    await expect(open("a.json", text)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[HamError: a.json: expected one list, found A, B. Write one of them after "#", for example "a.json#A".]`,
    );
    await expect(open("a.json#C", text)).rejects.toThrow("found A, B");
  });

  test("what is no array is refused with its place", async () => {
    await expect(open("a.json", "[[1, 2], [3]]")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[HamError: a.json: not an array of numbers. Expected a list of 2 at the list[1], as everywhere on that level, found 1. Write lists of equal lengths with numbers in them.]`,
    );
    await expect(open("a.json", '[1, "2"]')).rejects.toThrowErrorMatchingInlineSnapshot(
      `[HamError: a.json: not an array of numbers. Expected a number at the list[1], found "2". Write lists of equal lengths with numbers in them.]`,
    );
    await expect(open("a.json", "[1, null]")).rejects.toThrow("found null");
    await expect(open("a.json", "[1, [2]]")).rejects.toThrow("a number at the list[1]");
    await expect(open("a.json", "[[1], 2]")).rejects.toThrow("a list of 1 at the list[1]");
    await expect(open("a.json", "[1, 2")).rejects.toThrow(
      "expected JSON, since it begins with a bracket",
    );
    await expect(open("a.json", "[".repeat(1e5) + "]".repeat(1e5))).rejects.toThrow(
      "at most 32 axes",
    );
  });
});

describe("PNG pictures", () => {
  const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
  const png = (image: Parameters<typeof encode>[0]) => openDataFile("p.png", encode(image));
  const grey = Uint8Array.of(0, 128, 255, 7, 8, 9);

  test("grey levels and colours are read as they are stored", async () => {
    const one = await png({ width: 3, height: 2, data: grey, channels: 1 });
    expect(content(one)).toEqual({ shape: [2, 3], data: [...grey] });
    const deep = await png({
      width: 1,
      height: 2,
      data: Uint16Array.of(0, 65535),
      channels: 1,
      depth: 16,
    });
    expect(content(deep)).toEqual({ shape: [2, 1], data: [0, 65535] });
    expect(deep.brightest).toBe(65535);
    const rgb = await png({ width: 1, height: 2, data: grey, channels: 3 });
    expect(content(rgb)).toEqual({ shape: [2, 1, 3], data: [...grey] });
  });

  test("a picture with a palette is one of colours", async () => {
    const palette: [number, number, number][] = [
      [9, 8, 7],
      [1, 2, 3],
    ];
    const data = Uint8Array.of(1, 0);
    const entry = await png({ width: 2, height: 1, data, channels: 1, depth: 8, palette });
    expect(content(entry)).toEqual({ shape: [1, 2, 3], data: [1, 2, 3, 9, 8, 7] });
  });

  test("an opaque fourth sample is left out, a transparent one is refused", async () => {
    const rgba = await png({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3, 255), channels: 4 });
    expect(content(rgba)).toEqual({ shape: [1, 1, 3], data: [1, 2, 3] });
    const clear = await png({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3, 9), channels: 4 });
    expect(() => clear.read()).toThrow("transparent");
  });

  test.each([1, 2, 4] as const)("levels of %d bits are unpacked", async (depth) => {
    const [width, height] = [5, 3];
    const levels = Array.from({ length: 15 }, (_, i) => (i * 7) % 2 ** depth);
    const stride = Math.ceil((width * depth) / 8);
    const rows = new Uint8Array(stride * height);
    levels.forEach((level, i) => {
      const bit = (i % width) * depth;
      rows[Math.floor(i / width) * stride + (bit >> 3)] |= level << (8 - depth - (bit & 7));
    });
    const entry = await openDataFile(
      "p.png",
      encode({ width, height, depth, channels: 1, data: rows }),
    );
    expect(content(entry)).toEqual({ shape: [3, 5], data: levels });
    expect(entry.brightest).toBe(2 ** depth - 1);
  });

  test.each([
    ["of a palette that is not there", 8, 3, [0, 0, 1], null, "a palette"],
    ["of colours that are not in it", 8, 3, [0, 0, 7], [1, 2, 3], "its palette of 1"],
    ["of four bits a sample in colours", 4, 2, [0, 1, 2, 3], null, "type 2 of 4 bits"],
  ])("one %s is refused", async (_, depth, colour, rows, palette, told) => {
    const chunk = (name: string, content: readonly number[] | Uint8Array) => {
      const body = [...Array.from(name, (letter) => letter.charCodeAt(0)), ...content];
      const number = (n: number) => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255];
      return [...number(content.length), ...body, ...number(crc32(Uint8Array.from(body)))];
    };
    const picture = Uint8Array.from([
      ...SIGNATURE,
      ...chunk("IHDR", [0, 0, 0, 2, 0, 0, 0, 1, depth, colour, 0, 0, 0]),
      ...(palette === null ? [] : chunk("PLTE", palette)),
      ...chunk("IDAT", zlibSync(Uint8Array.from(rows))),
      ...chunk("IEND", []),
    ]);
    const read = openDataFile("p.png", picture).then((entry) => entry.read());
    await expect(read).rejects.toMatchObject({ code: "core/bad-png" });
    await expect(read).rejects.toThrow(told);
  });

  test("cut and damaged files are refused, and nothing else happens", async () => {
    const whole = encode({ width: 3, height: 2, data: grey, channels: 1 });
    for (let length = 8; length < whole.length; length++) {
      const cut = openDataFile("p.png", whole.subarray(0, length)).then((entry) => entry.read());
      await cut.catch((error: unknown) => expect(HamError.isInstance(error)).toBe(true));
    }
    await expect(openDataFile("p.png#A", whole)).rejects.toThrow("Leave");
  });

  test("one that expands to more than its header says stops there", async () => {
    const whole = encode({ width: 3, height: 2, data: grey, channels: 1 });
    const view = new DataView(whole.buffer, whole.byteOffset);
    const at = 8 + 25;
    const packed = zlibSync(new Uint8Array(2 ** 22));
    const length = view.getUint32(at);
    const bomb = new Uint8Array(whole.length - length + packed.length);
    bomb.set(whole.subarray(0, at + 8));
    new DataView(bomb.buffer).setUint32(at, packed.length);
    bomb.set(packed, at + 8);
    bomb.set(whole.subarray(at + 8 + length), at + 8 + packed.length);
    expect(() => openDataFile("p.png", bomb)).not.toThrow();
    const entry = await openDataFile("p.png", bomb);
    expect(() => entry.read()).toThrow("more than the 8 bytes of 3 × 2 pixels");
  });
});

describe("the door", () => {
  test("array files pass through it", async () => {
    const array = { shape: [2], dtype: "float32", data: Float32Array.of(1, 2) };
    expect((await openDataFile("a.csv", writeNpy(array))).read()).toEqual(array);
  });

  test("what is none of all these is told so", async () => {
    await expect(open("notes.txt", "milk and bread\n")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[HamError: notes.txt: expected an array file (.npy, .npz, safetensors), a PNG picture, a table of numbers (CSV, TSV), JSON, or pictures typed with # and ., found 15 bytes that are none of them. Save the numbers in one of these forms.]`,
    );
    for (const text of ["", "\n\n", "a\nb\n"]) {
      await expect(open("n", text)).rejects.toMatchObject({ code: "core/unknown-array-format" });
    }
    for (const raw of [
      Uint8Array.of(0xff, 0xfe, 0x31, 0),
      Uint8Array.of(0x31, 0, 0x32),
      Uint8Array.of(0xe9, 0x31),
    ]) {
      await expect(openDataFile("n", raw)).rejects.toMatchObject({
        code: "core/unknown-array-format",
      });
    }
  });

  test("any text at all is read or is an error, and nothing else", async () => {
    const text = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.string({ maxLength: 60, unit: fc.constantFrom(...Array.from('#.01 ,\t\n[]{}:"-+eE1ax')) }),
      fc.json({ maxDepth: 3 }),
    );
    await law(
      fc.asyncProperty(
        text,
        fc.constantFrom("f", "f.csv", "f.json#A", "f#x"),
        async (letters, name) => {
          try {
            const entry = await open(name, letters);
            expect(entry.read().shape).toEqual(entry.header.shape);
          } catch (error) {
            if (!HamError.isInstance(error)) throw error;
            expect(error.code).toMatch(/^core\//);
          }
        },
      ),
      500,
    );
  });
});

describe("whole numbers that float64 cannot hold, by their digits", () => {
  const [odd, next] = ["9007199254740993", "9007199254740995"];
  const read = async (name: string, text: string) => {
    const { dtype, data } = (await open(name, text)).read();
    return { dtype, data: Array.from(data as ArrayLike<number | bigint>) };
  };

  test.each([
    ["t.csv", `${odd},-7\n${next},+8\n`],
    ["t.json", `[[${odd}, -7], [${next}, 8]]`],
  ])("%s", async (name, text) => {
    const data = [BigInt(odd), -7n, BigInt(next), 8n];
    expect(await read(name, text)).toEqual({ dtype: "int64", data });
  });

  test.each([
    ["with others that are none", "t.csv", `${odd},0.5\n1,2\n`],
    ["beyond 64 bits", "t.csv", `1${"0".repeat(30)},2\n1,2\n`],
    ["beyond 64 bits", "t.json", `[1${"0".repeat(30)}, 2]`],
    ["with others that are none", "t.json", `[${odd}, 0.5, true]`],
  ])("%s they are real numbers: %s", async (_, name, text) => {
    expect((await read(name, text)).dtype).toMatch(/^float/);
  });

  test("one in the wrong place is named", async () => {
    await expect(open("t.json", `[[1], ${odd}]`)).rejects.toThrow(
      /expected a list of 1|found 9007/i,
    );
    await expect(open("t.json", `[{"a": ${odd}}]`)).rejects.toThrow("a number at the list[0]");
  });
});
