import { evaluate, HamError } from "@hamlet/graph";
import { readSeparation } from "@hamlet/model";
import { expect, test } from "vitest";

function weightsOf(text: string, values: readonly number[]): number[] {
  const { weights, scores } = readSeparation(text);
  const sizes = new Map([[scores.axes[0], values.length]]);
  return [...evaluate(weights, { sizes, tensors: new Map([[scores, values]]) }).data];
}

test("a formula of one score is applied to each", () => {
  expect(weightsOf("max(0, s[i])^3", [-1, 0, 2])).toEqual([0, 0, 8]);
});

test("a formula may read all scores", () => {
  const [a, b] = weightsOf("exp(2 * s[i] - logsumexp[j] 2 * s[j])", [0, 1]);
  expect(a + b).toBeCloseTo(1, 12);
  expect(b / a).toBeCloseTo(Math.exp(2), 12);
});

test("a mistake has a place in the formula", () => {
  try {
    readSeparation("max(0, t[i])");
    expect.unreachable();
  } catch (error) {
    expect(HamError.isInstance(error)).toBe(true);
    expect((error as HamError).message).toContain("max(0, t[i])");
  }
});
