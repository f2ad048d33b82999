// The example in the language and this package are one model.

import { readFileSync } from "node:fs";
import {
  fromPatches,
  makeImageTransformer,
  readImageWeights,
  toPatches,
} from "@hamlet/energy-transformer";
import { loadModel, type Model } from "@hamlet/model";
import { expectClose, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const FOLDER = new URL("../../../examples/", import.meta.url);
const IMAGE = { height: 48, width: 48, channels: 1, patch: 4 };

function example(): Promise<Model> {
  const text = readFileSync(new URL("14-inpainting.ham", FOLDER), "utf8");
  const files = {
    read: (path: string) => Promise.resolve(new Uint8Array(readFileSync(new URL(path, FOLDER)))),
  };
  return loadModel({ name: "14-inpainting.ham", text }, { files });
}

test("the params of the example run here, with the same energies and tokens", async () => {
  await useBackend("wasm");
  using written = await example();
  const bytes = written.paramsFile();
  const read = readImageWeights("params", bytes, { image: IMAGE, cls: false, block: {} });
  using model = makeImageTransformer(read.config, read.weights);
  const all = written.entries("picture").data.slice(0, 2 * 144 * 16);
  const picture = tf.tensor3d(all, [2, 144, 16]);
  const seen = tf.tensor2d(written.entries("seen").data.slice(0, 2 * 144), [2, 144]);
  using expected = await written.recall({ givens: { picture, seen } });
  const images = fromPatches(picture, IMAGE);
  using found = await model.inpaint(images, seen, { steps: 3, dt: 1, record: 1 });

  expect(found.energies.length).toBe(expected.energies.length);
  found.energies.forEach((energies, step) => {
    expectClose([...energies], [...expected.energies[step]], { tolerance: 1e-5 });
  });
  const [tokens] = expected.activations.values();
  const last = tf.tidy(() => tf.squeeze(tf.slice(found.trajectory!, [3], [1]), [0]));
  expectClose([...last.dataSync()], [...tokens.dataSync()], { tolerance: 1e-3, floor: 1 });
  const patches = toPatches(images, IMAGE);
  expect([...patches.dataSync()]).toEqual([...all]);
  tf.dispose([picture, seen, images, last, patches]);
});
