// The loss and its gradient, against the plain network in float64 and its differences.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { key, makeProgram, normal, uniform } from "@hamlet/core";
import { sizeOfDim } from "@hamlet/graph";
import { initialModel, type ScoreModel } from "@hamlet/diffusion";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { wavesOf, weightsOf } from "../../src/network/bound.ts";
import { places } from "../../src/network/model.ts";
import { network } from "../../src/network/network.ts";
import { denoisingLoss, LOSS, lossPlan } from "../../src/training/loss.ts";
import { plainScore } from "../plain-network.ts";

const COUNT = 5;

function batchFor(width: number) {
  return {
    clean: normal(key(1), COUNT * width),
    noise: normal(key(2), COUNT * width),
    times: uniform(key(3), COUNT, { min: 0.01, max: 1 }),
  };
}

/** The mean of `(s σ √t + z)²` over examples and coordinates, as the notebook writes it. */
function plainLoss(
  model: ScoreModel,
  { clean, noise, times }: ReturnType<typeof batchFor>,
): number {
  const { width, sigma } = model.shape;
  const score = plainScore(model);
  let total = 0;
  times.forEach((t, n) => {
    const std = sigma * Math.sqrt(t);
    const rows = [clean, noise].map((all) => [...all.subarray(n * width, (n + 1) * width)]);
    const s = score(
      rows[0].map((x, i) => x + std * rows[1][i]),
      t,
    );
    for (let i = 0; i < width; i++) total += (s[i] * std + rows[1][i]) ** 2;
  });
  return total / (times.length * width);
}

/** The loss of a batch and its slopes by name, on the backend. */
async function computed(model: ScoreModel, batch: ReturnType<typeof batchFor>) {
  const net = network(model.shape);
  const loss = denoisingLoss(net);
  const program = makeProgram(lossPlan(net, loss));
  const shape = [COUNT, model.shape.width] as const;
  const bound = new Map([
    ...[...wavesOf(net, model.frequencies), ...weightsOf(net, model.weights)].map(
      ([tensor, numbers]) =>
        [
          tensor,
          tf.tensor(
            numbers,
            tensor.axes.map((dim) => sizeOfDim(dim, { sizes: new Map() })),
          ),
        ] as const,
    ),
    [loss.clean, tf.tensor(batch.clean, [...shape])] as const,
    [loss.noise, tf.tensor(batch.noise, [...shape])] as const,
    [net.t, tf.tensor1d(batch.times)] as const,
    [loss.share, tf.scalar(1 / COUNT)] as const,
  ]);
  program.bind("load", bound);
  program.bind("param", bound);
  const found = program.step(bound, { batch: COUNT });
  const entries = await Promise.all(
    [...found].map(async ([name, tensor]) => [name, await tensor.data()] as const),
  );
  program.dispose();
  tf.dispose([...bound.values(), ...found.values()]);
  return { net, found: new Map(entries) };
}

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each([1, 2, 4])("the loss and all its slopes, %d coordinates", async (width) => {
    const model = initialModel(key(4), { width, hidden: 6, embedding: 4, layers: 4, sigma: 0.8 });
    const batch = batchFor(width);
    const { net, found } = await expectNoLeak(() => computed(model, batch));
    expect(found.get(LOSS)![0]).toBeCloseTo(plainLoss(model, batch), 5);
    const at = (k: number, by: number) =>
      plainLoss({ ...model, weights: model.weights.with(k, model.weights[k] + by) }, batch);
    for (const { weight, from, count } of places(net)) {
      const slopes = found.get(weight.tensor.name)!;
      expect(slopes.length).toBe(count);
      // The weights of a file are float32, so that a difference needs a wide step.
      for (let k = 0; k < count; k += Math.ceil(count / 7)) {
        const h = 2 ** -7;
        const coarse = (at(from + k, h) - at(from + k, -h)) / (2 * h);
        const fine = (at(from + k, h / 2) - at(from + k, -h / 2)) / h;
        const expected = (4 * fine - coarse) / 3;
        expect(Math.abs(slopes[k] - expected), `${weight.tensor.name} ${k}`).toBeLessThan(2e-5);
      }
    }
  });
});
