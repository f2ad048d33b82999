import * as core from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { strToU8, zipSync } from "fflate";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";
import { openArrayFile } from "../../src/files/array-file.ts";

const array = { shape: [2, 3], dtype: "float32", data: Float32Array.of(1, 2, 3, 4, 5, 6) };
const arrays = new Map<string, core.ArrayData>([
  ["W", array],
  ["weights", { ...array, shape: [6] }],
]);
const files: Record<string, Uint8Array> = {
  npy: core.writeNpy(array),
  "stored npz": core.writeNpz(arrays, { compress: false }),
  "deflated npz": core.writeNpz(arrays),
  safetensors: core.writeSafetensors(arrays, { metadata: { note: "x" } }),
};

/** Runs and tells what became of it; anything but a `HamError` is a failure of the test. */
function outcome(run: () => unknown): string {
  try {
    run();
    return "read";
  } catch (error) {
    if (!HamError.isInstance(error)) throw error;
    return error.code;
  }
}

function readAll(bytes: Uint8Array): void {
  const { arrays: headers } = core.inspectArrayFile("f", bytes);
  for (const { key } of headers) core.readArrayFile("f", bytes, key);
}

describe.each(Object.keys(files))("a damaged %s file", (format) => {
  const bytes = files[format];

  test("cut short at any byte is an error", () => {
    for (let length = 0; length < bytes.length; length++) {
      const cut = outcome(() => readAll(bytes.subarray(0, length)));
      expect(cut, `${length} of ${bytes.length} bytes`).toMatch(/^core\//);
    }
  });

  test("with any byte changed is read or is an error, and nothing else", () => {
    law(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
        const changed = bytes.slice();
        changed[at] = value;
        expect(outcome(() => readAll(changed))).toMatch(/^(read|core\/[a-z-]+)$/);
      }),
      250,
    );
  });
});

