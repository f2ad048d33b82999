// Ways of layers that are too long to be kept whole leave nothing of what is dropped.

import { makeTensor } from "@hamlet/graph";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { LARGEST_RECORD, TrajectoryRecorder } from "../../src/recall/record.ts";
import { recallOf, twoPatterns } from "../models.ts";

beforeAll(() => useBackend("cpu"));

test("a way that is thinned ends with the tensors that it hands out", () => {
  const { graph, v } = twoPatterns();
  const recall = {
    ...recallOf([[v, makeTensor("none", "const", v.axes)]]),
    record: [{ name: v.name, every: 1 }],
  };
  const before = tf.memory().numTensors;
  // Room for four moments.
  const recorder = new TrajectoryRecorder(graph, recall, () => LARGEST_RECORD.activations / 4);
  for (let step = 0; step <= 50; step++)
    recorder.keep(step, step === 50, () => tf.tensor1d([step]));
  const [{ steps, activations }] = [...recorder.finish().values()];
  expect(steps.length).toBeLessThanOrEqual(5);
  expect([...activations.dataSync()]).toEqual(steps);
  activations.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
