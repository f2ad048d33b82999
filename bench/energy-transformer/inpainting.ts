// How well a trained energy transformer fills in icons that it has never seen, beside two ways that
// need no training: a table, and pictures in out/.
//
//     node apps/cli/src/main.ts train examples/14-inpainting.ham
//     node bench/energy-transformer/inpainting.ts [PARAMS]

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { formatTable } from "../../apps/cli/src/table.ts";
import { readNpz } from "../../packages/core/src/index.ts";
import {
  fromPatches,
  makeImageTransformer,
  readImageWeights,
} from "../../packages/energy-transformer/src/index.ts";
import { drawInpainting, type Icon, iconOf } from "./sheet.ts";

const [, , params = "out/14-inpainting.safetensors"] = process.argv;
const DATA = new URL("../../examples/data/icon-patches.npz", import.meta.url);
const IMAGE = { height: 48, width: 48, channels: 1, patch: 4 };
/** As the recall of the example says. */
const STEPS = { steps: 3, dt: 1 };
const [AT_ONCE, ROWS, COLUMNS] = [20, 3, 8];

const arrays = readNpz(readFileSync(DATA));
const pictures = Float32Array.from(arrays.get("test")!.data as Uint8Array);
const seen = Float32Array.from(arrays.get("seen")!.data as Uint8Array);
const [count, patches, pixels] = arrays.get("test")!.shape;
const side = Math.sqrt(patches);

/** The places of the patches of one picture that can be seen, or of those that are hidden. */
function placesOf(picture: number, visible: 0 | 1): number[] {
  const row = seen.subarray(picture * patches, (picture + 1) * patches);
  return [...row.keys()].filter((place) => row[place] === visible);
}

const patchAt = (all: Float32Array, picture: number, place: number) =>
  all.subarray((picture * patches + place) * pixels, (picture * patches + place + 1) * pixels);

/** A guess for every hidden patch; the others as they are. */
function filled(guess: (picture: number, place: number) => ArrayLike<number>): Float32Array {
  const all = pictures.slice();
  for (let picture = 0; picture < count; picture++) {
    for (const place of placesOf(picture, 0)) {
      patchAt(all, picture, place).set(guess(picture, place));
    }
  }
  return all;
}

/** The mean of all pixels of the picture that can be seen. */
function meanOfVisible(picture: number): number[] {
  const all = placesOf(picture, 1).flatMap((place) => [...patchAt(pictures, picture, place)]);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  return Array.from({ length: pixels }, () => mean);
}

/** The visible patch that is nearest in the picture. */
function nearestVisible(picture: number, place: number): Float32Array {
  const distance = (other: number) =>
    Math.hypot(
      Math.floor(other / side) - Math.floor(place / side),
      (other % side) - (place % side),
    );
  const nearest = placesOf(picture, 1).reduce((a, b) => (distance(b) < distance(a) ? b : a));
  return patchAt(pictures, picture, nearest);
}

/** Mean squared error over the pixels of hidden patches. */
function error(found: Float32Array): number {
  let [total, entries] = [0, 0];
  for (let picture = 0; picture < count; picture++) {
    for (const place of placesOf(picture, 0)) {
      const [a, b] = [patchAt(found, picture, place), patchAt(pictures, picture, place)];
      a.forEach((value, i) => (total += (value - b[i]) ** 2));
      entries += pixels;
    }
  }
  return total / entries;
}

/** Pictures of patches, `[count, height, width]`. */
function imagesOf(all: Float32Array): Float32Array {
  return tf.tidy(() =>
    fromPatches(tf.tensor3d(all, [count, patches, pixels]), IMAGE)
      .dataSync()
      .slice(),
  ) as Float32Array;
}

/** What the model fills in, as pictures, and how often its energy rose. */
async function inpainted(): Promise<{ images: Float32Array; rises: number }> {
  const read = readImageWeights(params, readFileSync(params), {
    image: IMAGE,
    cls: false,
    block: {},
  });
  using model = makeImageTransformer(read.config, read.weights);
  const size = IMAGE.height * IMAGE.width;
  const [given, images] = [imagesOf(pictures), new Float32Array(count * size)];
  let rises = 0;
  for (let from = 0; from < count; from += AT_ONCE) {
    const batch = Math.min(AT_ONCE, count - from);
    const own = given.subarray(from * size, (from + batch) * size);
    const x = tf.tensor4d(own, [batch, IMAGE.height, IMAGE.width, 1]);
    const mask = tf.tensor2d(seen.subarray(from * patches, (from + batch) * patches), [
      batch,
      patches,
    ]);
    using result = await model.inpaint(x, mask, STEPS);
    images.set(await result.completed.data(), from * size);
    rises += result.outcomes.filter(({ firstIncrease }) => firstIncrease !== null).length;
    tf.dispose([x, mask]);
  }
  return { images, rises };
}

/** Pictures cut into patches again. */
function patchesOf(images: Float32Array): Float32Array {
  const { width, patch } = IMAGE;
  return images.map((_, i) => {
    const place = Math.floor((i % (patches * pixels)) / pixels);
    const pixel = i % pixels;
    const y = Math.floor(place / side) * patch + Math.floor(pixel / patch);
    const x = (place % side) * patch + (pixel % patch);
    return images[Math.floor(i / (patches * pixels)) * patches * pixels + y * width + x];
  });
}

tf.env().set("PROD", true);
await tf.setBackend("wasm");
const { images, rises } = await inpainted();
const model = error(patchesOf(images));
const ways = {
  "energy transformer": model,
  "mean of what is visible": error(filled(meanOfVisible)),
  "nearest visible patch": error(filled(nearestVisible)),
};
const rows = Object.entries(ways).map(([name, value]) => [
  name,
  value.toFixed(4),
  `${(value / model).toFixed(2)} ×`,
]);
console.log(formatTable(["hidden patches filled by", "mean squared error", ""], rows));
console.log(`\n${count} icons that were held back; the energy rose on ${rises} of them`);

const shown = {
  side: IMAGE.width,
  patch: IMAGE.patch,
  columns: COLUMNS,
  icons: Array.from({ length: ROWS * COLUMNS }, (_, icon): Icon => {
    const own = (all: Float32Array, size: number) => all.subarray(icon * size, (icon + 1) * size);
    const visible = own(seen, patches);
    return iconOf(own(imagesOf(pictures), patches * pixels), own(images, patches * pixels), {
      visible,
      patch: IMAGE.patch,
    });
  }),
};
mkdirSync("out", { recursive: true });
writeFileSync("out/inpainting.json", `${JSON.stringify(shown)}\n`);
writeFileSync("out/inpainting.png", drawInpainting(shown));
console.log(
  "\nout/inpainting.png   rows: damaged, filled in, original\nout/inpainting.json  the same as numbers",
);
