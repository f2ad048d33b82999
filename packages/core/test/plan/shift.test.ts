// Guards that tie one index to others: convolution, windows, shifted copies.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import {
  add,
  apply,
  type Expr,
  get,
  gradient,
  hessianVectorProduct,
  type Index,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  position,
  pow,
  reduce,
  sum,
} from "@hamlet/graph";
import { plan } from "@hamlet/core";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { type Bound, quarters, type Setting } from "../../conformance/setting.ts";
import { expectAgreement } from "./compare.ts";

const [H, W, C, F, kh, kw] = [
  makeDim("H", 5),
  makeDim("W", 4),
  makeDim("C", 2),
  makeDim("F", 3),
  makeDim("kh", 3),
  makeDim("kw", 2),
];
const image = makeTensor("image", "activation", [H, W, C]);
const direction = makeTensor("direction", "given", [H, W, C]);
const filter = makeTensor("filter", "param", [F, C, kh, kw]);

/** `i == stride·y + k − before` */
function tied(i: Index, y: Index, k: Index, stride: number, before: number): Expr {
  return apply("eq", position(i), add(mul(lit(stride), position(y)), position(k), lit(-before)));
}

/** A convolutional synapse between `image` and a feature layer of the size that fits. */
function convolution(
  stride: number,
  [top, left]: readonly [number, number],
  [h, w]: readonly [number, number],
) {
  const [H2, W2] = [makeDim("H2", h), makeDim("W2", w)];
  const features = makeTensor("features", "activation", [H2, W2, F]);
  const [i, j, c] = [makeIndex("i", H), makeIndex("j", W), makeIndex("c", C)];
  const [y, x, f] = [makeIndex("y", H2), makeIndex("x", W2), makeIndex("f", F)];
  const [ky, kx] = [makeIndex("ky", kh), makeIndex("kx", kw)];
  const product = mul(get(features, [y, x, f]), get(filter, [f, c, ky, kx]), get(image, [i, j, c]));
  const guard = apply("and", tied(i, y, ky, stride, top), tied(j, x, kx, stride, left));
  const energy = mul(lit(-1), sum([y, x, f, c, ky, kx, i, j], product, guard));
  return { energy, features };
}

function setting(features: ReturnType<typeof makeTensor>, batch = 2): Setting {
  const sizes = [H, W, C, F, kh, kw, ...features.axes].map(
    (dim) => [dim, (dim.size as { value: number }).value] as const,
  );
  const sizeOf = new Map(sizes);
  const bound = [image, direction, filter, features].map((tensor, seed): [typeof tensor, Bound] => {
    const batched = tensor !== filter;
    const count = tensor.axes.reduce((n, dim) => n * sizeOf.get(dim)!, batched ? batch : 1);
    const stage = tensor === filter ? "param" : tensor === direction ? "example" : "step";
    return [tensor, { stage, batched, values: quarters(count, seed + 1) }];
  });
  return { bound: new Map(bound), batch };
}

