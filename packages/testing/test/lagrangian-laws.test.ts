import { apply, type LagrangianDefinition, lit, mul, pow } from "@hamlet/graph";
import { checkLagrangian } from "@hamlet/testing";
import { expect, test } from "vitest";

const identity: LagrangianDefinition = {
  name: "identity",
  summary: "L = ½ x², activation x",
  options: [],
  coupled: false,
  kind: "smooth",
  value: (x) => mul(lit(1 / 2), pow(x, lit(2))),
  references: [],
};

const check = {
  shape: [2],
  points: [Float64Array.of(0.5, -1.5)],
  directions: [Float64Array.of(1, 2)],
};

test("a convex Lagrangian has no violations", () => {
  expect(checkLagrangian(identity, check)).toEqual([]);
});

test("a concave one is found out", () => {
  const concave = { ...identity, name: "concave", value: identity.value };
  const turned: LagrangianDefinition = {
    ...concave,
    value: (x, options, over) => mul(lit(-1), identity.value(x, options, over)),
  };
  expect(checkLagrangian(turned, check)).toEqual([
    "concave at [0.500, -1.50]: not convex, the curvature is -5",
  ]);
});

test("a value that is not finite is found out", () => {
  const broken: LagrangianDefinition = {
    ...identity,
    name: "broken",
    value: (x) => apply("log", mul(lit(-1), pow(x, lit(2)))),
  };
  expect(checkLagrangian(broken, check)[0]).toBe("broken at [0.500, -1.50]: the value is NaN");
});
