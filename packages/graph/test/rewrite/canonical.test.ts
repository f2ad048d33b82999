// Keys of sums and products too long to be flat: what counts is which parts stand how often.

import { add, exprKey, get, lit, makeTensor, mul } from "@hamlet/graph";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { law } from "../../../../tools/law.ts";

const PARTS = Array.from({ length: 40 }, (_, n) => get(makeTensor(`p${n}`, "const")));

/** The parts joined in one order or another, some at a time, so that they nest. */
function nested(join: typeof add, parts: readonly number[], cuts: readonly number[]) {
  let whole = join(...PARTS);
  let from = 0;
  for (const cut of [...cuts, parts.length]) {
    const some = parts.slice(from, Math.max(from, cut));
    whole = join(whole, ...some.map((n) => PARTS[n]));
    from = Math.max(from, cut);
  }
  return whole;
}

const drawn = fc.array(fc.nat(PARTS.length - 1), { minLength: 1, maxLength: 4 });
const sorted = (all: readonly number[]) => all.toSorted((a, b) => a - b);
const cut = fc.array(fc.nat(4), { maxLength: 2 }).map(sorted);

test.each([
  ["sums", add],
  ["products", mul],
])("%s have one key where they have the same parts, as often", (_, join) => {
  law(
    fc.property(drawn, drawn, cut, cut, (a, b, here, there) => {
      const same = sorted(a).join() === sorted(b).join();
      const [one, other] = [exprKey(nested(join, a, here)), exprKey(nested(join, b, there))];
      expect(one === other).toBe(same);
      expect(exprKey(nested(join, a.toReversed(), there))).toBe(one);
      expect(exprKey(join(nested(join, a, here), lit(3)))).not.toBe(one);
    }),
    60,
  );
});
