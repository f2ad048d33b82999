// What is taken where a file says nothing, and what is claimed without a proof: of every entry.

import { HYPERSYNAPSES, SOLVERS } from "@hamlet/ham";
import { LAGRANGIANS } from "@hamlet/lagrangians";
import { expect, test } from "vitest";

type Options = readonly { readonly name: string; readonly default: unknown }[];
const textOf = (value: unknown): string =>
  typeof value === "function" ? "a formula" : value === null ? "needed" : JSON.stringify(value);
const call = (name: string, options: Options = []) => {
  const settings = options.map((option) => `${option.name} = ${textOf(option.default)}`);
  return `${name}(${settings.join(", ")})`;
};

test("of Lagrangians", () => {
  const found = LAGRANGIANS.map(({ name, options, assumed = [] }) =>
    `${call(name, options)} ${assumed.join(", ")}`.trimEnd(),
  );
  expect(found).toMatchInlineSnapshot(`
    [
      "identity()",
      "relu()",
      "repu(n = needed)",
      "exp(beta = 1)",
      "rexp(beta = 1)",
      "tanh(beta = 1)",
      "sigmoid(beta = 1)",
      "softmax(beta = 1)",
      "ghostmax(beta = 1)",
      "sparsemax(beta = 1) convex, bounded",
      "entmax15(beta = 1) convex, bounded",
      "layernorm(gamma = 1, delta = 0, eps = 0.00001)",
      "sphere(gamma = 1, delta = 0, eps = 0.00001)",
      "sign()",
      "step()",
    ]
  `);
});

test("of hypersynapses", () => {
  expect(HYPERSYNAPSES.map(({ name, options }) => call(name, options))).toMatchInlineSnapshot(`
    [
      "bias()",
      "dense()",
      "dense_bias()",
      "dense_2_1()",
      "dense_2_2()",
      "dense_3_1()",
      "dense_3_2()",
      "dense_3_3()",
      "hopfield()",
      "dam(n = 3, rectified = "on")",
      "lse(beta = 1)",
      "lse_euclid(beta = 1)",
      "drdam(beta = 1, eps = 1e-10, features = "sin_cos", rows = "gaussian")",
      "conv2d(kernel = [3,3], stride = 1, pad = "same")",
      "conv_pool(kernel = [3,3], pool = [2,2], pad = "same")",
      "attention(beta = a formula, self = "off")",
      "cross_attention(beta = a formula)",
      "memory(n = 2)",
      "three_body(gain = 1)",
      "mean_pool()",
    ]
  `);
});

test("of solvers", () => {
  const found = [...SOLVERS].map(([name, { options }]) => call(name, options));
  expect(found).toMatchInlineSnapshot(`
    [
      "euler(dt = needed)",
      "heun(dt = needed)",
      "rk4(dt = needed)",
      "langevin(dt = needed, temperature = needed)",
      "adaptive(dt = 0.1)",
      "alternate()",
      "cccp(newton = 0)",
      "anderson(memory = 5)",
    ]
  `);
});
