// A memory of images: D = 12 288, 196 608 structured features, 20 images, 4 queries, 300 steps.
// Prints one line of JSON; a process of its own, so that its memory is its own.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { foldIn, key, normal, readArrayFile } from "../../packages/core/src/index.ts";
import { divergence, makeDrdam, makeMemory } from "../../packages/drdam/src/index.ts";

const [SIDE, CHANNELS, STORED, QUERIES, STEPS] = [64, 3, 20, 4, 300];
const D = SIDE * SIDE * CHANNELS;
const ICONS = join(import.meta.dirname, "../../examples/data/icons.npz");

/** Icons of 48 × 48 pixels as 64 × 64 in a colour of their own, of norm about 1. */
function images(): Float32Array[] {
  const icons = readArrayFile("icons.npz#images", readFileSync(ICONS)).data;
  return Array.from({ length: STORED }, (_, k) => {
    const colour = normal(foldIn(key(5), k), CHANNELS).map((x) => 0.6 + 0.3 * Math.tanh(x));
    return Float32Array.from({ length: D }, (__, i) => {
      const [pixel, channel] = [Math.floor(i / CHANNELS), i % CHANNELS];
      const row = Math.floor((Math.floor(pixel / SIDE) * 48) / SIDE);
      const column = Math.floor(((pixel % SIDE) * 48) / SIDE);
      const ink = icons[k * 51 * 2304 + row * 48 + column] === 0 ? 0 : 1;
      return (2.4 * ink * colour[channel]) / Math.sqrt(D);
    });
  });
}

tf.env().set("PROD", true);
await tf.setBackend("wasm");
const stored = images();
const features = { D, Y: 12 * 16_384, beta: 15, key: key(1), family: "structured" } as const;
const began = performance.now();
const memory = makeMemory(features);
for (const image of stored) await memory.store(image);
using drdam = makeDrdam(features);
const T = tf.tensor1d(Float32Array.from(memory.T()));
// The middle rows are hidden; what is known is held.
const hidden = Array.from({ length: D }, (_, i) => Math.abs(i / D - 0.5) < 0.125);
const queries = stored.slice(0, QUERIES).map((image) => image.map((x, i) => (hidden[i] ? 0 : x)));
const clampIdxs = hidden.map((yes) => (yes ? 0 : 1));
const batch = tf.tensor2d(Float32Array.from(queries.flatMap((query) => [...query])), [QUERIES, D]);
const { state, clipped, energies } = await drdam.rfApproxEnergyDescent(batch, T, {
  depth: STEPS,
  alpha: 0.1,
  clampIdxs,
});
const ends = await state.data();
const seconds = (performance.now() - began) / 1000;
const report = {
  seconds,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
  clipped: [...(await clipped.data())],
  before: queries.map((query, k) => divergence(query, stored[k])),
  after: queries.map((_, k) => divergence(ends.subarray(k * D, (k + 1) * D), stored[k])),
  toAnother: queries.map((_, k) =>
    Math.min(...stored.filter((__, m) => m !== k).map((other) => divergence(stored[k], other))),
  ),
};
tf.dispose([T, batch, state, clipped, energies]);
console.log(JSON.stringify(report));
