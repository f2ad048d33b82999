// How endings are put into words.

import { defaultRecall, type Neuron } from "@hamlet/graph";
import type { Outcome } from "@hamlet/ham";
import { expect, test } from "vitest";
import { endingsText, inExamples, startText } from "../src/endings.ts";

const outcome = (about: Partial<Outcome>): Outcome => ({
  ending: "converged",
  steps: 12,
  energyBefore: 1,
  energyAfter: -1,
  lastChange: 0,
  firstIncrease: null,
  largestIncrease: null,
  rise: 0,
  basin: "followed",
  noisy: false,
  period: null,
  clips: [],
  fault: null,
  descent: null,
  ...about,
});

test("one example has its own numbers, several have medians and means", () => {
  expect(endingsText([outcome({})])).toMatchInlineSnapshot(`
    "ended      examples  steps  energy before     after
    ─────────  ────────  ─────  ─────────────  ────────
    converged         1     12        1.00000  -1.00000"
  `);
  const three = [9, 1, 2].map((steps) => outcome({ steps, energyAfter: -steps }));
  expect(endingsText(three)).toMatchInlineSnapshot(`
    "ended      examples  median steps  mean energy before  mean energy after
    ─────────  ────────  ────────────  ──────────────────  ─────────────────
    converged         3             2             1.00000           -4.00000"
  `);
});

test("what holds a floor is named, with the examples that it holds in", () => {
  const clip = {
    energy: "memory",
    neuron: "v",
    formula: "max(h, eps)",
    place: "m.ham:7:20",
    kind: "floor",
  } as const;
  const outcomes = [0, 1, 2, 3, 4, 5].map((b) =>
    b === 2 ? outcome({}) : outcome({ ending: "clipped", clips: [clip] }),
  );
  expect(endingsText(outcomes)).toMatchInlineSnapshot(`
    "ended      examples  median steps  mean energy before  mean energy after
    ─────────  ────────  ────────────  ──────────────────  ─────────────────
    clipped           5            12             1.00000           -1.00000
    converged         1            12             1.00000           -1.00000

    The gradient of \`memory\` by \`v\` is exactly 0 because \`max(h, eps)\` (m.ham:7:20) holds its floor in 5 of 6 examples (0, 1, 3, …).
    Clipped states are near no memory: start closer to one, or make the energy reach further, as by a smaller \`beta\`."
  `);
});

test("a rise of the energy is said whatever the ending", () => {
  const rise = { step: 4, amount: 0.384 };
  const outcomes = [
    outcome({ firstIncrease: rise, largestIncrease: rise }),
    outcome({
      ending: "energy-increased",
      firstIncrease: rise,
      largestIncrease: { step: 9, amount: 2.5 },
    }),
    outcome({}),
  ];
  expect(endingsText(outcomes)).toMatchInlineSnapshot(`
    "ended             examples  median steps  mean energy before  mean energy after
    ────────────────  ────────  ────────────  ──────────────────  ─────────────────
    converged                2            12             1.00000           -1.00000
    energy-increased         1            12             1.00000           -1.00000

    The energy rose on the way in 2 of 3 examples (0, 1), most by 2.5 in step 9 of example 1: the end may be in another basin than the start, so try a smaller \`dt\`, or \`adaptive\`."
  `);
});

test("samples are not told to take more steps", () => {
  const text = endingsText([outcome({ ending: "max-steps", noisy: true })]);
  expect(text).toContain("samples at the temperature of the recall");
  expect(text).not.toContain("raise `steps`");
  expect(endingsText([outcome({ ending: "max-steps" })])).toContain("raise `steps`");
  const still = [outcome({ ending: "max-steps" }), outcome({ ending: "max-steps" })];
  expect(endingsText(still)).toContain("The last step moved nothing");
  const moving = [...still, outcome({ ending: "max-steps", lastChange: 0.1 })];
  expect(endingsText(moving)).toContain("Still moving");
});

test("a recall that starts nowhere says where it began", () => {
  const recall = defaultRecall();
  expect(startText(recall, true)).toMatchInlineSnapshot(
    `"The file has no recall block: this is the default one, \`euler\` from 0 in every layer. Write a recall with \`start\` to begin elsewhere."`,
  );
  expect(startText(recall, false)).toBe("The recall starts no layer anywhere: all began at 0.");
  const neuron = {} as Neuron;
  const starts = [{ neuron, from: "draw", distribution: "normal", args: [] }] as const;
  expect(startText({ ...recall, starts }, false)).toBe("");
});

test("examples are named where there are others", () => {
  expect(inExamples([0], 1)).toBe("");
  expect(inExamples([3], 4)).toBe(" in example 3");
  expect(inExamples([0, 2], 2)).toBe(" in 2 of 2 examples (0, 2)");
  expect(inExamples([2, 3, 5, 7], 20)).toBe(" in 4 of 20 examples (2, 3, 5, …)");
});
