// A mask inside a log-sum-exp takes a summand away; one times the scores makes it exp(0).

import { beforeAll, expect, test } from "vitest";
import { startBackend } from "../../src/backend.ts";
import { recallCase, rowsOf } from "./recall-case.ts";

beforeAll(() => startBackend("wasm"));

const [u, mask] = ["u", "mask"].map((name) =>
  rowsOf(`16-mask-inside-logsumexp/${name}.npy`).flat(),
);
const logsum = (scores: readonly number[]) =>
  -Math.log(scores.reduce((total, score) => total + Math.exp(score), 0));

test.each([
  ["w", -3.126928, logsum(u.filter((_, k) => mask[k] > 0.5))],
  ["out", -3.169846, logsum(u.map((score, k) => mask[k] * score))],
])("16: %s.ham starts at %d", async (name, printed, expected) => {
  expect(expected).toBeCloseTo(printed, 6);
  const { outcomes } = await recallCase(`16-mask-inside-logsumexp/${name}.ham`);
  expect(outcomes[0].energyBefore).toBeCloseTo(expected, 6);
});