test.each([0, 1, 2, 3, 4, 5])("byte %i of the magic of an npy file is looked at", (at) => {
  const changed = core.writeNpy(array);
  changed[at] ^= 1;
  expect(() => core.readNpy(changed, "f")).toThrow('Expected the bytes 93 "NUMPY" at the start');
  expect(outcome(() => readAll(changed))).toMatch(/^core\//);
});

test("arbitrary bytes after any magic number are an error, and nothing else", () => {
  const magics = fc.constantFrom(
    "\u0093NUMPY\u0001\u0000",
    "PK\u0003\u0004",
    "\u0002\0\0\0\0\0\0\0{}",
  );
  law(
    fc.property(magics, fc.uint8Array({ maxLength: 200 }), (magic, rest) => {
      const bytes = Uint8Array.of(...strToU8(magic, true), ...rest);
      expect(outcome(() => readAll(bytes))).toMatch(/^(read|core\/[a-z-]+)$/);
    }),
    500,
  );
});

test("a byte changed inside a stored payload is noticed by the checksum", () => {
  const bytes = files["stored npz"].slice();
  const one = new Uint8Array(Float32Array.of(6).buffer);
  const at = bytes.findIndex((_, i) => one.every((byte, j) => bytes[i + j] === byte));
  bytes[at] ^= 1;
  expect(outcome(() => readAll(bytes))).toBe("core/bad-npz");
});

function npy(dict: string, payload = 0): Uint8Array {
  const header = strToU8(`${dict}\n`, true);
  const start = [0x93, ...strToU8("NUMPY"), 1, 0, header.length & 255, header.length >> 8];
  return Uint8Array.of(...start, ...header, ...new Uint8Array(payload));
}

function safetensors(header: unknown, payload = 0): Uint8Array {
  const json = strToU8(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + payload);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

/** An archive whose directory announces another size for its only file. */
function announcing(size: number, file: Uint8Array): Uint8Array {
  const archive = zipSync({ "W.npy": file });
  const view = new DataView(archive.buffer);
  const directory = view.getUint32(archive.length - 6, true);
  view.setUint32(directory + 24, size, true);
  return archive;
}

const endlessHeader = [0x93, ...strToU8("NUMPY"), 2, 0, 255, 255, 255, 255];

const lies: Record<string, Uint8Array> = {
  "nothing at all": new Uint8Array(),
  "a text file": strToU8("x1,x2\n1,2\n"),
  "an npy header with a larger shape": npy(
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4,)}",
    12,
  ),
  "an npy header with a smaller shape": npy(
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
    12,
  ),
  "an npy header with an absurd shape": npy(
    "{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999, 9999999999)}",
    8,
  ),
  "an npy header with a shape beyond all numbers": npy(
    `{'descr': '<f8', 'fortran_order': False, 'shape': (${"9".repeat(400)},)}`,
    8,
  ),
  "an npy header without a shape": npy("{'descr': '<f4', 'fortran_order': False}"),
  "an npy header that is code": npy("{'shape': __import__('os').getcwd()}"),
  "an npy file of version 9": npy("{}").with(6, 9),
  "an archive that announces four gigabytes": announcing(2 ** 32 - 2, core.writeNpy(array)),
  "an archive that announces more than the array needs": announcing(1000, core.writeNpy(array)),
  "an archive whose header announces four gigabytes": zipSync({
    "W.npy": Uint8Array.from({ length: 200_000 }, (_, i) => endlessHeader[i] ?? 0),
  }),
  "an archive whose array announces a terabyte": zipSync({
    "W.npy": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (274877906944,)}", 64),
  }),
  "a safetensors header that is no object": safetensors([1, 2]),
  "a safetensors entry without offsets": safetensors({ W: { dtype: "F32", shape: [1] } }, 4),
  "safetensors offsets beyond the end": safetensors(
    { W: { dtype: "F32", shape: [2], data_offsets: [0, 8] } },
    4,
  ),
  "a safetensors shape that needs other bytes": safetensors(
    { W: { dtype: "F32", shape: [2], data_offsets: [0, 4] } },
    4,
  ),
  "safetensors arrays that overlap": safetensors(
    {
      a: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
      b: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
    },
    4,
  ),
  "bytes behind the last safetensors array": safetensors(
    { W: { dtype: "F32", shape: [1], data_offsets: [0, 4] } },
    8,
  ),
};

test.each(Object.keys(lies))("%s is an error that says where, what and what to do", (name) => {
  const read = () => core.readArrayFile("weights", lies[name]);
  expect(read).toThrow(HamError);
  expect(read).toThrowErrorMatchingSnapshot();
});

test("what no array can hold is refused before its bytes are read", () => {
  const complex = npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", 8);
  expect(outcome(() => openArrayFile("f.npy", complex))).toBe("core/unsupported-dtype");
});

/** Counts the bytes that arrays of eight bits are asked for while something runs. */
function bytesTaken(run: () => void): number {
  const { Uint8Array: Real } = globalThis;
  let taken = 0;
  globalThis.Uint8Array = new Proxy(Real, {
    construct(target, args: [number]) {
      if (typeof args[0] === "number") taken += args[0];
      return Reflect.construct(target, args);
    },
  });
  try {
    run();
  } finally {
    globalThis.Uint8Array = Real;
  }
  return taken;
}

