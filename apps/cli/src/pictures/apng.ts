// Animated PNG: a PNG that holds more frames behind its first one.
//
// Every frame is a whole picture, each row stored as its difference to the row above, which is
// nothing for pictures whose pixels were made larger.
//
// https://www.w3.org/TR/png-3/

import { crc32, deflateSync } from "node:zlib";
import type { Canvas } from "./canvas.ts";

/** A picture and for how long it stays. */
export interface Frame {
  readonly canvas: Canvas;
  readonly milliseconds: number;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** The frames as one file that repeats for ever; all have the size of the first. */
export function toApng(frames: readonly Frame[]): Uint8Array {
  const { width, height } = frames[0].canvas;
  let sequence = 0;
  const chunks = frames.flatMap(({ canvas, milliseconds }, f) => {
    const control = chunk(
      "fcTL",
      words(sequence++, width, height, 0, 0),
      halves(Math.round(milliseconds), 1000),
      Uint8Array.of(0, 0),
    );
    const data = deflateSync(filtered(canvas), { level: 9 });
    return [control, f === 0 ? chunk("IDAT", data) : chunk("fdAT", words(sequence++), data)];
  });
  return joined([
    SIGNATURE,
    // 8 bits a sample, RGB, no interlacing.
    chunk("IHDR", words(width, height), Uint8Array.of(8, 2, 0, 0, 0)),
    chunk("acTL", words(frames.length, 0)),
    ...chunks,
    chunk("IEND"),
  ]);
}

/** Rows with the filter "up" (2) before each. */
function filtered({ width, height, pixels }: Canvas): Uint8Array {
  const stride = 3 * width;
  const rows = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    const at = y * (stride + 1);
    rows[at] = 2;
    for (let k = 0; k < stride; k++) {
      const above = y === 0 ? 0 : pixels[(y - 1) * stride + k];
      rows[at + 1 + k] = pixels[y * stride + k] - above;
    }
  }
  return rows;
}

function chunk(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = joined([new TextEncoder().encode(type), ...parts]);
  return joined([words(body.length - 4), body, words(crc32(body))]);
}

function words(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, k) => view.setUint32(4 * k, value));
  return new Uint8Array(view.buffer);
}

function halves(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * values.length));
  values.forEach((value, k) => view.setUint16(2 * k, value));
  return new Uint8Array(view.buffer);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