const CASES = [
  ["stride 1, no padding", 1, [0, 0], [3, 3]],
  ["stride 1, padded", 1, [1, 0], [5, 4]],
  ["stride 2, padded", 2, [1, 0], [3, 2]],
  ["stride 3, no padding", 3, [0, 0], [1, 1]],
] as const;

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeEach(() => useBackend(backend));

  test.each(CASES)(
    "convolution with %s: energy, both signals, weights and curvature",
    (_, stride, before, size) => {
      const { energy, features } = convolution(stride, before, size);
      const at = (tensor: typeof image) =>
        tensor.axes.map((dim, axis) => makeIndex(`a${axis}`, dim));
      const slopes = [image, features, filter].map((tensor) => {
        const indices = at(tensor);
        return { name: tensor.name, value: gradient(energy, tensor, indices), indices };
      });
      const squared = mul(energy, energy);
      const along = at(image);
      const curvature = hessianVectorProduct(squared, image, direction, along);
      expectNoLeak(() =>
        expectAgreement(
          [
            { name: "energy", value: energy, indices: [] },
            ...slopes,
            { name: "curvature", value: curvature, indices: along },
          ],
          setting(features),
        ),
      );
    },
  );

  // With a place before the first the window reaches beyond the image.
  test.each([
    ["max", 0],
    ["min", 0],
    ["sum", 0],
    ["max", 1],
    ["min", 1],
    ["sum", 1],
  ] as const)("the %s over a window from %i before, and its gradient", (op, before) => {
    const P = makeDim("P", 2);
    const pooled = makeTensor("features", "activation", [P, W, C]);
    const window = makeDim("window", 2);
    const [i, j, c] = [makeIndex("i", H), makeIndex("j", W), makeIndex("c", C)];
    const [y, r] = [makeIndex("y", P), makeIndex("r", window)];
    const guard = tied(i, y, r, 2, before);
    const inside = reduce(op, [i, r], get(image, [i, j, c]), guard);
    const energy = sum([y, j, c], mul(get(pooled, [y, j, c]), inside));
    const at = image.axes.map((dim, axis) => makeIndex(`a${axis}`, dim));
    expectAgreement(
      [
        { name: "energy", value: energy, indices: [] },
        { name: "slope", value: gradient(energy, image, at), indices: at },
      ],
      setting(pooled),
    );
  });

  test("a shifted copy, a reversed one, and a place that never is", () => {
    const [i, j, c] = [makeIndex("i", H), makeIndex("j", W), makeIndex("c", C)];
    const [i2, j2] = [makeIndex("i2", H), makeIndex("j2", W)];
    const pairOf = (guard: Expr) =>
      sum([i, i2, j, c], mul(get(image, [i, j, c]), pow(get(image, [i2, j, c]), lit(2))), guard);
    const shift = apply("eq", position(i2), add(position(i), lit(1)));
    const reversed = apply("eq", add(position(i), position(i2)), lit(4));
    const never = apply("eq", position(i2), add(position(i), lit(9)));
    const halves = apply("eq", mul(lit(2), position(i2)), position(i));
    const both = sum(
      [i, i2, j, j2, c],
      mul(get(image, [i, j, c]), get(image, [i2, j2, c])),
      apply("and", shift, apply("le", position(j2), position(j))),
    );
    const at = image.axes.map((dim, axis) => makeIndex(`a${axis}`, dim));
    const energies = [shift, reversed, never, halves].map(pairOf);
    expectAgreement(
      [...energies, both].flatMap((energy, k) => [
        { name: `energy ${k}`, value: energy, indices: [] },
        { name: `slope ${k}`, value: gradient(energy, image, at), indices: at },
      ]),
      setting(makeTensor("features", "activation", [C])),
    );
  });
});

test("nothing as large as the product of all indices is ever made", () => {
  const { energy, features } = convolution(1, [1, 0], [5, 4]);
  const at = image.axes.map((dim, axis) => makeIndex(`a${axis}`, dim));
  const { instructions } = plan(
    [
      { name: "energy", value: energy, indices: [], batched: true },
      { name: "slope", value: gradient(energy, image, at), indices: at, batched: true },
    ],
    {
      leaf: (tensor) => ({
        stage: tensor === filter ? "param" : "step",
        batched: tensor === image || tensor === features,
      }),
    },
  );
  const sizes = instructions.map(({ shape }) => shape.reduce((a, b) => a * Math.abs(b), 1));
  // 5·4 places × 3·2 window × 3 features × 2 channels is the most; all indices give 14400.
  expect(Math.max(...sizes)).toBeLessThanOrEqual(5 * 4 * 3 * 2 * 3 * 2);
  const steps = instructions.filter(({ stage }) => stage === "step").map(({ op }) => op);
  expect(steps).toContain("matmul");
  expect(steps).toContain("take");
});