describe("an archive that expands to far more than it is", () => {
  const zeros = (shape: number[]): core.ArrayData => ({
    shape,
    dtype: "uint8",
    data: new Uint8Array(shape.reduce((a, b) => a * b, 1)),
  });
  const bomb = core.writeNpz(new Map([["W", zeros([2 ** 13, 2 ** 12])]]));

  test("shows its shape without being expanded", () => {
    expect(bomb.length).toBeLessThan(2 ** 16);
    const taken = bytesTaken(() => {
      const { header } = openArrayFile("bomb.npz", bomb);
      expect(header).toEqual({ key: "W", shape: [2 ** 13, 2 ** 12], dtype: "uint8" });
    });
    expect(taken).toBeLessThan(2 ** 23);
  });

  test("and announces less stops where the announced bytes end", () => {
    const small = core.writeNpy(zeros([16]));
    const archive = bomb.slice();
    const view = new DataView(archive.buffer);
    const directory = view.getUint32(archive.length - 6, true);
    view.setUint32(directory + 24, small.length, true);
    const taken = bytesTaken(() => {
      expect(() => core.readArrayFile("bomb.npz", archive)).toThrow(HamError);
    });
    expect(taken).toBeLessThan(2 ** 23);
  });

  test.each([
    ["whole", (file: Uint8Array) => core.readArrayFile("bomb.npz", file)],
    ["row by row", (file: Uint8Array) => [...core.openArrayFile("bomb.npz", file).rows!(0, 16)]],
  ])("and announces the size of another array is stopped while it expands, %s", (_, read) => {
    const whole = new Uint8Array(2 ** 24);
    whole.set(core.writeNpy(zeros([16])));
    const archive = announcing(core.writeNpy(zeros([16])).length, whole);
    const taken = bytesTaken(() => {
      expect(() => read(archive)).toThrowErrorMatchingInlineSnapshot(
        `[HamError: bomb.npz#W: not a valid .npz file. Expected deflated data, found more than the 144 bytes announced. Save the arrays again with numpy.savez, or copy the file again if it was cut short.]`,
      );
    });
    expect(taken).toBeLessThan(2 ** 23);
  });

  test("by files that share their bytes is refused", () => {
    const archive = zipSync({ "a.npy": core.writeNpy(array), "b.npy": core.writeNpy(array) });
    const view = new DataView(archive.buffer);
    const first = view.getUint32(archive.length - 6, true);
    const second = first + 46 + view.getUint16(first + 28, true);
    // Both entries of the directory point at the first file.
    for (const offset of [20, 24, 42]) {
      view.setUint32(second + offset, view.getUint32(first + offset, true), true);
    }
    expect(() => core.readArrayFile("twice.npz#a", archive)).toThrowErrorMatchingInlineSnapshot(
      `[HamError: twice.npz: not a valid .npz file. Expected files that stand one behind the other, found "a.npy" and "b.npy" in the same bytes. Save the arrays again with numpy.savez, or copy the file again if it was cut short.]`,
    );
  });
});

test("an archive of sixty thousand files answers from its directory alone", () => {
  const member = core.writeNpy(array);
  const names = Array.from({ length: 60_000 }, (_, i) => `layer_${i}.npy`);
  const archive = zipSync(Object.fromEntries(names.map((name) => [name, member])), { level: 0 });
  const taken = bytesTaken(() => {
    expect(core.readArrayFile("many.npz#layer_59999", archive)).toEqual(array);
    expect(() => core.readArrayFile("many.npz", archive)).toThrow("and 59988 more");
    expect(() => core.readArrayFile("many.npz#layer_59x99", archive)).toThrow("Did you mean");
  });
  expect(taken).toBeLessThan(2 ** 20);
});

describe("a wanted array that is not there", () => {
  test.each([
    ["a mistyped key suggests the nearest", "memory.npz#weigths", files["deflated npz"]],
    ["an unlike key lists what there is", "memory.npz#bias", files["stored npz"]],
    ["no key among several arrays lists them", "memory.safetensors", files["safetensors"]],
    ["a key in an npy file", "memory.npy#W", files["npy"]],
    ["an empty archive", "memory.npz#W", core.writeNpz(new Map())],
  ])("%s", (_, name, bytes) => {
    expect(outcome(() => core.readArrayFile(name, bytes))).toBe("core/unknown-array");
    expect(() => core.readArrayFile(name, bytes)).toThrowErrorMatchingSnapshot();
  });

  test("a file with one array needs no key", () => {
    const bytes = core.writeNpz(new Map([["only", array]]));
    expect(core.readArrayFile("one.npz", bytes)).toEqual(array);
  });
});
