// Trainings: what they learn, that they repeat and go on to the same bits, and what they refuse.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { foldIn, key, readCheckpoint } from "@hamlet/core";
import {
  circlePoints,
  initialModel,
  networkScore,
  type Points,
  pointsOf,
  type ScoreModel,
  trainScore,
  type TrainScoreOptions,
} from "@hamlet/diffusion";
import type { RecallEngine } from "@hamlet/ham";
import {
  expectNoLeak,
  expectNoLeakOnFailure,
  InjectedFailure,
  NODE_BACKENDS,
  useBackend,
} from "@hamlet/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { everySo } from "../../../tools/samples.ts";

const SHAPE = { hidden: 16, embedding: 8, layers: 3 };
const RING = circlePoints(key(1), { count: 14 });
const SHORT: TrainScoreOptions = { shape: SHAPE, batch: 6, every: 4, iterations: 20, key: key(7) };

/** The weights and their average after every iteration, each as one row. */
async function traced(options: TrainScoreOptions) {
  const steps: { weights: Float32Array; average: Float32Array }[] = [];
  await trainScore(RING, {
    ...options,
    checkpointEvery: 1,
    onCheckpoint(bytes) {
      const { arrays } = readCheckpoint(bytes);
      const row = (start: string) =>
        Float32Array.from(
          [...arrays]
            .filter(([name]) => name.startsWith(start))
            .flatMap(([, { data }]) => [...(data as Float32Array)]),
        );
      steps.push({ weights: row("param/"), average: row("optimiser/average/") });
    },
  });
  return steps;
}

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test("twenty iterations are ten and ten more, to the bit", async () => {
    await expectNoLeak(async () => {
      const whole = await trainScore(RING, SHORT);
      const half = await trainScore(RING, { ...SHORT, iterations: 10 });
      const rest = await trainScore(RING, { ...SHORT, key: key(8), resume: half.checkpoint });
      expect(rest.model).toEqual(whole.model);
      expect(rest.losses).toEqual(whole.losses);
      expect(rest.checkpoint).toEqual(whole.checkpoint);
      expect(whole.losses.length).toBe(5);
      expect(half.model.weights).not.toEqual(whole.model.weights);
    });
  });

  test("a key repeats to the bit, and another key does not", async () => {
    const [a, b, c] = [
      await trainScore(RING, SHORT),
      await trainScore(RING, SHORT),
      await trainScore(RING, { ...SHORT, key: key(8) }),
    ];
    expect(b.model).toEqual(a.model);
    expect(c.model.weights).not.toEqual(a.model.weights);
  });

  test("one pattern is learned: the score points to it from everywhere", async () => {
    const there = pointsOf([[0.6, -0.3]]);
    const { model, losses } = await trainScore(there, {
      shape: { hidden: 24, embedding: 8, layers: 3 },
      batch: 32,
      iterations: 300,
      lr: 5e-3,
      decay: 0.9,
    });
    expect(losses.at(-1)).toBeLessThan(losses[0] / 2);
    using score = networkScore(model);
    const found = await score.score(Float64Array.of(0, 0, 1, 1), Float64Array.of(0.5, 0.5));
    const expected = [1.2, -0.6, -0.8, -2.6];
    expected.forEach((value, k) => expect(Math.abs(found[k] - value)).toBeLessThan(0.5));
  });
});

describe("a training", () => {
  beforeAll(() => useBackend("cpu"));

  test("starts with steps of the learning rate, and the average follows behind", async () => {
    const decay = 0.75;
    const steps = await traced({ ...SHORT, iterations: 6, decay, lr: 1e-3 });
    const start = initialModel(foldIn(key(7), 0), SHAPE).weights;
    expect(start.length).toBe(steps[0].weights.length);
    let average = Float64Array.from(start);
    let before: Float32Array = start;
    for (const [k, step] of steps.slice(0, 6).entries()) {
      const { weights } = step;
      // Adam's first step is ±lr wherever there is a slope; later ones are hardly longer.
      const longest = weights.reduce((most, w, i) => Math.max(most, Math.abs(w - before[i])), 0);
      expect(longest).toBeLessThan(1e-3 * (k === 0 ? 1.001 : 3.2));
      if (k === 0) expect(longest).toBeGreaterThan(0.99e-3);
      average = average.map((a, i) => decay * a + (1 - decay) * weights[i]);
      step.average.forEach((a, i) => expect(Math.abs(a - average[i])).toBeLessThan(1e-6));
      before = weights;
    }
  });

  test("reports its loss, shows its average and leaves checkpoints when they are due", async () => {
    const seen: string[] = [];
    await trainScore(RING, {
      ...SHORT,
      onProgress: ({ done: iteration, of: iterations, loss }) => {
        seen.push(`${iteration}/${iterations}`);
        expect(loss).toBeGreaterThan(0);
      },
      averageEvery: 8,
      onAverage: (model: ScoreModel, iteration) => {
        seen.push(`average ${iteration}`);
        expect(model.weights.length).toBeGreaterThan(100);
      },
      checkpointEvery: 15,
      onCheckpoint: (bytes) => void seen.push(`checkpoint ${readCheckpoint(bytes).step}`),
    });
    expect(seen).toEqual([
      "4/20",
      "8/20",
      "average 8",
      "12/20",
      "checkpoint 15",
      "16/20",
      "average 16",
      "20/20",
      "checkpoint 20",
    ]);
  });

  test("can be stopped, and goes on from where it stopped", async () => {
    const signal = { aborted: false };
    const part = await trainScore(RING, {
      ...SHORT,
      signal,
      onProgress: ({ done }) => (signal.aborted = done === 12),
    });
    expect([part.ending, part.iterations]).toEqual(["aborted", 12]);
    const rest = await trainScore(RING, { ...SHORT, resume: part.checkpoint });
    const whole = await trainScore(RING, SHORT);
    expect([rest.ending, rest.iterations]).toEqual(["finished", 20]);
    expect(rest.model).toEqual(whole.model);
  });

  test("leaves no tensor behind, whichever operation fails", async () => {
    const tiny = { hidden: 3, embedding: 2, layers: 2 };
    const once = (engine: RecallEngine) => () =>
      trainScore(RING, { ...SHORT, shape: tiny, iterations: 1, every: 1, engine });
    expect(await expectNoLeakOnFailure(once("tensors"), everySo(6))).toBeGreaterThan(100);
    await expectNoLeakOnFailure(once("simd"));
  });

  test("leaves no tensor behind when a report fails", async () => {
    await expectNoLeak(async () => {
      const failing = trainScore(RING, {
        ...SHORT,
        onProgress: () => {
          throw new InjectedFailure("report", 1);
        },
      });
      await expect(failing).rejects.toThrow(InjectedFailure);
    });
  });
});

