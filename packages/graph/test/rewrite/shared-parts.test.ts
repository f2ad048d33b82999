// Names for shared parts: what they stand for, put back, is the formula as it was.

import {
  add,
  apply,
  children,
  evaluate,
  type Expr,
  exprKey,
  get,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  nameSharedParts,
  position,
  pow,
  printText,
  replaceGets,
  type SharedPart,
  substituteIndices,
  sum,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySample } from "../arbitrary-expr.ts";
import { scaleOf } from "../finite-differences.ts";
import { law } from "../../../../tools/law.ts";
import { samples } from "../../../../tools/samples.ts";

/** A formula with every name replaced by what it stands for. */
function expanded(formula: Expr, parts: readonly SharedPart[]): Expr {
  return replaceGets(formula, (node) => {
    const part = parts.find(({ name }) => name === node.tensor);
    if (part === undefined) return null;
    const at = new Map(part.indices.map((index, axis) => [index, node.at[axis]]));
    return substituteIndices(expanded(part.value, parts), at);
  });
}

test("names change no value", () => {
  let named = 0;
  law(
    fc.property(arbitrarySample(14), (sample) => {
      const expr = sample.open();
      const twice = add(apply("tanh", expr), mul(lit(2), expr));
      const { formulas, parts } = nameSharedParts([expr, twice], {
        taken: ["q"],
        isNamed: (_, reads, length) => reads > 1 && length > 2,
      });
      named += parts.length;
      [expr, twice].forEach((before, i) => {
        const after = expanded(formulas[i], parts);
        const values = [before, after].map((e) => evaluate(e, sample.environment, before.free));
        expect(values[1].data, printText(before)).toHaveLength(values[0].data.length);
        values[0].data.forEach((value, k) => {
          const scale = scaleOf(values[0].data);
          if (Number.isFinite(value)) {
            expect(Math.abs(values[1].data[k] - value)).toBeLessThanOrEqual(1e-12 * scale);
          } else expect(values[1].data[k]).toBe(value);
        });
      });
    }),
    500,
  );
  expect(named).toBeGreaterThan(samples(125));
});

const D = makeDim("D", 3);
const H = makeDim("H", 3);
const [i, j] = [makeIndex("i", D), makeIndex("j", D)];
const x = makeTensor("x", "activation", [D]);
const long = (at: typeof i) => apply("tanh", add(pow(get(x, [at]), lit(3)), lit(1)));

test("a part that is read at two indices is one part", () => {
  const formula = mul(sum([i], long(i)), long(j));
  const { formulas, parts } = nameSharedParts([formula], {
    taken: ["p"],
    isNamed: (_, reads, length) => reads > 1 && length > 3,
  });
  expect(formulas.map((each) => printText(each))).toEqual(["q[j] * sum[i] q[i]"]);
  expect(parts.map(({ name, value }) => `${name.name}: ${printText(value)}`)).toEqual([
    "q: tanh(x[i]^3 + 1)",
  ]);
});

test("a part that several formulas read once each has no name", () => {
  const { parts } = nameSharedParts([long(i), add(long(j), lit(1)), pow(long(i), lit(2))], {
    taken: [],
    isNamed: (_, reads, length) => reads > 1 && length > 3,
  });
  expect(parts).toEqual([]);
});

test("parts over different dims are different, though they look alike", () => {
  const [a, b] = [makeIndex("a", D), makeIndex("b", H)];
  const at = (index: typeof a) => apply("exp", add(position(index), lit(1)));
  const formula = add(sum([a], at(a)), sum([a], apply("tanh", at(a))), sum([b], at(b)));
  const { formulas, parts } = nameSharedParts([formula], {
    taken: [],
    isNamed: (_, reads, length) => reads > 1 && length > 2,
  });
  expect(parts.map(({ name }) => name.axes)).toEqual([[D]]);
  expect(exprKey(expanded(formulas[0], parts))).toBe(exprKey(formula));
});

test("a chain of forty doublings is named in forty steps", () => {
  let link: Expr = get(x, [i]);
  for (let n = 0; n < 40; n++) link = add(apply("tanh", link), pow(link, lit(2)));
  const { formulas, parts } = nameSharedParts([link], {
    taken: [],
    isNamed: (_, reads, length) => reads > 1 && length >= 4,
  });
  const nodes = (expr: Expr): number => children(expr).reduce((n, part) => n + nodes(part), 1);
  const written = [...formulas, ...parts.map(({ value }) => value)];
  expect(written.reduce((n, expr) => n + nodes(expr), 0)).toBeLessThan(40 * 10);
  expect(new Set(parts.map(({ name }) => name.name)).size).toBe(parts.length);
});
