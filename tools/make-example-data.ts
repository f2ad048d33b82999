// Makes the data of the examples that is derived from digits.npz and icons.npz.
//
//     node tools/make-example-data.ts
//
// damaged.npz: a hundred half-hidden digits for digits.ham to complete. memories.npy: a hundred
// digits as vectors, centred and of length 4. vectors.npy: all digits like that. queries.npy: the first ten of them with noise.
// patterns.npz: twenty random patterns of -1 and +1, and the first five with a tenth flipped.
// damaged-icons.npy: four icons with a quarter of their pixels flipped.
// pairs.npz: four orthogonal keys of -1 and +1 with random values.
// icon-patches.npz: the icons cut into patches of 4 × 4 pixels, a hundred of them apart with three
// patches in ten hidden; and cosines and sines of the row and the column of every patch.
// et.safetensors: random weights of a small energy transformer, in the order that JAX stores them.

import { readFileSync, writeFileSync } from "node:fs";
import {
  type ArrayData,
  bernoulli,
  foldIn,
  key,
  normal,
  permutation,
  readNpz,
  writeNpy,
  writeNpz,
  writeSafetensors,
} from "../packages/core/src/index.ts";

const STORED = 1000;
const DAMAGED = 100;

const folder = new URL("../examples/data/", import.meta.url);
const images = readNpz(readFileSync(new URL("digits.npz", folder))).get("images")!;
const [, height, width] = images.shape;
const size = height * width;

const picture = new Uint8Array(DAMAGED * size);
const known = new Uint8Array(DAMAGED * size);
for (let i = 0; i < DAMAGED; i++) {
  const digit = images.data.subarray(i * (STORED / DAMAGED) * size);
  for (let pixel = 0; pixel < size; pixel++) {
    const seen = pixel < size / 2;
    known[i * size + pixel] = Number(seen);
    picture[i * size + pixel] = seen ? Number(digit[pixel]) : 8;
  }
}
const shape = [DAMAGED, height, width];
const arrays = new Map([
  ["picture", { shape, dtype: "uint8", data: picture }],
  ["known", { shape, dtype: "bool", data: known }],
]);
writeFileSync(new URL("damaged.npz", folder), writeNpz(arrays));

const LENGTH = 4;
const QUERIES = 10;
const digits = images.shape[0];
const vectors = new Float32Array(digits * size);
for (let m = 0; m < digits; m++) {
  const digit = Float64Array.from({ length: size }, (_, i) => Number(images.data[m * size + i]));
  const mean = digit.reduce((a, b) => a + b, 0) / size;
  const centred = digit.map((grey) => grey - mean);
  const norm = Math.hypot(...centred);
  vectors.set(
    centred.map((x) => (LENGTH * x) / norm),
    m * size,
  );
}
const noise = normal(foldIn(key(0), 1), QUERIES * size);
const queries = noise.map((x, i) => vectors[i] + 0.2 * x);
const array = (count: number, data: Float32Array) =>
  writeNpy({ shape: [count, size], dtype: "float32", data });
writeFileSync(new URL("vectors.npy", folder), array(digits, vectors));
writeFileSync(new URL("memories.npy", folder), array(DAMAGED, vectors.slice(0, DAMAGED * size)));
writeFileSync(new URL("queries.npy", folder), array(QUERIES, queries));

const [COUNT, UNITS, SHOWN, FLIPPED] = [20, 64, 5, 0.1];
const patterns = Int8Array.from(bernoulli(foldIn(key(0), 2), 0.5, COUNT * UNITS), (x) =>
  x ? 1 : -1,
);
const flips = bernoulli(foldIn(key(0), 3), FLIPPED, SHOWN * UNITS);
const shown = patterns.slice(0, SHOWN * UNITS).map((x, i) => (flips[i] ? -x : x));
writeFileSync(
  new URL("patterns.npz", folder),
  writeNpz(
    new Map([
      ["patterns", { shape: [COUNT, UNITS], dtype: "int8", data: patterns }],
      ["queries", { shape: [SHOWN, UNITS], dtype: "int8", data: shown }],
    ]),
  ),
);

