// What may be assumed of entries and what is let in are the same thing.

import {
  assumedRange,
  type Bound,
  contains,
  type Elem,
  evaluate,
  type Expr,
  firstRefused,
  get,
  lit,
  losesDigits,
  makeRanges,
  makeTensor,
  placeOf,
  refusalOf,
  replaceGets,
  type Tensor,
  type TensorKind,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySample, noise } from "../arbitrary-expr.ts";
import { scaleOf } from "../finite-differences.ts";
import { law } from "../../../../tools/law.ts";
import { samples } from "../../../../tools/samples.ts";

const ELEMS: readonly Elem[] = ["real", "int", "bool", "sign", "bit"];
const KINDS: readonly TensorKind[] = ["const", "param", "data", "given"];

const limits = fc.oneof(fc.constantFrom(0, 1, -1, 0.1, 1e-60, 2 ** 24), fc.double({ noNaN: true }));
const bounds: fc.Arbitrary<Bound | null> = fc.option(
  fc.record({
    op: fc.constantFrom("<" as const, "<=" as const, ">" as const, ">=" as const),
    value: limits,
  }),
);
const entries = fc.oneof(
  fc.constantFrom(0, 1, -1, 0.1, NaN, Infinity, -Infinity, 1e39, 1e-60, 2 ** 24 + 1),
  fc.integer({ min: -20, max: 20 }),
  fc.double(),
);

function isIn(range: ReturnType<typeof assumedRange>, value: number): boolean {
  const { low, high, lowOpen, highOpen } = range;
  return (lowOpen ? value > low : value >= low) && (highOpen ? value < high : value <= high);
}

const WHOLE: Readonly<Record<Elem, (value: number) => boolean>> = {
  real: Number.isFinite,
  int: Number.isSafeInteger,
  bool: (value) => value === 0 || value === 1,
  bit: (value) => value === 0 || value === 1,
  sign: (value) => Math.abs(value) === 1,
};

test("what is let in lies in the range that proofs assume, and what lies there is let in", () => {
  let admitted = 0;
  law(
    fc.property(
      fc.constantFrom(...ELEMS),
      bounds,
      fc.constantFrom(...KINDS),
      entries,
      (elem, bound, kind, value) => {
        const tensor = makeTensor("p", kind, [], { elem, bound });
        const held = Math.fround(value);
        const assumed = makeRanges()(get(tensor));
        if (refusalOf(tensor, value) === null) {
          admitted++;
          expect(isIn(assumed, held), `${elem} ${bound?.op} ${bound?.value}: ${value}`).toBe(true);
          expect(WHOLE[elem](held) || elem === "int").toBe(true);
          return;
        }
        // A declaration that nothing satisfies admits nothing; then nothing is claimed of it.
        const possible = [held, -1, 0, 1, bound?.value ?? 0].some(
          (one) => refusalOf(tensor, Math.fround(one)) === null,
        );
        if (possible && WHOLE[elem](value) && held === value)
          expect(isIn(assumed, held)).toBe(false);
      },
    ),
    750,
  );
  expect(admitted).toBeGreaterThan(samples(80));
});

test("a const is assumed to have the value of its formula", () => {
  const source = { from: "value", value: lit(0.3) } as const;
  const tensor = makeTensor("c", "const", [], { bound: { op: ">", value: 0 }, source });
  expect(assumedRange(tensor)).toMatchObject({ low: 0.3, high: 0.3 });
});

test("digits that float32 changes, and sizes that it has no digits for", () => {
  expect([16777217, 123456789, -33554431].map(losesDigits)).toEqual([true, true, true]);
  expect([16777217n, 2n ** 60n + 1n, 10n ** 18n].map(losesDigits)).toEqual([true, true, false]);
  expect([16777216, 2e37, 1e11, 0.1, 1.5, 3e9].map(losesDigits)).toEqual(Array(6).fill(false));
});

