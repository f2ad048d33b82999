/*
 * PNG pictures: grey levels `[H, W]` or colours `[H, W, 3]`, as they are stored, from 0 on.
 *
 * fast-png decodes. Before it does, the header says how many bytes will come, and a stream that
 * holds more is refused while it expands.
 */
import { HamError } from "@hamlet/graph";
import { convertIndexedToRgb, decode, type IndexedColors } from "fast-png";
import { Unzlib } from "fflate";

import type { ArrayEntry, TypedArray } from "./array-data.ts";
import { noNames, type Wanted } from "./wanted.ts";

const HEADER_AT = 16;
const HEADER_END = 29;
const PIECE = 2 ** 14;
/** Samples of a pixel by the colour type of the header. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** The bits that a sample may have, by the same. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly interlaced: boolean;
}

/**
 * One picture.
 *
 * @throws HamError `core/bad-png` for a damaged file, one with transparent pixels, or an interlaced
 * one of less than eight bits.
 */
export function openPng(bytes: Uint8Array, { file, wanted }: Wanted): ArrayEntry {
  if (wanted !== undefined) throw noNames({ file, wanted }, "a PNG picture");
  const header = readHeader(bytes, file);
  const { width, height, depth, colour } = header;
  const coloured = colour === 2 || colour === 3 || colour === 6;
  const shape = coloured ? [height, width, 3] : [height, width];
  const dtype = depth === 16 ? "uint16" : "uint8";
  return {
    header: { shape, dtype },
    typed: true,
    brightest: colour === 3 ? 255 : 2 ** depth - 1,
    read: () => ({ shape, dtype, data: pixels(bytes, header, file) }),
  };
}

function readHeader(bytes: Uint8Array, file: string): Header {
  if (bytes.length < HEADER_END)
    throw badPng(file, "a header", `the end after ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(HEADER_AT), view.getUint32(HEADER_AT + 4)];
  const [depth, colour, , , interlace] = bytes.subarray(HEADER_AT + 8, HEADER_END);
  if (width === 0 || height === 0) throw badPng(file, "a picture", `${width} × ${height} pixels`);
  if (!DEPTHS[colour]?.includes(depth)) {
    throw badPng(file, "a type of colour that PNG has", `type ${colour} of ${depth} bits`);
  }
  if (interlace !== 0 && depth < 8) {
    throw badPng(file, "rows in their order", `an interlaced picture of ${depth} bits`);
  }
  return { width, height, depth, colour, interlaced: interlace !== 0 };
}

function pixels(bytes: Uint8Array, header: Header, file: string): TypedArray {
  const { width, height, depth, colour } = header;
  let picture: ReturnType<typeof decode>;
  try {
    assertLength(bytes, header);
    picture = decode(bytes, { checkCrc: true });
  } catch (error) {
    if (HamError.isInstance(error)) throw error;
    throw badPng(file, "a whole picture", error instanceof Error ? error.message : "damage");
  }
  if (picture.transparency !== undefined && picture.transparency.length > 0) throw seeThrough(file);
  if (colour === 3) {
    if (picture.palette === undefined) throw badPng(file, "a palette", "colours by number alone");
    if (picture.palette.some((entry) => entry.length === 4 && entry[3] < 255))
      throw seeThrough(file);
    const palette = picture.palette.map(([r, g, b]): IndexedColors[number] => [r, g, b]);
    try {
      return Uint8Array.from(convertIndexedToRgb({ ...picture, palette }));
    } catch {
      throw badPng(file, `colours of its palette of ${palette.length}`, "one that is not in it");
    }
  }
  const data = depth < 8 ? unpack(picture.data, header) : picture.data;
  if (colour !== 4 && colour !== 6)
    return depth === 16 ? Uint16Array.from(data) : Uint8Array.from(data);
  const samples = SAMPLES[colour];
  const opaque = 2 ** depth - 1;
  const kept = new (depth === 16 ? Uint16Array : Uint8Array)(width * height * (samples - 1));
  for (let pixel = 0, to = 0; pixel < width * height; pixel++) {
    for (let sample = 0; sample < samples - 1; sample++)
      kept[to++] = data[pixel * samples + sample];
    if (data[pixel * samples + samples - 1] !== opaque) throw seeThrough(file);
  }
  return kept;
}

/** Pixels of less than eight bits stand several in a byte; every row begins with a new one. */
function unpack(packed: ArrayLike<number>, { width, height, depth }: Header): Uint8Array {
  const data = new Uint8Array(width * height);
  const stride = Math.ceil((width * depth) / 8);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = packed[y * stride + ((x * depth) >> 3)];
      data[y * width + x] = (byte >> (8 - depth - ((x * depth) & 7))) & (2 ** depth - 1);
    }
  }
  return data;
}

/** Stops when the compressed rows hold more than the header announces, before they are kept. */
function assertLength(
  bytes: Uint8Array,
  { width, height, depth, colour, interlaced }: Header,
): void {
  const rows = height * (1 + Math.ceil((width * depth * SAMPLES[colour]) / 8));
  // Interlaced, every one of seven passes has rows of its own, each with a byte in front.
  const most = interlaced ? rows + 8 * (width + height) : rows;
  let found = 0;
  const inflate = new Unzlib((chunk) => {
    found += chunk.length;
    if (found > most) throw new Error(`more than the ${most} bytes of ${width} × ${height} pixels`);
  });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (view.getUint32(at + 4) === 0x49444154) {
      for (let from = 0; from < data.length; from += PIECE)
        inflate.push(data.subarray(from, from + PIECE));
    }
    at += 12 + length;
  }
  if (found < rows && !interlaced) throw new Error(`only ${found} of ${rows} bytes of pixels`);
}

function seeThrough(file: string): HamError {
  return badPng(file, "pixels that cannot be seen through", "transparent ones");
}

function badPng(file: string, expected: string, found: string): HamError {
  return new HamError(
    "core/bad-png",
    `${file}: not a PNG picture that can be read. Expected ${expected}, found ${found}. ` +
      "Save it again as grey levels or as RGB, without transparency.",
    { file, expected, found },
  );
}
