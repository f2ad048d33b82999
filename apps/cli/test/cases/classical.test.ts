// Two-valued units and quadratic energies, against plain loops in float64.

import { loadModelFile } from "@hamlet/model/node";

import { beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../../src/backend.ts";
import { casePath, dot, recallCase, rowsOf } from "./recall-case.ts";

beforeAll(() => startBackend("wasm"));

const signs = (row: readonly number[]) => row.map((bit) => 2 * bit - 1);

/** Couplings `Σ_m p_i p_j / scale` of units of ±1, without those of a unit with itself. */
function hebb(patterns: readonly (readonly number[])[], scale: number): number[][] {
  return patterns[0].map((_, i) =>
    patterns[0].map((_, j) =>
      i === j ? 0 : patterns.reduce((total, p) => total + p[i] * p[j], 0) / scale,
    ),
  );
}

/** `−1/2 Σᵢⱼ Wᵢⱼ sᵢ sⱼ`. */
const energyOf = (W: readonly number[][], s: readonly number[]) =>
  (-1 / 2) * s.reduce((total, x, i) => total + x * dot(W[i], s), 0);

/** A unit follows its field, and stays where there is none. */
const settled = (W: readonly number[][], s: readonly number[], i: number) =>
  Math.sign(dot(W[i], s)) || s[i];

/** All states of a recall that moves every unit at once, until nothing moves. */
function together(W: readonly number[][], start: readonly number[], free = start.map(() => 1)) {
  const states = [start];
  for (;;) {
    const before = states.at(-1)!;
    const next = before.map((x, i) => (free[i] ? settled(W, before, i) : x));
    if (next.every((x, i) => x === before[i])) return states;
    states.push(next);
  }
}

/** Where a recall ends that moves one unit after the other. */
function oneByOne(W: readonly number[][], start: readonly number[], free: readonly number[]) {
  const state = [...start];
  for (;;) {
    const before = [...state];
    for (let i = 0; i < state.length; i++) if (free[i]) state[i] = settled(W, state, i);
    if (state.every((x, i) => x === before[i])) return state;
  }
}

const ends = (ended: { readonly outcomes: readonly { readonly ending: string }[] }) => [
  ...new Set(ended.outcomes.map(({ ending }) => ending)),
];

describe("01: two patterns of ten bits and two damaged cues", () => {
  const bits = rowsOf("01-zero-one-wiki/p.npz#patterns");
  const W = hebb(bits.map(signs), 1);

  test("both come back as bits, with the energy of the patterns", async () => {
    const ended = await recallCase("01-zero-one-wiki/a-bits.ham");
    expect(ended.rows).toEqual(bits);
    expect(bits.map((pattern) => energyOf(W, signs(pattern)))).toEqual([-42, -42]);
    expect(ended.outcomes.map(({ energyAfter }) => energyAfter)).toEqual([-42, -42]);
    expect(ends(ended)).toEqual(["converged"]);
  });

  test("and as signs, into which 0 and 1 are read", async () => {
    const ended = await recallCase("01-zero-one-wiki/b-sign.ham");
    expect(ended.rows).toEqual(bits.map(signs));
    // Squares of overlaps count every unit with itself: K D / 2 less.
    expect(ended.outcomes.map(({ energyAfter }) => energyAfter)).toEqual([-52, -52]);
  });
});

test("03: seven-segment digits, all units at once, with the energy of every step", async () => {
  const W = rowsOf("03-seven-segment/W.npy");
  const ended = await recallCase("03-seven-segment/seg.ham", { recall: "together" });
  const ways = rowsOf("03-seven-segment/seg.npz#Q").map((cue) => together(W, cue));
  expect(ended.rows).toEqual(ways.map((way) => way.at(-1)));
  const [one, three, six] = rowsOf("03-seven-segment/seg.npz#P");
  expect(ended.rows).toEqual([three, six, one]);
  ways.forEach((way, b) => {
    const expected = way.map((state) => energyOf(W, state));
    expected.forEach((energy, step) => expect(ended.energies[b][step]).toBeCloseTo(energy, 5));
    expect(ended.energies[b].at(-1)).toBeCloseTo(expected.at(-1)!, 5);
  });
  const last = ended.outcomes.map(({ energyAfter }) => energyAfter.toFixed(4));
  expect(last).toEqual(["-16.3333", "-23.0000", "-24.3333"]);
  expect(ends(ended)).toEqual(["converged"]);
});

test("05: a cue with 0 for an unknown unit is refused, with its place and the way out", async () => {
  const refused = await loadModelFile(casePath("05-zero-in-query/q.ham")).then(
    () => "nothing was thrown",
    (error: Error) => error.message,
  );
  expect(refused).toContain("E0405");
  expect(refused).toContain("[0, 3]");
});

describe("06: every example has its own free units, and one holds all", () => {
  const [cues, free] = ["Q", "free"].map((key) => rowsOf(`06-neuron-mask/m.npz#${key}`));
  const W = hebb(rowsOf("06-neuron-mask/m.npz#P"), cues[0].length);

  test.each(["settle", "together", "warm"])(
    "%s leaves the held ones as they were",
    async (recall) => {
      const { rows } = await recallCase("06-neuron-mask/m.ham", { recall });
      const held = (all: readonly number[][]) =>
        all.map((row, b) => row.filter((_, i) => !free[b][i]));
      expect(held(rows)).toEqual(held(cues));
      expect(rows[2]).toEqual(cues[2]);
      expect(rows[0]).not.toEqual(cues[0]);
    },
  );

  test("the free ones end where a plain loop ends", async () => {
    const settle = await recallCase("06-neuron-mask/m.ham", { recall: "settle" });
    expect(settle.rows).toEqual(cues.map((cue, b) => oneByOne(W, cue, free[b])));
    const sync = await recallCase("06-neuron-mask/m.ham", { recall: "together" });
    expect(sync.rows).toEqual(cues.map((cue, b) => together(W, cue, free[b]).at(-1)));
  });
});
