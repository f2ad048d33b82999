// A model keeps its compiled recalls from one run to the next, and lets go of them when it changes.

import { writeNpy } from "@hamlet/core";
import type { RecallResult } from "@hamlet/ham";
import { loadModel, type ModelFiles } from "@hamlet/model";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, test } from "vitest";

const TEXT = `ham 1
dim D = 3, K = 2
const rate: real > 0 = 0.5
data base: [K, D] from "base.npy"
given query: [D]
given image: [D] from "image.npy"
param xi: [K, D] ~ normal(0, 1)
neuron v: [D] as identity { leak = off }
energy lse = -logsumexp[m] -1/2 * sum[i] (v[i] - xi[m, i] - base[m, i])^2
recall slow {
  start v = query
  solver = euler(dt = rate)
  steps = 6
}
recall fast {
  start v = query
  solver = euler(dt = 2 * rate)
  steps = 6
}
train fit {
  unroll = slow
  feed query ~ normal(image, 0.1)
  loss = mean[i] (v[i] - image[i])^2
  optimiser = adam(lr = 0.1)
  batch = 2
  epochs = 2
}
`;
const BINARY = `ham 1
dim D = 3, K = 2
data base: sign[K, D] from "base.npy"
given query: sign[D]
neuron v: [D] as sign
energy hebb = -1/2 * sum[m] (sum[i] base[m, i] * v[i])^2
recall slow {
  start v = query
  solver = async
  steps = 30
}
`;
const array = (shape: number[], ...numbers: number[]) =>
  writeNpy({ shape, dtype: "float32", data: Float32Array.from(numbers) });
const contents: Record<string, Uint8Array> = {
  "base.npy": array([2, 3], 1, -1, 1, -1, -1, 1),
  "image.npy": array([2, 3], 0, 1, 0, 1, 0, 1),
};
const files: ModelFiles = {
  read: (path) => Promise.resolve(contents[path] ?? { path, folder: "memory", near: null }),
};
const load = (text = TEXT, set: string[] = []) =>
  loadModel({ name: "m.ham", text }, { files, set, seed: 4 });
const one = { query: { shape: [3], data: Float32Array.of(1, -1, 1) } };
const two = { query: { shape: [2, 3], data: Float32Array.of(-1, 1, -1, 1, 1, 1) } };

/** Everything that a recall tells, as numbers. */
async function told(result: RecallResult | Promise<RecallResult>) {
  using ended = await result;
  const layers = [...ended.states.values(), ...ended.activations.values()];
  const numbers = await Promise.all(layers.map(async (layer) => [...(await layer.data())]));
  return { numbers, energies: ended.energies, outcomes: ended.outcomes };
}

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeEach(() => useBackend(backend));

  test.each([
    ["smooth", TEXT],
    ["binary", BINARY],
  ])("every recall of a %s model is that of a fresh one", async (_, text) => {
    await expectNoLeak(async () => {
      using model = await load(text);
      for (const givens of [one, two, one, two]) {
        using fresh = await load(text);
        const expected = await told(fresh.recall({ givens }));
        expect(await told(model.recall({ givens }))).toEqual(expected);
      }
    });
  });

  test("recalls at once, of one block and of two, do not meet", async () => {
    await expectNoLeak(async () => {
      using model = await load();
      const alone = [
        await told(model.recall({ givens: one })),
        await told(model.recall({ givens: two })),
        await told(model.recall({ recall: "fast", givens: one })),
      ];
      const together = await Promise.all([
        told(model.recall({ givens: one })),
        told(model.recall({ givens: two })),
        told(model.recall({ recall: "fast", givens: one })),
      ]);
      expect(together).toEqual(alone);
      expect(alone[2]).not.toEqual(alone[0]);
    });
  });

  test("after a training a recall reads what was learned", async () => {
    await expectNoLeak(async () => {
      using model = await load();
      const before = await told(model.recall({ givens: one }));
      (await model.train()).dispose();
      const after = await told(model.recall({ givens: one }));
      expect(after).not.toEqual(before);
      const learned = {
        ...files,
        read: async (path: string, from: "model" | "caller") =>
          path === "learned" ? model.paramsFile() : files.read(path, from),
      };
      const source = { name: "m.ham", text: TEXT };
      using fresh = await loadModel(source, { files: learned, params: "learned", seed: 4 });
      expect(await told(fresh.recall({ givens: one }))).toEqual(after);
    });
  });

  test("the settings of a model are its own", async () => {
    using half = await load(TEXT, ["rate=0.25"]);
    using model = await load();
    const slow = await told(model.recall({ givens: one }));
    expect(await told(half.recall({ recall: "fast", givens: one }))).toEqual(slow);
    expect(await told(half.recall({ givens: one }))).not.toEqual(slow);
  });

  test("what is kept does not grow, and no run keeps its examples", async () => {
    using model = await load();
    await told(model.recall({ givens: one }));
    const { numTensors, numBytes } = tf.memory();
    const many = { query: { shape: [50, 3], data: new Float32Array(150) } };
    for (const givens of [one, many]) {
      await told(model.recall({ givens }));
      const stop = new AbortController();
      stop.abort();
      const stopped = model.recall({ givens, signal: stop.signal });
      await expect(stopped).rejects.toThrow("aborted");
      await expect(
        model.recall({ givens: { query: { shape: [2], data: new Float32Array(2) } } }),
      ).rejects.toThrow("expected the shape");
    }
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
  });

  test("a model that is disposed lets go of it, while a recall runs too", async () => {
    await expectNoLeak(async () => {
      const model = await load();
      await told(model.recall({ givens: one }));
      const running = [told(model.recall({ givens: one })), told(model.recall({ givens: two }))];
      model.dispose();
      await Promise.all(running);
    });
  });
});
