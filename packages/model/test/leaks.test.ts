// No public call leaves a tensor behind: whichever operation fails, and however it is stopped.

import { type ArrayData, writeNpy } from "@hamlet/core";
import type { RecallEngine } from "@hamlet/ham";
import { loadModel, type Model, type ModelFiles } from "@hamlet/model";
import { expectNoLeak, expectNoLeakOnFailure, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { everySo, seed } from "../../../tools/samples.ts";

const patterns: ArrayData = {
  shape: [2, 3],
  dtype: "float32",
  data: Float32Array.of(1, -1, 1, -1, -1, 1),
};
const files: ModelFiles = {
  read: (path) =>
    Promise.resolve(
      path === "xi.npy" ? writeNpy(patterns) : { path, folder: "memory", near: null },
    ),
};
const query = { shape: [2, 3], data: Float32Array.of(1, 1, 1, -1, 1, 1) };
const known = { shape: [2, 3], data: Float32Array.of(1, 0, 0, 0, 1, 0) };

/** A smooth and a binary memory, with tests; the smooth one under every solver in turn. */
const smooth = (solver: string) => `ham 1
dim D, K
const beta: real > 0 = 4
data  xi: [K, D] from "xi.npy"
given query: [D]
given known: bool[D]
neuron v: [D] as identity
energy lse = -1/beta * logsumexp[m] beta * sum[i] xi[m, i] * v[i]
recall settle {
  start v = query
  clamp v[i] where known[i]
  schedule beta = 1 + 3 * t
  solver = ${solver}
  steps = 3
}
test "it ends" {
  feed query ~ normal(0, 1)
  feed known ~ bernoulli(0.5)
  run settle
  expect steps <= 3
}
`;
const binary = `ham 1
dim D, K
data  xi: sign[K, D] from "xi.npy"
given query: sign[D]
neuron v: [D] as sign
energy hebb = -1/2 * sum[m] (sum[i] xi[m, i] * v[i])^2
recall settle {
  start v = query
  solver = async
  steps = 30
  stop when settled
}
test "it ends" {
  feed query ~ flip(xi[0, _], 0.3)
  run settle
  expect converged
}
`;
const MODELS: Readonly<Record<string, { text: string; givens: Record<string, typeof query> }>> = {
  euler: { text: smooth("euler(dt = 0.1)"), givens: { query, known } },
  heun: { text: smooth("heun(dt = 0.1)"), givens: { query, known } },
  rk4: { text: smooth("rk4(dt = 0.1)"), givens: { query, known } },
  langevin: {
    text: smooth("langevin(dt = 0.1, temperature = 0.2)"),
    givens: { query, known },
  },
  adaptive: { text: smooth("adaptive(dt = 0.5)"), givens: { query, known } },
  alternate: {
    text: smooth("alternate").replace(
      /energy lse = .*/,
      "energy field = -beta * sum[m, i] xi[m, i] * v[i]",
    ),
    givens: { query, known },
  },
  "cccp with Newton's polish": { text: smooth("cccp(newton = 2)"), givens: { query, known } },
  anderson: { text: smooth("anderson"), givens: { query, known } },
  "a trajectory": {
    text: smooth("euler(dt = 0.1)").replace("steps = 3", "steps = 3\n  record v every 2"),
    givens: { query, known },
  },
  async: { text: binary, givens: { query } },
};

/**
 * Every ninth operation fails, others in every run of the tests; all with HAMLET_SAMPLES=9. An odd
 * number, so that each has its turn on both engines.
 */
const whicheverFails = (use: () => unknown) => expectNoLeakOnFailure(use, everySo(9));

const load = (text: string) => loadModel({ name: "m.ham", text }, { files });

beforeAll(() => useBackend("cpu"));

/** Every second model on tensors, the others on compiled code; the other way round in another run. */
const ENGINES = ["simd", "tensors"] as const;
const PLACES = Object.keys(MODELS);

describe.each(Object.entries(MODELS))("%s", (name, { text, givens }) => {
  const engine = ENGINES[(PLACES.indexOf(name) + seed()) % 2];

  const withModel = async (use: (model: Model) => unknown) => {
    using model = await load(text);
    await use(model);
  };

  test("loading and disposing", async () => {
    expect(await whicheverFails(() => withModel(() => null))).toBeGreaterThan(0);
  });

  test("a recall, with arrays and with tensors", async () => {
    await withModel(async (model) => {
      const recall = async (values: Record<string, typeof query | tf.Tensor>) => {
        using result = await model.recall({ givens: values, engine });
        expect(result.batch).toBe(2);
      };
      // From the first run on the model has its compiled recall.
      await recall(givens);
      expect(await whicheverFails(() => recall(givens))).toBeGreaterThan(2);
      const tensors = Object.fromEntries(
        Object.entries(givens).map(([name, { data, shape }]) => [name, tf.tensor(data, shape)]),
      );
      await whicheverFails(() => recall(tensors));
      tf.dispose(tensors);
    });
  });

  test.each([0, 1, 2])("a recall that is stopped after %d steps", async (after) => {
    await withModel(async (model) => {
      const controller = new AbortController();
      const onProgress = ({ done }: { done: number }) => void (done >= after && controller.abort());
      const { signal } = controller;
      if (after === 0) controller.abort();
      (await model.recall({ givens, engine })).dispose();
      await expectNoLeak(async () => {
        await expect(model.recall({ givens, engine, signal, onProgress })).rejects.toThrow(
          "aborted",
        );
      });
    });
  });

  test("a caller whose own progress fails", async () => {
    await expectNoLeak(() =>
      withModel(async (model) => {
        const onProgress = () => {
          throw new RangeError("no paper in the printer");
        };
        await expect(model.recall({ givens, onProgress })).rejects.toThrow("no paper");
      }),
    );
  });

  test("a compiled recall, run twice, left half way and disposed", async () => {
    await withModel(async (model) => {
      const { tensors } = model.graph;
      const use = async () => {
        const values = new Map<(typeof tensors)[number], tf.Tensor>();
        try {
          for (const [name, { data, shape }] of Object.entries(givens)) {
            values.set(
              tensors.find((one) => one.name === name)!,
              tf.tensor(data, shape),
            );
          }
          using compiled = model.compileRecall(undefined, engine);
          for (let run = 0; run < 2; run++) (await compiled.run({ givens: values })).dispose();
          for (const { step } of compiled.descend({ givens: values })) if (step > 0) break;
        } finally {
          tf.dispose([...values.values()]);
        }
      };
      await whicheverFails(use);
    });
  });

  test("a census of the fixed points", async () => {
    if (text === binary) return;
    const free = text.replace("  schedule beta = 1 + 3 * t\n", "");
    using model = await load(free);
    const one = (values: typeof query) => ({ shape: [3], data: values.data.slice(0, 3) });
    const single = Object.fromEntries(Object.entries(givens).map(([k, value]) => [k, one(value)]));
    await expectNoLeak(async () => {
      await model.fixedPoints({ starts: 3, givens: single });
    });
  });

  test("the tests of the file", async () => {
    await withModel(async (model) => {
      await model.runTests();
      await whicheverFails(async () => {
        const [report] = await model.runTests();
        expect(report.passed).toBe(true);
      });
    });
  });

  test("wrong givens", async () => {
    const short = { shape: [2, 2], data: new Float32Array(4) };
    const rest: Record<string, typeof query> = "known" in givens ? { known } : {};
    const wrong: Record<string, Record<string, typeof query>> = {
      "is [D = 3]": { ...rest, query: short },
      'no given called "other"': { ...rest, query, other: query },
      "`query`": rest,
    };
    await withModel(async (model) => {
      for (const [message, values] of Object.entries(wrong)) {
        await expectNoLeak(async () => {
          await expect(model.recall({ givens: values })).rejects.toThrow(message);
        });
      }
    });
  });
});

/** A training by every kind of gradient. */
const trained = (gradient: string) => `ham 1
dim D, K
data  xi: [K, D] from "xi.npy"
given query: [D] from "xi.npy"
given noisy: [D]
param W: [D, D] ~ normal(0, 0.1)
neuron v: [D] as tanh
energy pull = 1/2 * sum[i] (v[i] - sum[j] W[i, j] * noisy[j])^2
recall settle {
  start v = noisy
  solver = euler(dt = 0.5)
  steps = 4
}
train fit {
  unroll = settle
  gradient = ${gradient}
  feed noisy ~ normal(query, 0.1)
  loss = mean[i] (v[i] - query[i])^2
  optimiser = adam(lr = 0.01)
  batch = 2
  epochs = 1
}
`;

test.each(["unroll", "implicit", "equilibrium"])(
  "a training by %s, whichever operation fails",
  async (gradient) => {
    await expectNoLeak(async () => {
      const use = (engine: RecallEngine) => async () => {
        using model = await load(trained(gradient));
        using result = await model.train({ engine });
        expect(result.params.size).toBe(1);
      };
      expect(await whicheverFails(use("tensors"))).toBeGreaterThan(50);
      await whicheverFails(use("simd"));
    });
  },
);
