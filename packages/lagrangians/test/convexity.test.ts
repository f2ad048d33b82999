// Every Lagrangian of the catalogue is proven convex by rules, on every split of its axes; two are
// convex by duality, which the rules do not know.

import {
  checkConvexity,
  type Expr,
  get,
  makeDim,
  makeNeuron,
  makeTensor,
  type OptionDefinition,
} from "@hamlet/graph";
import { LAGRANGIANS } from "@hamlet/lagrangians";
import { expect, test } from "vitest";

const N = makeDim("N");
const D = makeDim("D");

/** A learned value that keeps only the bound of its option. */
function learned({ name, bound }: OptionDefinition): Expr {
  return get(makeTensor(name, "param", [], { bound }));
}

/** Conjugates: a maximum of affine functions over the simplex, written in closed form. */
const CONJUGATES = ["sparsemax", "entmax15"];

test.each(LAGRANGIANS.map((definition) => [definition.name, definition] as const))(
  "%s is proven convex for all option values in its bounds",
  (name, definition) => {
    const status = CONJUGATES.includes(name) ? "assumed" : "proven";
    const options = Object.fromEntries(
      definition.options.map((option) => [option.name, learned(option)]),
    );
    for (const over of [[D], [N, D]]) {
      const neuron = makeNeuron("x", [N, D], definition, { options, over });
      expect(checkConvexity(neuron)).toEqual({ status });
    }
  },
);

test.each(
  LAGRANGIANS.flatMap((definition) =>
    definition.options
      .filter(({ name }) => name === "gamma")
      .map((option) => [definition.name, definition, option] as const),
  ),
)("%s needs the sign of gamma", (_, definition, option) => {
  const gamma = get(makeTensor("gamma", "param"));
  const neuron = makeNeuron("x", [D], definition, { options: { [option.name]: gamma } });
  const verdict = checkConvexity(neuron, { points: 100 });
  expect(verdict.status).toBe("refuted");
  expect(verdict.status === "refuted" && verdict.culprit).toEqual({ expr: gamma, because: "sign" });
});
