// `record v every N`: the way of a layer, thinned by request.

import { loadModel } from "@hamlet/model";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => useBackend("wasm"));

const smooth = (record: string) => `ham 1
dim D = 3, K = 2
neuron v: [D] as identity
neuron h: [K] as softmax
connect W: dense(v, h)
recall settle {
  start v ~ normal(0, 1)
  solver = adaptive(dt = 0.2)
  steps = 10
  ${record}
}
`;

const BINARY = `ham 1
dim D = 6, K = 2
neuron v: [D] as sign
param xi: [K, D] ~ normal(0, 1)
energy hebb = -1/2 * sum[m] (sum[i] xi[m, i] * v[i])^2
recall settle {
  start v ~ normal(0, 1)
  solver = async(order = cyclic)
  steps = 20
  record v every 4
}
`;

async function recalled(text: string, batch: number) {
  using model = await loadModel({ name: "m.ham", text });
  using result = await model.recall({ batch });
  const kept = [...result.trajectories].map(([neuron, { steps, activations }]) => ({
    name: neuron.name,
    steps,
    shape: activations.shape,
    ends: activations.dataSync().slice(-activations.size / steps.length),
    last: result.activations.get(neuron)!.dataSync(),
  }));
  return { kept, energySteps: result.energySteps };
}

describe("a recall", () => {
  test("keeps no trajectory that nobody asked for", async () => {
    expect((await recalled(smooth(""), 2)).kept).toEqual([]);
  });

  test("keeps the layers it records: the start, every so many steps, and the end", async () => {
    const { kept, energySteps } = await recalled(smooth("record v every 4\n  record h"), 2);
    expect(kept.map(({ name, steps, shape }) => ({ name, steps, shape }))).toEqual([
      { name: "v", steps: [0, 4, 8, 10], shape: [4, 2, 3] },
      { name: "h", steps: Array.from({ length: 11 }, (_, n) => n), shape: [11, 2, 2] },
    ]);
    expect(energySteps).toHaveLength(11);
    for (const { ends, last } of kept) expect([...ends]).toEqual([...last]);
  });

  test("of binary layers keeps them too", async () => {
    const { kept } = await recalled(BINARY, 3);
    const [{ steps, shape, ends, last }] = kept;
    expect(steps.slice(0, 2)).toEqual([0, 4]);
    expect(shape).toEqual([steps.length, 3, 6]);
    expect([...ends]).toEqual([...last]);
  });

  test("leaks nothing with trajectories, also when it is stopped", async () => {
    await expectNoLeak(() => recalled(smooth("record v every 4"), 2));
    await expectNoLeak(() => recalled(BINARY, 2));
    await expectNoLeak(async () => {
      using model = await loadModel({ name: "m.ham", text: smooth("record v") });
      const signal = { aborted: false };
      const onProgress = ({ done }: { done: number }) => (signal.aborted = done === 3);
      await expect(model.recall({ batch: 2, signal, onProgress })).rejects.toThrow("was stopped");
    });
  });
});
