import { key, normal, uniform, writeNpz, writeSafetensors } from "@hamlet/core";
import {
  denormalise,
  drawImageWeights,
  drawMask,
  fromPatches,
  type ImageModelConfig,
  IMAGENET,
  makeImageTransformer,
  normalise,
  readImageWeights,
  toPatches,
} from "@hamlet/energy-transformer";
import { expectNoLeak, expectNoLeakOnFailure, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { layerNorm } from "./reference.ts";

const IMAGE = { height: 6, width: 8, channels: 3, patch: 2 };
const BLOCK = { width: 5, heads: 2, headWidth: 3, memories: 7, selfAttention: true };
const CONFIG: ImageModelConfig = { block: BLOCK, image: IMAGE, cls: true };
const PATCHES = 12;

const pictures = (batch: number) => tf.tensor4d(normal(key(2), [batch, 6, 8, 3]), [batch, 6, 8, 3]);

beforeAll(() => useBackend("cpu"));

describe("patches", () => {
  test("come row after row, their entries channel by channel", () => {
    const image = tf.tensor4d(
      Float32Array.from({ length: 6 * 8 * 3 }, (_, i) => i),
      [1, 6, 8, 3],
    );
    const patches = toPatches(image, IMAGE);
    const at = (y: number, x: number, c: number) => (y * 8 + x) * 3 + c;
    const corner = [0, 1, 2].flatMap((c) => [
      [0, 2, c],
      [0, 3, c],
      [1, 2, c],
      [1, 3, c],
    ]);
    expect((patches.arraySync() as number[][][])[0][1]).toEqual(
      corner.map(([y, x, c]) => at(y, x, c)),
    );
    const below = (patches.arraySync() as number[][][])[0][4][0];
    expect(below).toBe(at(2, 0, 0));
    tf.dispose([image, patches]);
  });

  test("put together give the picture, and leave nothing behind", () => {
    expectNoLeak(() => {
      const images = pictures(2);
      const patches = toPatches(images, IMAGE);
      const again = fromPatches(patches, IMAGE);
      expect([...again.dataSync()]).toEqual([...images.dataSync()]);
      tf.dispose([images, patches, again]);
    });
  });

  test("that do not fill the picture are refused", () => {
    expect(() => toPatches(tf.zeros([1, 6, 8, 3]), { ...IMAGE, patch: 4 })).toThrow(
      "Expected whole numbers from 1 up, and a height and width that patches of 4 × 4 fill exactly; found 6 × 8 with 3 channels. Choose another patch, or crop the pictures.",
    );
    expect(() => toPatches(tf.zeros([6, 8, 3]), IMAGE)).toThrow(
      "Expected pictures of the shape [B, 6, 8, 3], found [6, 8, 3]. Reshape them, or change the sizes in the config.",
    );
  });
});

test("pixels are normalised and back", () => {
  const pixels = tf.tensor2d(
    uniform(key(1), [4, 3]).map((x) => 255 * x),
    [4, 3],
  );
  const values = normalise(pixels, IMAGENET);
  const [first] = pixels.dataSync();
  expect(values.dataSync()[0]).toBeCloseTo((first / 255 - 0.485) / 0.229, 5);
  const back = denormalise(values, IMAGENET);
  back.dataSync().forEach((value, i) => expect(value).toBeCloseTo(pixels.dataSync()[i], 3));
});

describe("masks", () => {
  test.each([0, 1, 5, 12])("hide exactly %i patches of every picture", (hidden) => {
    const mask = drawMask(key(3), { patches: PATCHES, hidden, batch: 20 });
    const rows = mask.arraySync();
    for (const row of rows) expect(row.filter((x) => x === 0).length).toBe(hidden);
    mask.dispose();
  });

  test("spare the first patch where it was not drawn, as the published code does not", () => {
    // The code fills a buffer of 5 places, here with 2 patches to hide, and pads it with place 0.
    const published = (mask: number[]) => {
      const buffer = mask.flatMap((seen, i) => (seen === 0 ? [i] : []));
      while (buffer.length < 5) buffer.push(0);
      return new Set(buffer);
    };
    const rows = drawMask(key(3), { patches: PATCHES, hidden: 2, batch: 20 }).arraySync();
    const spared = rows.filter((row) => row[0] === 1);
    expect(spared.length).toBeGreaterThan(0);
    for (const row of spared) expect(published(row).has(0)).toBe(true);
  });

  test("cannot hide more than there is", () => {
    expect(() => drawMask(key(0), { patches: 4, hidden: 5 })).toThrow(
      "Expected a whole number of hidden patches from 0 to 4, found 5.",
    );
  });
});

describe("weights under published names", () => {
  const weights = drawImageWeights(CONFIG, key(7));
  const options = { image: IMAGE };

  test.each([
    ["npz", writeNpz],
    ["safetensors", writeSafetensors],
  ])("are read from %s as they were written", (format, write) => {
    const file = write(new Map(weights));
    const read = readImageWeights(`checkpoint.${format}`, file, options);
    expect(read.config).toEqual(CONFIG);
    expect(read.weights).toEqual(weights);
  });

  test("that are missing or have another shape are all named", () => {
    const arrays = new Map(weights);
    arrays.delete("Wq");
    arrays.set("Xi", { shape: [7, 5], dtype: "float32", data: new Float32Array(35) });
    arrays.set("POS_embed", { shape: [12, 5], dtype: "float32", data: new Float32Array(60) });
    arrays.set("query", { shape: [1], dtype: "float32", data: new Float32Array(1) });
    expect(() => readImageWeights("et.npz", writeNpz(arrays), options)).toThrow(
      `et.npz does not hold the weights of an energy transformer for pictures of 6 × 8 × 3 in patches of 2 × 2:
  Wq: missing, expected [H = 2, Y = 3, D = 5]
  Xi: expected [D = 5, M], found [7, 5]
  POS_embed: expected [T = 13, D = 5], found [12, 5]
The file has: Wk, Xi, Wenc, Benc, Wdec, Bdec, LNORM_gamma, LNORM_bias, CLS_token, MASK_token, POS_embed, query. Rename or transpose what differs, or give the sizes of the pictures that the model was trained on.`,
    );
  });

  test("may hold γ as a list of one, and may do without CLS", () => {
    const arrays = new Map(weights);
    arrays.set("LNORM_gamma", { shape: [1], dtype: "float64", data: Float64Array.of(2) });
    arrays.delete("CLS_token");
    arrays.set("POS_embed", { shape: [12, 5], dtype: "float32", data: new Float32Array(60) });
    const read = readImageWeights("et.npz", writeNpz(arrays), { ...options, cls: false });
    expectNoLeak(() => {
      using model = makeImageTransformer(read.config, read.weights);
      const images = pictures(1);
      const seen = tf.ones([PATCHES]);
      const tokens = model.encode(images, seen);
      expect(tokens.shape).toEqual([1, 12, 5]);
      tf.dispose([images, seen, tokens]);
    });
  });
});

describe("an image model", () => {
  const weights = drawImageWeights(CONFIG, key(7));
  const numbers = (name: string) => Array.from(weights.get(name)!.data, Number);

  test("embeds what is seen, masks what is hidden, and adds places and CLS", () => {
    expectNoLeak(() => {
      using model = makeImageTransformer(CONFIG, weights);
      const images = pictures(1);
      const seen = tf.tensor1d(Array.from({ length: PATCHES }, (_, n) => Number(n !== 4)));
      const tokens = model.encode(images, seen);
      const patches = toPatches(images, IMAGE);
      const rows = (tokens.arraySync() as number[][][])[0];
      const place = (t: number, d: number) => numbers("POS_embed")[t * 5 + d];
      rows[0].forEach((value, d) =>
        expect(value).toBeCloseTo(numbers("CLS_token")[d] + place(0, d), 6),
      );
      rows[5].forEach((value, d) =>
        expect(value).toBeCloseTo(numbers("MASK_token")[d] + place(5, d), 6),
      );
      const patch = (patches.arraySync() as number[][][])[0][2];
      rows[3].forEach((value, d) => {
        const embedded = patch.reduce((sum, x, p) => sum + x * numbers("Wenc")[p * 5 + d], 0);
        expect(value).toBeCloseTo(embedded + place(3, d), 5);
      });
      tf.dispose([images, seen, tokens, patches]);
    });
  });

  test("normalises tokens once before it unembeds them, and drops CLS", () => {
    expectNoLeak(() => {
      using model = makeImageTransformer(CONFIG, weights);
      const x = normal(key(9), [13, 5]);
      const tokens = tf.tensor3d(x, [1, 13, 5]);
      const images = model.decode(tokens);
      const patches = toPatches(images, IMAGE);
      const g = layerNorm(x, 5).subarray(5);
      const found = (patches.arraySync() as number[][][])[0];
      found.forEach((patch, n) =>
        patch.forEach((value, p) => {
          let expected = 0;
          for (let d = 0; d < 5; d++) expected += g[n * 5 + d] * numbers("Wdec")[d * 12 + p];
          expect(value).toBeCloseTo(expected, 4);
        }),
      );
      tf.dispose([tokens, images, patches]);
    });
  });

  test("fills in what is hidden, with falling energies and the way of the tokens", async () => {
    await expectNoLeak(async () => {
      using model = makeImageTransformer(CONFIG, weights);
      const images = pictures(2);
      const seen = drawMask(key(1), { patches: PATCHES, hidden: 4, batch: 2 });
      using result = await model.inpaint(images, seen, { steps: 6, record: 3 });
      expect(result.energies.length).toBe(7);
      result.energies
        .slice(1)
        .forEach((energies, step) =>
          energies.forEach((energy, b) =>
            expect(energy).toBeLessThan(result.energies[step][b] + 1e-5),
          ),
        );
      expect(result.trajectory?.shape).toEqual([3, 2, 13, 5]);
      const rows = seen.arraySync();
      const [given, completed, all] = [images, result.completed, result.images].map((x) => {
        const patches = toPatches(x, IMAGE);
        const array = patches.arraySync() as number[][][];
        patches.dispose();
        return array;
      });
      rows.forEach((row, b) =>
        row.forEach((visible, n) =>
          expect(completed[b][n]).toEqual(visible === 1 ? given[b][n] : all[b][n]),
        ),
      );
      tf.dispose([images, seen]);
    });
  });

  test("leaves nothing behind when an operation fails", async () => {
    const image = { height: 2, width: 2, channels: 1, patch: 1 };
    const config = { block: { ...BLOCK, heads: 1 }, image, cls: true };
    const small = drawImageWeights(config, key(7));
    const images = tf.zeros([1, 2, 2, 1]);
    const seen = tf.tensor1d([1, 0, 1, 1]);
    await expectNoLeakOnFailure(async () => {
      using model = makeImageTransformer(config, small);
      using result = await model.inpaint(images, seen, { steps: 1, record: 1 });
      return result.energies.length;
    });
    tf.dispose([images, seen]);
  });

  test("names a mask of another size", () => {
    using model = makeImageTransformer(CONFIG, weights);
    expect(() => model.encode(pictures(2), tf.ones([3, 12]))).toThrow(
      "Expected a mask of the shape [12] or [2, 12], found [3, 12].",
    );
  });
});
