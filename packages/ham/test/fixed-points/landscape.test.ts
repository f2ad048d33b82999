// Slopes and curvatures against finite differences of the energy, and what they decide.

import { atOnce } from "@hamlet/core";
import {
  add,
  get,
  lit,
  makeDim,
  makeNeuron,
  makeTensor,
  mul,
  pow,
  replaceGets,
} from "@hamlet/graph";
import { classify, type Landscape, makeLandscape, refine, type StateVector } from "@hamlet/ham";
import { describe, expect, test } from "vitest";
import { CORNERS, identity, softmax, triangle, wired } from "../models.ts";

const W = [1, 0.5, -0.3, 0.2, -1, 0.7, -0.4, 0.6, 0.9];

/** Two layers, one of which has a metric of its own. */
function twoLayers(strength = 1): Landscape {
  const { graph, weights } = wired([identity, softmax], [[0, 1]]);
  return makeLandscape(graph, {
    sizes: new Map(),
    tensors: new Map([[weights[0], W.map((w) => strength * w)]]),
  });
}

const point = Float64Array.of(0.5, -1, 0.8, 0.3, -0.2, 1.1);

/** Central differences of a vector-valued function along `u`. */
function along(
  f: (x: StateVector) => StateVector,
  x: StateVector,
  u: StateVector,
  h = 1e-5,
): StateVector {
  const [up, down] = [h, -h].map((step) => f(x.map((value, i) => value + step * u[i])));
  return up.map((value, i) => (value - down[i]) / (2 * h));
}

const u = Float64Array.of(0.3, -0.7, 0.2, 0.9, 0.1, -0.4);

function expectClose(actual: StateVector, expected: StateVector, digits = 7): void {
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], digits));
}

describe("a landscape", () => {
  test("has the slope of its energy: dE/dx = ∂x̂/∂x · ∂E/∂x̂", () => {
    const landscape = twoLayers();
    const site = landscape.at(point);
    const whole = site.metricTimes(site.slope);
    const measured = point.map((_, i) => {
      const unit = new Float64Array(point.length);
      unit[i] = 1;
      return along((x) => Float64Array.of(landscape.at(x).energy), point, unit)[0];
    });
    expectClose(whole, measured);
  });

  test("has the metric of its activations and the bend of its slope", () => {
    const landscape = twoLayers();
    const site = landscape.at(point);
    expectClose(
      site.metricTimes(u),
      along((x) => landscape.at(x).activations, point, u),
    );
    const turned = site.bendTimes(site.metricTimes(u)).map((value, i) => value + u[i]);
    expectClose(
      turned,
      along((x) => landscape.at(x).slope, point, u),
    );
  });

  test("multiplies several vectors as it does each, and two sites do not meet", () => {
    const landscape = twoLayers();
    const [near, far] = [point, point.map((x) => 2 * x)].map((x) => landscape.at(x));
    const both = Float64Array.of(...u, ...point);
    const before = near.bendTimes(near.metricTimes(both));
    const elsewhere = far.bendTimes(far.metricTimes(u));
    const each = [u, point].flatMap((x) => [...near.bendTimes(near.metricTimes(x))]);
    expect([...before]).toEqual(each);
    expect([...elsewhere]).not.toEqual(each.slice(0, 6));
    expect([...twoLayers().at(far.states).metricTimes(u)]).toEqual([...far.metricTimes(u)]);
  });

  test("takes a const of a formula in float64, unless somebody set it", () => {
    const { graph, beta, xi } = triangle();
    const told = makeTensor("beta", "const", [], { source: { from: "value", value: lit(0.1) } });
    const energyAt = (value: number) => {
      const tensors = new Map([
        [told, [value]],
        [xi, CORNERS],
      ] as const);
      const energy = replaceGets(graph.terms[0].energy, ({ tensor }) =>
        tensor === beta ? get(told) : null,
      );
      const own = { ...graph, tensors: [told, xi], terms: [{ name: "lse", energy }] };
      return makeLandscape(own, { sizes: new Map(), tensors }).at(Float64Array.of(0.5, 0.5)).energy;
    };
    const [x, y] = [0.5, 0.5];
    const exact = (b: number) => {
      const overlaps = [0, 1, 2].map((m) => CORNERS[2 * m] * x + CORNERS[2 * m + 1] * y);
      const all = overlaps.reduce((sum, overlap) => sum + Math.exp(b * overlap), 0);
      return (x * x + y * y) / 2 - Math.log(all) / b;
    };
    expect(energyAt(Math.fround(0.1))).toBeCloseTo(exact(0.1), 13);
    expect(energyAt(0.3)).toBeCloseTo(exact(0.3), 13);
    expect(energyAt(0.1001)).toBeCloseTo(exact(0.1001), 13);
  });

  test("does not move where a clamp holds", () => {
    const { graph, beta, xi, v } = triangle();
    const held = { neuron: v, indices: [], where: null, value: null };
    const landscape = makeLandscape(graph, {
      sizes: new Map(),
      tensors: new Map([
        [beta, [2]],
        [xi, CORNERS],
      ] as const),
      clamps: [held],
    });
    expect([...landscape.free]).toEqual([0, 0]);
    const site = landscape.at(Float64Array.of(0.5, 0.5));
    expect([...site.slope]).toEqual([0, 0]);
    expect(atOnce(classify(landscape, site))).toEqual({
      kind: "minimum",
      index: 0,
      eigenvalues: [],
    });
  });
});

