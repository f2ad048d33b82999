// The path without function evaluations takes the very flips of the general one, in float64.

import { atOnce, foldIn, key, type Key, randint, uniform } from "@hamlet/core";
import {
  apply,
  div,
  type Expr,
  get,
  type Index,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mul,
  neg,
  pow,
  sub,
  sum,
  type Tensor,
} from "@hamlet/graph";
import { describe, expect, test } from "vitest";
import type { BinaryState, Unit } from "../src/binary/binary-state.ts";
import { fastStates } from "../src/binary/fast-setup.ts";
import { FastState } from "../src/binary/fast-state.ts";
import { type BinaryLayer, FlipState } from "../src/binary/flip-state.ts";
import { ones } from "../src/binary/packed-patterns.ts";
import { QuadraticState } from "../src/binary/quadratic-state.ts";
import { asyncWalk, syncWalk, type WalkUnit } from "../src/binary/walk.ts";
import { identity } from "./models.ts";
import { flipForm } from "../src/binary/flip.ts";

const sign = { ...identity, name: "sign", kind: "binary" as const };

/** Energies over overlaps x of D units, summed over m. */
type EnergyOf = (x: Expr, m: Index, D: number) => Expr;
const ENERGIES: Readonly<Record<string, EnergyOf>> = {
  "a square": (x, m) => mul(lit(-1 / 2), sum([m], pow(x, lit(2)))),
  "a parabola": (x, m) => sum([m], sub(mul(lit(0.3), x), pow(sub(x, lit(1)), lit(2)))),
  "a rectified power": (x, m, D) =>
    mul(lit(-1 / 7), sum([m], pow(apply("relu", div(x, lit(D))), lit(7)))),
  "an exponential": (x, m) => neg(sum([m], apply("exp", mul(lit(0.3), x)))),
  "a curve of its own": (x, m) => sum([m], neg(mul(x, apply("tanh", mul(lit(0.2), x))))),
};
const LAYERS: readonly { low: number; high: number }[] = [
  { low: -1, high: 1 },
  { low: 0, high: 1 },
];
const CASES = 200;

/** Below which units and patterns are drawn: of few, and of so many that most of them never count. */
const SMALL = { units: [1, 70], patterns: [1, 12] } as const;
const LARGE = { units: [100, 200], patterns: [40, 90] } as const;

/** A random problem: two states of one start, on either path. */
function problem(stream: Key, energyOf: EnergyOf, sizes: typeof SMALL | typeof LARGE = SMALL) {
  const pick = (at: number, [from, to]: readonly [number, number]) =>
    randint(foldIn(stream, at), 1, from, to)[0];
  const [units, patterns] = [pick(0, sizes.units), pick(1, sizes.patterns)];
  const kind = pick(2, [0, 2]);
  const D = makeDim("D", units);
  const K = makeDim("K", patterns);
  const [i, m] = [makeIndex("i", D), makeIndex("m", K)];
  const neuron = makeNeuron("v", [D], sign);
  const xi = makeTensor("xi", "data", [K, D]);
  const x = sum([i], mul(get(xi, [m, i]), get(neuron.activation, [i])));
  const layer: BinaryLayer = { neuron, ...LAYERS[kind] };
  const form = flipForm(
    energyOf(x, m, units),
    new Map([[neuron.activation, [layer.low, layer.high] as const]]),
  );
  const signs = (at: number, count: number) =>
    Float64Array.from(uniform(foldIn(stream, at), count), (u) => (u < 0.5 ? -1 : 1));
  const tensors = new Map<Tensor, ArrayLike<number>>([[xi, signs(3, patterns * units)]]);
  const start = signs(4, units).map((s) => (s < 0 ? layer.low : layer.high));
  const space = { sizes: new Map(), tensors };
  const make = fastStates(form, [layer], space);
  if (make === null) throw new Error("the energy has the fast form");
  return {
    units: Array.from({ length: units }, (_, offset): WalkUnit => ({
      layer: 0,
      offset,
      cued: true,
    })),
    fast: make(start),
    general: new FlipState({ form, layers: [layer], ...space, values: [start] }),
  };
}

/** A state that writes down its flips. */
function recorded(state: BinaryState): { state: BinaryState; flips: number[] } {
  const flips: number[] = [];
  const accept = (unit: Unit) => {
    flips.push(unit.offset);
    state.accept(unit);
  };
  return {
    flips,
    state: {
      values: state.values,
      energy: () => state.energy(),
      setTime: (time) => state.setTime(time),
      changeOf: (unit) => state.changeOf(unit),
      lowers: (unit) => state.lowers(unit),
      accept,
    },
  };
}

