// What a plan computes is what the float64 interpreter computes: values, gradients and
// Hessian-vector products of a catalogue of energies.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import {
  apply,
  type Expr,
  get,
  gradient,
  hessianVectorProduct,
  lit,
  mul,
  softmax,
  sum,
} from "@hamlet/graph";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { expectAgreement, runPlanned } from "./compare.ts";
import { runReference } from "../../conformance/reference-run.ts";
import { ENERGIES } from "../../conformance/energies.ts";
import { cue, h, i, j, known, m, v, world, xi, beta, pair } from "../../conformance/world.ts";

const cases = Object.entries(ENERGIES);

/** The energy, how it changes with `v`, and how that changes along `cue`. */
function outputsOf(energy: Expr) {
  return [
    { name: "energy", value: energy, indices: [] },
    { name: "gradient", value: gradient(energy, v, [j]), indices: [j] },
    { name: "curvature", value: hessianVectorProduct(energy, v, cue, [j]), indices: [j] },
  ];
}

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeEach(() => useBackend(backend));

  test.each(cases)("%s agrees with the interpreter, for a batch", (_, energy) => {
    expectNoLeak(() => expectAgreement(outputsOf(energy), world()));
  });

  test.each(cases)("%s agrees with the interpreter, for a batch of one", (_, energy) => {
    expectAgreement(outputsOf(energy), world({ batch: 1 }));
  });

  test.each(cases)("%s agrees with the interpreter, without a batch axis", (_, energy) => {
    expectAgreement(outputsOf(energy), world({ batched: false }));
  });

  test("outputs come in the order of their indices, and may be plain inputs", () => {
    const product = mul(get(xi, [m, i]), get(v, [i]));
    const outputs = [
      { name: "im", value: product, indices: [i, m] },
      { name: "mi", value: product, indices: [m, i] },
      { name: "input", value: get(v, [i]), indices: [i] },
      { name: "again", value: get(v, [j]), indices: [j] },
      { name: "turned", value: get(xi, [m, i]), indices: [i, m] },
      { name: "number", value: get(beta), indices: [] },
      { name: "diagonal", value: get(pair, [i, i]), indices: [i] },
    ];
    expectNoLeak(() => expectAgreement(outputs, world()));
  });

  test("a factor that names an index and turns out not to walk it counts all its entries", () => {
    // The share of each m is 1/4 whatever v is, so that this is 3 · 3 where the guard holds.
    const share = softmax([m], apply("max", lit(-2), get(v, [i])));
    const guarded = sum([m, j], share, apply("ne", get(h, [0]), lit(3)));
    const outputs = [{ name: "x", value: sum([i], guarded), indices: [] }];
    expectNoLeak(() => expectAgreement(outputs, world()));
    expect(runPlanned([{ ...outputs[0], batched: true }], world()).get("x")![0]).toBeCloseTo(9, 6);
  });

  test("an output that is the same for all examples is repeated only on request", () => {
    const output = { name: "x", value: get(xi, [m, i]), indices: [m, i] };
    const once = runPlanned([{ ...output, batched: false }], world()).get("x")!;
    const repeated = runPlanned([{ ...output, batched: true }], world()).get("x")!;
    expect(repeated).toEqual([...once, ...once, ...once]);
    expect(once).toEqual(
      runReference([{ ...output, batched: false }], world())
        .get("x")!
        .slice(0, 12),
    );
  });

  test("a softmax keeps its indices, with a guard or without", () => {
    const body = mul(get(beta), get(xi, [m, i]), get(v, [i]));
    expectAgreement(
      [
        { name: "over m", value: softmax([m], body), indices: [m, i] },
        { name: "over both", value: softmax([m, i], body), indices: [i, m] },
        { name: "guarded", value: softmax([i], get(h, [m]), get(known, [i])), indices: [m, i] },
      ],
      world({ batch: 2 }),
    );
  });
});