describe("a fixed point of two layers", () => {
  test("is refined to float64, and classified as the rates of the dynamics say", () => {
    const landscape = twoLayers(3);
    const [{ place, residual, converged }] = atOnce(refine(landscape, [point]));
    const site = landscape.at(place.states);
    expect(converged).toBe(true);
    expect(residual).toBeLessThan(1e-12);
    const { eigenvalues, index, kind } = atOnce(classify(landscape, site));
    // The rates of −∂g/∂x, whose trace and determinant finite differences know. The shift of all
    // states of the softmax decays at rate 1 and moves no activation: it is not among them.
    const jacobian = [...point.keys()].map((j) => {
      const unit = new Float64Array(point.length);
      unit[j] = 1;
      return along((x) => landscape.at(x).slope, site.states, unit);
    });
    const trace = jacobian.reduce((total, column, j) => total + column[j], 0);
    expect(eigenvalues).toHaveLength(5);
    expect(eigenvalues.reduce((a, b) => a + b, 1)).toBeCloseTo(trace, 6);
    expect(index).toBe(eigenvalues.filter((value) => value < 0).length);
    expect(kind).toBe(index === 0 ? "minimum" : "saddle");
    const product = eigenvalues.reduce((a, b) => a * b, 1);
    expect(product).toBeCloseTo(determinant(jacobian.map((column) => [...column])), 5);
  });
});

test("a search gives up where |g| is least and not 0, and another nearby does not", () => {
  const { graph, beta, xi } = triangle();
  // Three minima and three saddles meet in pairs at β = 1.830429; before it |g| keeps a minimum there.
  const looks = [1.82, 1.84].map((value) => {
    const tensors = new Map([
      [beta, [value]],
      [xi, CORNERS],
    ] as const);
    const landscape = makeLandscape(graph, { sizes: new Map(), tensors });
    let looked = 0;
    const places = (points: readonly StateVector[]) => {
      looked += points.length;
      return landscape.places(points);
    };
    const curvatures = landscape.curvatures.bind(landscape);
    const counting: Landscape = { ...landscape, places, curvatures };
    const [{ residual, converged }] = atOnce(refine(counting, [Float64Array.of(0.6, 0)]));
    return { looked, residual, converged };
  });
  expect(looks.map(({ converged }) => converged)).toEqual([false, true]);
  expect(looks[0].residual).toBeGreaterThan(1e-4);
  expect(looks[0].looked).toBeLessThan(40);
});

test("where a slope is small but nowhere 0 there is no fixed point", () => {
  const x = makeNeuron("x", [makeDim("D", 1)], identity, { leak: false });
  const at = get(x.activation, [0]);
  // E′ = x² + 1e-7
  const energy = add(mul(lit(1 / 3), pow(at, lit(3))), mul(lit(1e-7), at));
  const graph = {
    dims: [],
    tensors: [],
    neurons: [x],
    terms: [{ name: "e", energy }],
    recalls: [],
  };
  const landscape = makeLandscape(graph, { sizes: new Map(), tensors: new Map() });
  const [{ residual, converged }] = atOnce(refine(landscape, [Float64Array.of(0.5)]));
  expect(residual).toBeGreaterThanOrEqual(1e-7);
  expect(residual).toBeLessThan(1e-6);
  expect(converged).toBe(false);
});

/** By elimination with pivots. */
function determinant(rows: number[][]): number {
  let result = 1;
  for (let k = 0; k < rows.length; k++) {
    const best = rows
      .slice(k)
      .reduce((top, row, i) => (Math.abs(row[k]) > Math.abs(rows[top][k]) ? k + i : top), k);
    if (best !== k) [rows[k], rows[best], result] = [rows[best], rows[k], -result];
    result *= rows[k][k];
    for (let i = k + 1; i < rows.length; i++) {
      const factor = rows[i][k] / rows[k][k];
      rows[i] = rows[i].map((value, j) => value - factor * rows[k][j]);
    }
  }
  return result;
}