describe.each(Object.entries(ENERGIES))("%s", (_, energyOf) => {
  test(`the same flips, states and energies in ${CASES} random cases`, () => {
    for (let index = 0; index < CASES; index++) {
      const stream = foldIn(key(31), index);
      const { units, fast, general } = problem(stream, energyOf);
      const [a, b] = [recorded(fast), recorded(general)];
      const order = (["permutation", "cyclic", "random"] as const)[index % 3];
      const walks = [a, b].map(({ state }) =>
        index % 10 === 9
          ? syncWalk({ state, units })
          : asyncWalk({ state, units }, { order, key: stream }),
      );
      for (const walk of walks) atOnce(walk.advance(20 * units.length));
      expect(a.flips).toEqual(b.flips);
      expect(fast.values[0]).toEqual(general.values[0]);
      expect(walks[0].settled).toBe(walks[1].settled);
      const [found, expected] = [fast.energy(), general.energy()];
      expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-12 * (1 + Math.abs(expected)));
    }
  });

  test("every proposal changes the energy by what the general path says", () => {
    for (let index = 0; index < 20; index++) {
      const { units, fast, general } = problem(foldIn(key(32), index), energyOf);
      const scale = 1 + Math.abs(general.energy());
      for (const unit of units) {
        const difference = Math.abs(fast.changeOf(unit) - general.changeOf(unit));
        expect(difference).toBeLessThanOrEqual(1e-12 * scale);
      }
    }
  });
});

/** A log-sum-exp memory is sharp: a wrong flip may cost hundreds, and little may be left of the sum. */
test.each([0.01, 0.3, 2, 40, 140])(
  "log-sum-exp with β = %d goes as on the general path",
  (beta) => {
    const memory: EnergyOf = (x, m) => neg(div(logsumexp([m], mul(lit(beta), x)), lit(beta)));
    for (let index = 0; index < 50; index++) {
      const stream = foldIn(key(33), index);
      const { units, fast, general } = problem(stream, memory, index < 47 ? SMALL : LARGE);
      for (const unit of units) {
        const [found, expected] = [fast.changeOf(unit), general.changeOf(unit)];
        expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(expected)));
      }
      const [a, b] = [recorded(fast), recorded(general)];
      for (const { state } of [a, b]) {
        const walk = asyncWalk({ state, units }, { order: "permutation", key: stream });
        atOnce(walk.advance(20 * units.length));
      }
      expect(a.flips).toEqual(b.flips);
      const difference = Math.abs(fast.energy() - general.energy());
      expect(difference).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(general.energy())));
    }
  },
);

test("ones are counted in all 32 bits", () => {
  for (const word of [0, 1, -1, 1 << 31, 0x55555555, 0x12345678, -0x1234567]) {
    expect(ones(word)).toBe((word >>> 0).toString(2).replaceAll("0", "").length);
  }
});

test("a square and a parabola need one number a proposal, other functions a sum", () => {
  for (const [name, energyOf] of Object.entries(ENERGIES)) {
    const { fast } = problem(key(34), energyOf);
    const expected = name === "a square" || name === "a parabola" ? QuadraticState : FastState;
    expect(fast, name).toBeInstanceOf(expected);
  }
});

describe("energies of another form take the general path", () => {
  const D = makeDim("D", 4);
  const K = makeDim("K", 3);
  const [i, m] = [makeIndex("i", D), makeIndex("m", K)];
  const neuron = makeNeuron("v", [D], sign);
  const xi = makeTensor("xi", "data", [K, D]);
  const weight = makeTensor("weight", "data", [K]);
  const field = makeTensor("field", "data", [D]);
  const v = get(neuron.activation, [i]);
  const x = sum([i], mul(get(xi, [m, i]), v));
  const signs = Float64Array.of(1, -1, 1, 1, -1, -1, 1, 1, 1, 1, 1, -1);
  const setupOf = (energy: Expr, patterns: Float64Array, values = { low: -1, high: 1 }) => {
    const layer = { neuron, ...values };
    const form = flipForm(
      energy,
      new Map([[neuron.activation, [values.low, values.high] as const]]),
    );
    const tensors = new Map<Tensor, ArrayLike<number>>([
      [xi, patterns],
      [weight, [1, 2, 3]],
      [field, [1, 2, 3, 4]],
    ]);
    return fastStates(form, [layer], { sizes: new Map(), tensors });
  };
  const cube = pow(x, lit(3));

  test.each<[string, Expr, Float64Array]>([
    ["weighted patterns", sum([m], mul(get(weight, [m]), cube)), signs],
    [
      "a field beside the memory",
      sum([], mul(sum([m], cube), sum([i], mul(get(field, [i]), v)))),
      signs,
    ],
    ["a square of the sum", pow(sum([m], cube), lit(2)), signs],
    ["patterns that are no signs", sum([m], cube), signs.map((s, k) => s * (k + 1))],
    ["a function that is not finite", sum([m], apply("log", x)), signs],
  ])("%s", (_, energy, patterns) => {
    expect(setupOf(energy, patterns)).toBeNull();
  });

  test("a log-sum-exp so sharp that a step leaves the range of numbers", () => {
    const sharp = (beta: number) => logsumexp([m], mul(lit(beta), x));
    expect(setupOf(sharp(140), signs)).not.toBeNull();
    expect(setupOf(sharp(160), signs)).toBeNull();
  });

  test("values whose overlaps share no lattice", () => {
    expect(setupOf(sum([m], cube), signs, { low: -1, high: 2 })).toBeNull();
    expect(setupOf(sum([m], cube), signs)).not.toBeNull();
  });
});
