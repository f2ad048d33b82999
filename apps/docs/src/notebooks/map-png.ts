// The map of a panel as a picture file, a pixel for every value, in the colours of the playground.

import { zlibSync } from "fflate";
import { colourOf } from "../play/colours.ts";
import type { Panel } from "./figure.ts";

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** A PNG with a palette: the lowest value is dark; what is no number is clear. */
export function mapPng({ columns, values }: NonNullable<Panel["map"]>): Uint8Array<ArrayBuffer> {
  const rows = values.length / columns;
  const finite = values.filter((value) => value !== null);
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const pixels = new Uint8Array(rows * (columns + 1));
  values.forEach((value, k) => {
    // The first row of values is the last of the picture; each row begins with its filter, none.
    const row = rows - 1 - Math.floor(k / columns);
    const part = value === null ? null : (value - low) / (high - low || 1);
    pixels[row * (columns + 1) + 1 + (k % columns)] = part === null ? 255 : Math.round(254 * part);
  });
  const palette = Array.from({ length: 255 }, (_, k) => colourOf(k / 254).map(Math.round)).flat();
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, columns);
  new DataView(header.buffer).setUint32(4, rows);
  header.set([8, 3], 8);
  return joined([
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", header),
    chunk("PLTE", Uint8Array.from([...palette, 255, 255, 255])),
    chunk("tRNS", new Uint8Array(256).fill(255, 0, 255)),
    chunk("IDAT", zlibSync(pixels, { level: 9 })),
    chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const named = joined([new TextEncoder().encode(name), data]);
  return joined([word(data.length), named, word(checksum(named))]);
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** The CRC of PNG. */
function checksum(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1));
  }
  return (sum ^ 0xffffffff) >>> 0;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
