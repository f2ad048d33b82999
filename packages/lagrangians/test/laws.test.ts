// Every law over every Lagrangian of the catalogue.

import { activationOf, evaluate, evaluateScalar, makeDim, makeNeuron } from "@hamlet/graph";
import { LAGRANGIANS } from "@hamlet/lagrangians";
import { checkLagrangian } from "@hamlet/testing";
import { describe, expect, test } from "vitest";

// Fixed: differences may not straddle a kink. Those of relu are at 0, but those of sparsemax anywhere;
// hessian.test.ts takes no differences and draws anew.
/** A small deterministic stream of numbers in (−1, 1). */
function stream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function vectors(seed: number, count: number, length: number, scale: number): Float64Array[] {
  const next = stream(seed);
  return Array.from({ length: count }, () =>
    Float64Array.from({ length }, () => {
      const x = scale * next();
      // Away from the kink of relu and abs, where derivatives jump.
      return Math.abs(x) < 0.05 ? x + 0.1 : x;
    }),
  );
}

const OPTIONS: Record<string, Record<string, number>> = { repu: { n: 3 } };

describe.each(LAGRANGIANS.map((definition) => [definition.name, definition] as const))(
  "%s",
  (name, definition) => {
    test("is convex, and its activation is the gradient of its value", () => {
      const violations = checkLagrangian(definition, {
        options: OPTIONS[name] ?? {},
        points: vectors(1, 50, 10, 2.5),
        directions: vectors(2, 50, 10, 1),
      });
      expect(violations).toEqual([]);
    });

    test("says what it is and where it comes from", () => {
      expect(definition.summary).toContain("activation");
      expect(definition.references.length).toBeGreaterThan(0);
    });
  },
);

/** The others end up infinite because the number that they stand for is. */
const UNBOUNDED = ["exp", "rexp"];

test.each(
  LAGRANGIANS.filter(({ name }) => !UNBOUNDED.includes(name)).map(
    (definition) => [definition.name, definition] as const,
  ),
)("%s stays finite for states up to a million", (name, definition) => {
  const most = { identity: 1e6, relu: 1e6, repu: 1e12, layernorm: 4 }[name] ?? 1;
  const options = OPTIONS[name] ?? {};
  const neuron = makeNeuron("x", [makeDim("D", 4)], definition, { options });
  const { indices, value } = activationOf(neuron);
  for (const x of [
    [1e6, -1e6, 3, 0],
    [-1e6, -1e6, -1e6, -1e6],
  ]) {
    const tensors = new Map([[neuron.state, x]]);
    expect(Number.isFinite(evaluateScalar(neuron.lagrangian, { tensors }))).toBe(true);
    for (const entry of evaluate(value, { tensors }, indices).data) {
      expect(Math.abs(entry)).toBeLessThanOrEqual(most);
    }
  }
});

test("activations on the simplex sum to one, those of ghostmax to less", () => {
  for (const [name, least, most] of [
    ["softmax", 1, 1],
    ["sparsemax", 1, 1],
    ["entmax15", 1, 1],
    ["ghostmax", 0, 1],
  ] as const) {
    const definition = LAGRANGIANS.find((entry) => entry.name === name)!;
    const neuron = makeNeuron("x", [makeDim("D", 5)], definition);
    const { indices, value } = activationOf(neuron);
    const tensors = new Map([[neuron.state, [0.3, -1, 2, 0.1, 0.7]]]);
    const total = evaluate(value, { tensors }, indices).data.reduce((a, b) => a + b, 0);
    expect(total).toBeLessThanOrEqual(most + 1e-12);
    expect(total).toBeGreaterThanOrEqual(least - 1e-12);
  }
});