test("all entries at once are held to what one is held to", () => {
  law(
    fc.property(
      fc.constantFrom(...ELEMS),
      bounds,
      fc.array(fc.oneof(entries, fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n })), {
        maxLength: 5,
      }),
      (elem, bound, all) => {
        const tensor = makeTensor("p", "data", [], { elem, bound });
        const offset = all.findIndex((value) => refusalOf(tensor, value) !== null);
        const value = all[offset];
        expect(firstRefused(tensor, all)).toEqual(
          offset < 0 ? null : { offset, value, because: refusalOf(tensor, value) },
        );
      },
    ),
    750,
  );
});

test("the first refused entry, with its place", () => {
  const tensor = makeTensor("p", "data", [], { elem: "int", bound: { op: "<", value: 10 } });
  expect(firstRefused(tensor, [1, 2, 10, 11])).toEqual({ offset: 2, value: 10, because: "bound" });
  expect(firstRefused(tensor, [1, NaN])).toEqual({ offset: 1, value: NaN, because: "element" });
  expect(firstRefused(tensor, BigInt64Array.of(-16777217n))).toEqual({
    offset: 0,
    value: -16777217n,
    because: "rounding",
  });
  expect(firstRefused(tensor, [1, 2, 3])).toBeNull();
  expect(placeOf(7, [2, 3, 2])).toEqual([1, 0, 1]);
});

/** Numbers that a declaration lets in, spread around its bound. */
function within(tensor: Tensor, count: number, seed: number): Float32Array {
  const { elem, bound } = tensor;
  const draws = noise(8 * count + 64, seed);
  const candidates = [...draws, ...draws.map((x) => 4 * x)].map((x) => {
    const scale = elem === "real" ? x : elem === "sign" ? Math.sign(x) || 1 : Math.round(x);
    return Math.fround(
      elem === "int" || elem === "real" ? scale + Math.round(bound?.value ?? 0) : scale,
    );
  });
  const taken = candidates.filter((value) => refusalOf(tensor, value) === null);
  return Float32Array.from({ length: count }, (_, i) => taken[i % taken.length]);
}

test("every value of a random expression lies in its range, whatever the bounds of its tensors", () => {
  let narrow = 0;
  let bounded = 0;
  law(
    fc.property(
      arbitrarySample(10),
      fc.array(
        fc.record({
          op: fc.constantFrom("<" as const, "<=" as const, ">" as const, ">=" as const),
          value: fc.constantFrom(-2, -0.5, 0, 0.25, 2),
          used: fc.boolean(),
        }),
        { minLength: 10, maxLength: 10 },
      ),
      (sample, declared) => {
        const limited = new Map(
          sample.tensors.map((tensor, i) => {
            const { op, value, used } = declared[i];
            const free = tensor.kind === "state" || tensor.kind === "activation";
            const bound = used && !free && (tensor.elem === "real" || tensor.elem === "int");
            return [tensor, bound ? { ...tensor, bound: { op, value } } : tensor] as const;
          }),
        );
        const expr = replaceGets(sample.open(), (node): Expr =>
          get(limited.get(node.tensor)!, node.at),
        );
        const rounds = contains(expr, ({ kind }) => kind === "softmax");
        const { environment } = sample;
        const values = [...limited].map(([tensor, other], i): [Tensor, ArrayLike<number>] => {
          const old = environment.tensors.get(tensor)!;
          if (other.bound === null) return [other, old];
          bounded++;
          return [other, within(other, old.length, i)];
        });
        const { low, high, lowOpen, highOpen } = makeRanges()(expr);
        if (Number.isFinite(low) || Number.isFinite(high)) narrow++;
        return evaluate(expr, { ...environment, tensors: new Map(values) }).data.every((value) => {
          // A base that a bound makes negative has no broken power and no logarithm.
          if (!Number.isFinite(value)) return true;
          const slack = 1e-9 * scaleOf([value]);
          // A small enough part of a softmax is rounded to 0.
          const zero =
            !rounds && value === 0 && ((low === 0 && lowOpen) || (high === 0 && highOpen));
          return value >= low - slack && value <= high + slack && !zero;
        });
      },
    ),
    375,
  );
  expect(narrow).toBeGreaterThan(samples(150));
  expect(bounded).toBeGreaterThan(samples(500));
});