describe("what a training refuses", () => {
  beforeAll(() => useBackend("cpu"));

  test.each([
    [{ lr: 0 }, 'expected "lr" to be a number above 0, found 0'],
    [{ batch: 2.5 }, 'expected "batch" to be a whole number from 1 up, found 2.5'],
    [{ decay: 1 }, 'expected "decay" to be from 0 to below 1, found 1'],
    [{ iterations: 0 }, 'expected "iterations" to be a whole number from 1 up, found 0'],
    [{ averageEvery: 0 }, 'expected "averageEvery" to be a whole number from 1 up, found 0'],
  ])("%j", async (options, message) => {
    await expect(trainScore(RING, options)).rejects.toThrow(`The training of a score: ${message}.`);
  });

  test.each<[string, Points, Partial<TrainScoreOptions>, string]>([
    ["other patterns", circlePoints(key(2), { count: 14 }), {}, "patterns [14, 2]"],
    ["another batch", RING, { batch: 7 }, "batch 6, now 7."],
    ["another rate", RING, { lr: 1 }, "lr 0.0001, now 1."],
    ["other frequencies", RING, { frequencyScale: 2 }, "frequencyScale default, now 2."],
  ])("a checkpoint of %s", async (_, points, options, message) => {
    const { checkpoint } = await trainScore(RING, { ...SHORT, iterations: 1 });
    const other = trainScore(points, { ...SHORT, ...options, resume: checkpoint });
    await expect(other).rejects.toThrow(
      `The checkpoint is of another training: it was written with ${message}`,
    );
  });

  test("a checkpoint of another network", async () => {
    const { checkpoint } = await trainScore(RING, { ...SHORT, iterations: 1 });
    const other = trainScore(RING, {
      ...SHORT,
      shape: { ...SHAPE, hidden: 9 },
      resume: checkpoint,
    });
    await expect(other).rejects.toMatchObject({ code: "core/bad-checkpoint" });
  });

  test("a loss that is not a number any more", async () => {
    const far = pointsOf([[1e30, 0]]);
    await expect(trainScore(far, { ...SHORT, lr: 1e20 })).rejects.toThrow(
      "The loss of the score is not a number any more, in iteration 2. Try a smaller lr, and patterns of about unit size.",
    );
  });

  test("points of another width than the network", async () => {
    const wide = trainScore(RING, { ...SHORT, shape: { ...SHAPE, width: 3 } });
    await expect(wide).rejects.toMatchObject({ code: "graph/bad-shape" });
  });
});

test("the scale of the frequencies is that of the network which is trained", async () => {
  await useBackend("cpu");
  const small = initialModel(key(4), SHAPE, { frequencyScale: 2 });
  const usual = initialModel(key(4), SHAPE);
  usual.frequencies.forEach((f, i) => expect(small.frequencies[i]).toBeCloseTo(f / 8, 6));
  expect(small.weights).toEqual(usual.weights);
  const options = { ...SHORT, iterations: 2, every: 1 };
  const trained = await trainScore(RING, { ...options, frequencyScale: 2 });
  const other = await trainScore(RING, options);
  other.model.frequencies.forEach((f, i) =>
    expect(trained.model.frequencies[i]).toBeCloseTo(f / 8, 5),
  );
  expect(trained.losses).not.toEqual(other.losses);
  expect(() => initialModel(key(4), SHAPE, { frequencyScale: 0 })).toThrow(
    'A score network: expected "frequencyScale" to be a number above 0, found 0. Change it, or leave it out for 16.',
  );
});