// Rows of Sylvester's Hadamard matrix: the sign is the parity of the bits that n and i share.
const [PAIRS, KEY, VALUE] = [4, 8, 5];
const parity = (bits: number): number => (bits === 0 ? 0 : (bits & 1) ^ parity(bits >> 1));
const keys = Int8Array.from({ length: PAIRS * KEY }, (_, at) =>
  parity((Math.floor(at / KEY) + 1) & (at % KEY)) === 0 ? 1 : -1,
);
writeFileSync(
  new URL("pairs.npz", folder),
  writeNpz(
    new Map([
      ["keys", { shape: [PAIRS, KEY], dtype: "int8", data: keys }],
      [
        "values",
        { shape: [PAIRS, VALUE], dtype: "float32", data: normal(foldIn(key(0), 5), PAIRS * VALUE) },
      ],
    ]),
  ),
);
const [heads, headWidth, tokenWidth] = [4, 8, 32];
const weights = Object.entries({
  Wq: [heads, headWidth, tokenWidth],
  Wk: [heads, headWidth, tokenWidth],
  Xi: [tokenWidth, 4 * tokenWidth],
}).map(([name, axes], i) => {
  const data = normal(foldIn(key(1), i), axes).map((x) => x / Math.sqrt(tokenWidth));
  return [name, { shape: axes, dtype: "float32", data }] as const;
});
writeFileSync(new URL("et.safetensors", folder), writeSafetensors(new Map(weights)));

const icons = readNpz(readFileSync(new URL("icons.npz", folder))).get("images")!;
const [, rows, columns] = icons.shape;
const pixels = rows * columns;
const CHOSEN = [3, 326, 514, 1000];
const flipped = bernoulli(foldIn(key(0), 4), 0.25, CHOSEN.length * pixels);
const damagedIcons = Int8Array.from(flipped, (flip, i) => {
  const bit = Number(icons.data[CHOSEN[Math.floor(i / pixels)] * pixels + (i % pixels)]);
  return (bit === 1) === (flip === 0) ? 1 : -1;
});
writeFileSync(
  new URL("damaged-icons.npy", folder),
  writeNpy({ shape: [CHOSEN.length, rows, columns], dtype: "int8", data: damagedIcons }),
);

const [PATCH, HELD_BACK, WIDTH] = [4, 100, 48];
const perRow = columns / PATCH;
const patches = (rows / PATCH) * perRow;
const patchesOf = (chosen: Int32Array): ArrayData => {
  const data = Uint8Array.from({ length: chosen.length * pixels }, (_, i) => {
    const [patch, pixel] = [Math.floor((i % pixels) / PATCH ** 2), i % PATCH ** 2];
    const y = Math.floor(patch / perRow) * PATCH + Math.floor(pixel / PATCH);
    const x = (patch % perRow) * PATCH + (pixel % PATCH);
    return Number(icons.data[chosen[Math.floor(i / pixels)] * pixels + y * columns + x]);
  });
  return { shape: [chosen.length, patches, PATCH ** 2], dtype: "uint8", data };
};
const mixed = permutation(foldIn(key(0), 6), icons.shape[0]);
const seen = new Uint8Array(HELD_BACK * patches).fill(1);
for (let i = 0; i < HELD_BACK; i++) {
  const hidden = permutation(foldIn(foldIn(key(0), 7), i), patches);
  for (const patch of hidden.slice(0, Math.round(0.3 * patches))) seen[i * patches + patch] = 0;
}
// A quarter of the width for each of: cos and sin of the row, cos and sin of the column.
const places = Float32Array.from({ length: patches * WIDTH }, (_, i) => {
  const [patch, place] = [Math.floor(i / WIDTH), i % WIDTH];
  const waves = WIDTH / 4;
  const frequency = 0.2 * 10 ** ((place % waves) / (waves - 1));
  const at = place < WIDTH / 2 ? Math.floor(patch / perRow) : patch % perRow;
  const wave = Math.floor(place / waves) % 2 === 0 ? Math.cos : Math.sin;
  return wave(frequency * at);
});
writeFileSync(
  new URL("icon-patches.npz", folder),
  writeNpz(
    new Map<string, ArrayData>([
      ["train", patchesOf(mixed.slice(HELD_BACK))],
      ["test", patchesOf(mixed.slice(0, HELD_BACK))],
      ["seen", { shape: [HELD_BACK, patches], dtype: "uint8", data: seen }],
      ["places", { shape: [patches, WIDTH], dtype: "float32", data: places }],
    ]),
  ),
);
