// ΔE of a flip against two evaluations of the energy, for energies of every form.

import {
  apply,
  div,
  type Environment,
  evaluateScalar,
  type Expr,
  get,
  lit,
  logsumexp,
  makeClosures,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  neg,
  position,
  pow,
  sub,
  sum,
} from "@hamlet/graph";
import { describe, expect, test } from "vitest";
import { flipForm } from "../../src/binary/flip.ts";

const D = makeDim("D", 5);
const K = makeDim("K", 3);
const [i, j, k] = [makeIndex("i", D), makeIndex("j", D), makeIndex("k", D)];
const m = makeIndex("m", K);
const v = makeTensor("v", "activation", [D]);
const w = makeTensor("w", "activation", [D]);
const xi = makeTensor("xi", "data", [K, D]);
const T = makeTensor("T", "data", [D, D]);
const overlap = sum([i], mul(get(xi, [m, i]), get(v, [i])));
const distinct = apply("ne", position(i), position(j));

const ENERGIES: Readonly<Record<string, { energy: Expr; overlaps: number }>> = {
  "Hebb's rule as squared overlaps": {
    energy: mul(lit(-1 / 2), sum([m], pow(overlap, lit(2)))),
    overlaps: 1,
  },
  "a rectified polynomial of order 6": {
    energy: mul(lit(-1 / 6), sum([m], pow(apply("relu", overlap), lit(6)))),
    overlaps: 1,
  },
  "an exponential memory": {
    energy: neg(div(logsumexp([m], mul(lit(0.3), overlap)), lit(0.3))),
    overlaps: 1,
  },
  "a matrix of couplings": {
    energy: neg(sum([i, j], mul(get(T, [i, j]), get(v, [i]), get(v, [j])))),
    overlaps: 1,
  },
  "couplings without a diagonal": {
    energy: neg(sum([i, j], mul(get(T, [i, j]), get(v, [i]), get(v, [j])), distinct)),
    overlaps: 1,
  },
  "squared distances": {
    energy: logsumexp([m], neg(sum([i], pow(sub(get(v, [i]), get(xi, [m, i])), lit(2))))),
    overlaps: 1,
  },
  "two layers, and one unit by itself": {
    energy: sub(
      mul(get(v, [2]), get(w, [0])),
      sum([i, j], mul(get(T, [i, j]), get(v, [i]), get(w, [j]))),
    ),
    overlaps: 1,
  },
  "products of three units": {
    energy: sum(
      [i, j, k],
      mul(get(T, [i, j]), get(T, [j, k]), get(v, [i]), get(v, [j]), get(w, [k])),
    ),
    overlaps: 1,
  },
  "no polynomial at all": {
    energy: sum([i], apply("exp", mul(get(v, [i]), get(xi, [1, i])))),
    overlaps: 0,
  },
  "Hebb's matrix, which is never built": {
    energy: neg(
      sum([i, j], mul(sum([m], mul(get(xi, [m, i]), get(xi, [m, j]))), get(v, [i]), get(v, [j]))),
    ),
    overlaps: 1,
  },
};

/** Deterministic numbers that look like noise. */
const noise = (seed: number, count: number) =>
  Float64Array.from({ length: count }, (_, n) => Math.sin(12.9898 * (n + 1) + 78.233 * seed));

describe.each([
  ["-1 and 1", -1, 1],
  ["0 and 1", 0, 1],
] as const)("units of %s", (_, low, high) => {
  test.each(Object.keys(ENERGIES))("%s: ΔE is the difference of two energies", (name) => {
    const { energy, overlaps } = ENERGIES[name];
    const values = new Map([v, w].map((tensor) => [tensor, [low, high] as const]));
    const form = flipForm(energy, values);
    if (overlaps > 0) expect(form.overlaps.length).toBeGreaterThanOrEqual(overlaps);
    const entries = ({ axes }: { axes: readonly unknown[] }) => axes.length;
    if (name.startsWith("Hebb")) {
      expect(form.overlaps.map(({ tensor }) => entries(tensor))).not.toContain(2);
      expect(form.constants).toEqual([]);
    }
    const tensors = new Map([
      [xi, noise(1, 15)],
      [T, noise(2, 25)],
      [v, noise(3, 5).map((x) => (x > 0 ? high : low))],
      [w, noise(4, 5).map((x) => (x > 0 ? high : low))],
    ]);
    const environment: Environment = { tensors };
    const before = evaluateScalar(energy, environment);
    const arrays = new Map(tensors);
    const closures = makeClosures({ sizes: new Map(), tensors: arrays });
    const table = (size: number) => new Float64Array(size);
    const count = (axes: readonly { size: unknown }[]) =>
      axes.reduce((total, dim) => total * (dim === D ? 5 : 3), 1);
    for (const { tensor, indices, value } of form.constants) {
      arrays.set(tensor, table(count(tensor.axes)));
      closures.fill(value, indices)(arrays.get(tensor)!);
    }
    for (const { tensor, indices, value } of form.overlaps) {
      arrays.set(tensor, table(count(tensor.axes)));
      closures.fill(value, indices)(arrays.get(tensor)!);
    }
    for (const [tensor, shift] of form.shifts) arrays.set(shift, table(count(tensor.axes)));
    expect(closures.compile(form.energy)()).toBeCloseTo(before, 9);
    for (const layer of [v, w]) {
      for (let unit = 0; unit < 5; unit++) {
        const now = tensors.get(layer)![unit];
        const jump = now === high ? low - high : high - low;
        for (const { tensor, indices, slopes } of form.overlaps) {
          const shift = arrays.get(form.shifts.get(tensor)!)!.fill(0);
          for (const { layer: moved, at, value } of slopes) {
            if (moved !== layer) continue;
            at.forEach((index) => (closures.cell(index).at = unit));
            closures.fill(value, indices)(shift);
            shift.forEach((slope, n) => (shift[n] = jump * slope));
          }
        }
        const own = arrays.get(form.shifts.get(layer)!)!.fill(0);
        own[unit] = jump;
        const after = new Map(tensors).set(layer, tensors.get(layer)!.with(unit, now + jump));
        const expected = evaluateScalar(energy, { tensors: after }) - before;
        expect(closures.compile(form.change)()).toBeCloseTo(expected, 9);
        own.fill(0);
      }
    }
  });
});
