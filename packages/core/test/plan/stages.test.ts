// Work happens as early as it can, and what joins many axes is never built.

import { type Instruction, type Output, type Stage } from "@hamlet/core";
import {
  add,
  apply,
  type Expr,
  get,
  gradient,
  logsumexp,
  lit,
  mul,
  pow,
  softmax,
  sub,
  sum,
  time,
} from "@hamlet/graph";
import { expect, test } from "vitest";
import { energyAndSlope } from "../../conformance/descent.ts";
import { planFor } from "../../conformance/setting.ts";
import { ENERGIES } from "../../conformance/energies.ts";
import {
  b,
  beta,
  bias,
  cube,
  cue,
  h,
  i,
  j,
  m,
  pair,
  v,
  w,
  weight,
  world,
  xi,
} from "../../conformance/world.ts";

function planned(value: Expr, indices: Output["indices"] = [], batched = true) {
  return planFor([{ name: "out", value, indices, batched }], world());
}

/** The operations of a stage, in order. */
function at(stage: Stage, instructions: readonly Instruction[]): string[] {
  return instructions.filter((one) => one.stage === stage).map((one) => one.op);
}

test("a matrix product with a constant is one product and no transpose at a step", () => {
  const energies = [
    "a log-sum-exp memory",
    "a chain of three",
    "a three-body term",
    "a quadratic form",
  ];
  for (const name of energies) {
    const slope = gradient(ENERGIES[name], v, [j]);
    for (const value of [ENERGIES[name], slope]) {
      const indices = value === slope ? [j] : [];
      expect(at("step", planned(value, indices).instructions), name).not.toContain("transpose");
    }
  }
  const forward = planned(sum([i], mul(get(xi, [m, i]), get(v, [i]))), [m]).instructions;
  const back = planned(sum([m], mul(get(xi, [m, i]), get(h, [m]))), [i]).instructions;
  for (const instructions of [forward, back]) {
    expect(at("step", instructions).filter((op) => op === "matmul")).toHaveLength(1);
  }
  // One of the two directions needs the constant the other way round: once, at load.
  expect([...at("load", forward), ...at("load", back)]).toContain("transpose");
});

test("the distance to every memory is multiplied out: no example meets a memory entry by entry", () => {
  const distance = sum([i], pow(sub(get(v, [i]), get(xi, [m, i])), lit(2)));
  for (const value of [distance, sum([m], apply("exp", mul(lit(-1), distance)))]) {
    const { instructions } = planned(value, value === distance ? [m] : []);
    const joined = instructions.filter((one) => one.shape.includes(4) && one.shape.includes(3));
    // Only the memories themselves have an axis of memories and one of entries.
    expect(joined.filter((one) => one.stage === "step")).toEqual([]);
    expect(at("step", instructions)).toContain("matmul");
    expect(instructions.every((one) => one.shape.length <= 2)).toBe(true);
  }
});

test("a difference inside a kernel has to be built", () => {
  const { instructions } = planned(ENERGIES["a kernel of differences"]);
  expect(instructions.some((one) => one.shape.length === 3)).toBe(true);
});

test("what only data enters is computed at load, and parameters and cues when they are bound", () => {
  const gram = sum([m], mul(get(xi, [m, i]), get(xi, [m, j])));
  const hebbian = sum([j], mul(gram, get(v, [j])));
  const { instructions } = planned(hebbian, [i]);
  expect(at("load", instructions).filter((op) => op === "matmul")).toHaveLength(1);
  expect(at("step", instructions)).toEqual(["input", "matmul"]);

  const norm = sum([b, m], pow(get(weight, [b, m]), lit(2)));
  expect(at("param", planned(norm, [], false).instructions)).toEqual(["input", "square", "sum"]);

  const mixed = sum([i], mul(apply("tanh", add3()), get(v, [i])));
  const stages = planned(mixed).instructions;
  expect(at("example", stages)).toContain("tanh");
  expect(at("step", stages)).not.toContain("tanh");

  function add3(): Expr {
    return sub(get(bias, [i]), get(cue, [i]));
  }
});

test("time is known only at a step", () => {
  const { instructions } = planned(mul(time(), get(beta)));
  expect(instructions.find((one) => one.op === "time")?.stage).toBe("step");
  expect(at("step", instructions)).toContain("mul");
});

test("log-sum-exp and the softmax of its gradient share their exponentials", () => {
  const body = mul(get(beta), sum([i], mul(get(xi, [m, i]), get(v, [i]))));
  const energy = logsumexp([m], body);
  const outputs = [
    ...energyAndSlope(energy, v, [j]),
    { name: "weights", value: softmax([m], body), indices: [m], batched: true },
  ];
  const ops = planFor(outputs, world()).instructions.map((one) => one.op);
  expect(ops.filter((op) => op === "exp")).toHaveLength(1);
  expect(ops.filter((op) => op === "max")).toHaveLength(1);
});

test("equal work is done once, also between outputs", () => {
  const once = () => apply("tanh", mul(get(beta), get(v, [i])));
  const outputs = ["a", "b"].map((name) => ({ name, value: once(), indices: [i], batched: true }));
  const { instructions, outputs: slots } = planFor(outputs, world());
  expect(instructions.filter((one) => one.op === "tanh")).toHaveLength(1);
  expect(slots.get("a")).toBe(slots.get("b"));
});

test("five and six axes are walked as four or fewer where they can be, and always under a guard", () => {
  const { instructions } = planned(ENERGIES["five axes under a guard"]);
  const selections = instructions.filter((one) => one.op === "select");
  expect(selections.every((one) => one.shape.length <= 4)).toBe(true);
  const outer = mul(get(cube, [i, b, m]), get(w, [i, b]), get(pair, [i, j]));
  const products = planned(sum([j], apply("exp", outer)), [i, b, m]).instructions;
  expect(products.filter((one) => one.op === "mul").every((one) => one.shape.length <= 5)).toBe(
    true,
  );
});

test("an intermediate of more than six axes is refused by name", () => {
  const [k, l] = [{ ...i }, { ...m }];
  const many = apply("tanh", mul(get(cube, [i, b, m]), get(pair, [j, k]), get(h, [l])));
  expect(() => planned(sum([i, b, m, j, k, l], many))).toThrow(
    expect.objectContaining({ code: "core/too-many-axes" }),
  );
});

test("the smaller of two values that differ per step is multiplied from the right", () => {
  for (const factors of [
    [get(h, [m]), get(v, [i])],
    [get(v, [i]), get(h, [m])],
  ]) {
    const value = { name: "out", value: mul(...factors), indices: [m, i] };
    const { instructions } = planFor([{ ...value, batched: false, summed: true }], world());
    const product = instructions.find(({ op }) => op === "matmul")!;
    expect(instructions[product.inputs[1]].tensor).toBe(v);
  }
});

test("terms as large as their sum are added up once, and then over the examples", () => {
  const slope = add(apply("tanh", get(v, [i])), mul(get(v, [i]), get(cue, [i])));
  const plan = planFor(
    [{ name: "out", value: slope, indices: [i], batched: false, summed: true }],
    world(),
  );
  expect(at("step", plan.instructions).filter((op) => op === "sum")).toHaveLength(1);
});
