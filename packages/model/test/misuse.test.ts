// What is said when the library is used wrongly, and that nothing is left behind.

import { writeNpy } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { loadModel, type Model } from "@hamlet/model";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => useBackend("wasm"));

const text = (solver: string, as: string) => `ham 1
dim D = 2
given q: [D]
given r: [D]
neuron v: [D] as ${as}
energy e = -sum[i] (q[i] + r[i]) * v[i]
recall go { start v = q solver = ${solver} steps = 6 }
`;
const KINDS = { smooth: text("euler(dt = 0.1)", "tanh"), binary: text("async", "sign") };

const load = (kind: keyof typeof KINDS) => loadModel({ name: "m.ham", text: KINDS[kind] });

/** The error of `act`; afterwards nothing is left of what it made. */
async function errorOf(kind: keyof typeof KINDS, act: (model: Model) => Promise<unknown>) {
  return expectNoLeak(async () => {
    using model = await load(kind);
    const error: unknown = await act(model).then(
      () => new Error("nothing was thrown"),
      (reason: unknown) => reason,
    );
    expect(HamError.isInstance(error), String(error)).toBe(true);
    return error as HamError;
  });
}

const fine = { shape: [2], data: Float32Array.of(0.5, -0.5) };

describe.each(["smooth", "binary"] as const)("a %s recall", (kind) => {
  test("refuses a tensor that was disposed", async () => {
    const q = tf.tensor1d([1, -1]);
    q.dispose();
    const { code, message } = await errorOf(kind, (model) =>
      model.recall({ givens: { q, r: fine } }),
    );
    expect(code).toBe("model/given-disposed");
    expect(message).toBe(
      'The tensor that is given as "q" was disposed. Dispose of it after the recall.',
    );
  });

  test("refuses a tensor of texts", async () => {
    const q = tf.tensor1d(["a", "b"]);
    const { code, message } = await errorOf(kind, (model) =>
      model.recall({ givens: { q, r: fine } }),
    );
    q.dispose();
    expect(code).toBe("model/given-dtype");
    expect(message).toBe(
      '"q" takes numbers: expected a tensor of float32, int32 or bool, found string.',
    );
  });

  test("refuses entries that do not fill their shape", async () => {
    const q = { shape: [2], data: Float32Array.of(1, 2, 3) };
    const { code, message } = await errorOf(kind, (model) =>
      model.recall({ givens: { q, r: fine } }),
    );
    expect(code).toBe("model/given-shape");
    expect(message).toBe('"q": the shape [2] holds 2 entries, found 3.');
  });

  test("takes whole numbers as they are", async () => {
    await expectNoLeak(async () => {
      using model = await load(kind);
      const q = tf.tensor1d([1, -1], "int32");
      using result = await model.recall({ givens: { q, r: fine } });
      q.dispose();
      expect(result.outcomes[0].ending).not.toBe("non-finite");
    });
  });

  test.each<[string, () => tf.Tensor, string]>([
    ["a tensor of texts", () => tf.tensor2d([["a", "b"]]), "ham/given-dtype"],
    ["a tensor without a batch axis", () => tf.tensor1d([1, 1]), "ham/given-shape"],
    ["another number of examples", () => tf.ones([3, 2]), "ham/batch-mismatch"],
    [
      "a tensor that was disposed",
      () => {
        const gone = tf.ones([1, 2]);
        gone.dispose();
        return gone;
      },
      "ham/tensor-disposed",
    ],
  ])("compiled alone it refuses %s", async (_, make, code) => {
    const error = await errorOf(kind, async (model) => {
      using compiled = model.compileRecall();
      const [q, r] = model.graph.tensors.filter((tensor) => tensor.kind === "given");
      const [good, bad] = [tf.ones([1, 2]), make()];
      try {
        await compiled.run({
          givens: new Map([
            [q, good],
            [r, bad],
          ]),
        });
      } finally {
        tf.dispose([good, bad]);
      }
    });
    expect(error.code).toBe(code);
  });

  test("refuses a number of examples that its givens do not hold", async () => {
    const { code, message } = await errorOf(kind, (model) =>
      model.recall({ givens: { q: fine, r: fine }, batch: 3 }),
    );
    expect(code).toBe("ham/batch-mismatch");
    expect(message).toMatch(/"[qr]" holds 1 examples, and .* is asked for 3\. Leave "batch" out/);
    await expectNoLeak(async () => {
      using model = await load(kind);
      using result = await model.recall({ givens: { q: fine, r: fine }, batch: 1 });
      expect(result.batch).toBe(1);
    });
  });

  test("that was disposed says so", async () => {
    const error = await errorOf(kind, async (model) => {
      const compiled = model.compileRecall();
      compiled.dispose();
      compiled.dispose();
      await compiled.run();
    });
    expect(error.code).toBe("ham/disposed");
    expect(error.message).toBe('The recall "go" was disposed and cannot run any more.');
  });

  test("of a model that is disposed while it runs ends as it would", async () => {
    await expectNoLeak(async () => {
      const model = await load(kind);
      const running = model.recall({ givens: { q: fine, r: fine } });
      model.dispose();
      using result = await running;
      expect(result.outcomes[0].ending).not.toBe("non-finite");
      await expect(model.recall({ givens: { q: fine, r: fine } })).rejects.toThrow("was disposed");
    });
  });
});

test("a training and a search of a model that is disposed while they run end as they would", async () => {
  const learning = `ham 1
dim D = 2
param w: [D] ~ normal(0, 1)
given q: [D] from "q.npy"
neuron v: [D] as identity
energy e = -sum[i] (w[i] + q[i]) * v[i]
recall go { start v = q solver = euler(dt = 0.1) steps = 3 }
train fit {
  unroll = go
  loss = sum[i] v[i]^2
  optimiser = sgd(lr = 0.1)
  batch = 2
  epochs = 2
}
`;
  await expectNoLeak(async () => {
    const bytes = writeNpy({ shape: [2, 2], dtype: "float32", data: Float32Array.of(1, 2, 3, 4) });
    const files = { read: () => Promise.resolve(bytes) };
    const model = await loadModel({ name: "m.ham", text: learning }, { files });
    const search = model.fixedPoints({ givens: { q: fine }, starts: 4 });
    const training = model.train();
    model.dispose();
    expect((await search).points).toHaveLength(1);
    using result = await training;
    expect(result.losses.length).toBeGreaterThan(0);
  });
});
