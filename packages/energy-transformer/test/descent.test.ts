import { foldIn, key, normal } from "@hamlet/core";
import { type BlockConfig, makeEnergyTransformer, PRESETS } from "@hamlet/energy-transformer";
import { expectClose, expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { samples } from "../../../tools/samples.ts";
import { energy, layerNorm, type Weights } from "./reference.ts";

const N = 100;
const CONFIG: BlockConfig = PRESETS.small;
/** Float32 noise of an energy of some thousands, summed over 100 tokens: it may rise so much. */
const NOISE = 1e-3;

const draw = (stream: number, shape: number[]) => normal(foldIn(key(5), stream), shape);

/** Weights of order 1/√D, so that attention and memory both count. */
function weightsOf({ width: D, heads: H, headWidth: Y, memories: M }: BlockConfig): Weights {
  const scaled = (stream: number, shape: number[]) =>
    draw(stream, shape).map((x) => x / Math.sqrt(D));
  return { Wq: scaled(0, [H, D, Y]), Wk: scaled(1, [H, D, Y]), Xi: scaled(2, [M, D]) };
}

function tensorsOf({ Wq, Wk, Xi }: Weights, config: BlockConfig) {
  const { width: D, heads: H, headWidth: Y, memories: M } = config;
  return {
    Wq: tf.tensor3d(Float32Array.from(Wq), [H, D, Y]),
    Wk: tf.tensor3d(Float32Array.from(Wk), [H, D, Y]),
    Xi: tf.tensor2d(Float32Array.from(Xi), [M, D]),
  };
}

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each([false, true])(
    "the energy is the formula and the slope its finite differences, self-attention %s",
    (selfAttention) => {
      const config = { ...CONFIG, selfAttention };
      const weights = weightsOf(config);
      const x = draw(3, [N, config.width]);
      expectNoLeak(() => {
        const tensors = tensorsOf(weights, config);
        const tokens = tf.tensor2d(x, [N, config.width]);
        using block = makeEnergyTransformer(config, { tokens: N, weights: tensors });
        const [found, slope] = [block.energy(tokens), block.slope(tokens)];
        const g = layerNorm(x, config.width);
        const expected = energy(g, weights, config);
        expect(Math.abs(found.dataSync()[0] - expected) / Math.abs(expected)).toBeLessThan(1e-5);
        const slopes = slope.dataSync();
        for (const i of [0, 7, 500, 1199]) {
          const moved = (by: number) =>
            energy(
              g.map((value, k) => (k === i ? value + by : value)),
              weights,
              config,
            );
          const difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
          expect(Math.abs(slopes[i] - difference) / (1 + Math.abs(difference))).toBeLessThan(1e-4);
        }
        tf.dispose([tensors, tokens, found, slope]);
      });
    },
  );
});

test("the layer norm has the eps that it is told", async () => {
  await useBackend("wasm");
  const x = draw(3, [N, CONFIG.width]);
  const tokens = tf.tensor2d(x, [N, CONFIG.width]);
  for (const eps of [undefined, 0.5]) {
    using block = makeEnergyTransformer({ ...CONFIG, ...(eps && { eps }) }, { tokens: N });
    const normalised = block.normalised(tokens);
    const expected = layerNorm(x, CONFIG.width, eps);
    expectClose(normalised.dataSync(), expected, { tolerance: 1e-5, floor: 1 });
    normalised.dispose();
  }
  tokens.dispose();
});

/** Three thousand with HAMLET_SAMPLES=4. */
const STEPS = samples(750);

test(`the energy of 100 tokens falls at every one of ${STEPS} steps of 0.5`, async () => {
  await useBackend("wasm");
  const before = tf.memory().numTensors;
  const tensors = tensorsOf(weightsOf(CONFIG), CONFIG);
  const tokens = tf.tensor2d(draw(3, [N, CONFIG.width]), [N, CONFIG.width]);
  using block = makeEnergyTransformer(CONFIG, { tokens: N, weights: tensors });
  using result = await block.descend(tokens, { steps: STEPS, dt: 0.5 });
  const energies = result.energies.map(([each]) => each);
  expect(energies.length).toBe(STEPS + 1);
  const rises = energies.slice(1).map((after, i) => after - energies[i]);
  expect(Math.max(...rises)).toBeLessThan(NOISE);
  expect(energies[STEPS]).toBeLessThan(energies[0] - 100);
  tf.dispose([tensors, tokens]);
  block.dispose();
  result.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test("tokens that are held stay, and the way of the others is kept", async () => {
  await useBackend("wasm");
  const tokens = tf.tensor3d(draw(4, [2, 5, CONFIG.width]), [2, 5, CONFIG.width]);
  const hold = tf.tensor1d([1, 0, 0, 1, 0]);
  using block = makeEnergyTransformer(CONFIG, { tokens: 5, key: key(1) });
  using result = await block.descend(tokens, { hold, record: 4, steps: 8 });
  const moved = tf.tidy(() =>
    tf.max(tf.abs(tf.sub(result.states.get(block.tok)!, tokens)), 2).arraySync(),
  ) as number[][];
  for (const row of moved)
    expect(row.map((by) => by > 0)).toEqual([false, true, true, false, true]);
  const path = result.trajectories.get(block.tok)!;
  expect(path.steps).toEqual([0, 4, 8]);
  expect(path.activations.shape).toEqual([3, 2, 5, CONFIG.width]);
  tf.dispose([tokens, hold]);
});

test("a descent can be stopped", async () => {
  await useBackend("cpu");
  const tokens = tf.tensor2d(draw(4, [5, CONFIG.width]), [5, CONFIG.width]);
  using block = makeEnergyTransformer(CONFIG, { tokens: 5 });
  const before = tf.memory().numTensors;
  const signal = { aborted: false };
  const onProgress = ({ done }: { done: number }) => (signal.aborted = done === 2);
  await expect(block.descend(tokens, { signal, onProgress })).rejects.toMatchObject({
    code: "core/aborted",
  });
  expect(tf.memory().numTensors).toBe(before);
  tokens.dispose();
});
