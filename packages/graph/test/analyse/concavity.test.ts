import {
  div,
  type EnergyGraph,
  type Expr,
  get,
  type LagrangianDefinition,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mul,
  neg,
  pow,
  sub,
  sum,
} from "@hamlet/graph";
import { describe, expect, test } from "vitest";
import { checkConcavity } from "../../src/analyse/concavity.ts";

const identity: LagrangianDefinition = {
  name: "identity",
  summary: "",
  options: [],
  coupled: false,
  kind: "smooth",
  value: (x) => mul(lit(1 / 2), pow(x, lit(2))),
  references: [],
};

const [D, K] = [makeDim("D", 3), makeDim("K", 4)];
const [i, m] = [makeIndex("i", D), makeIndex("m", K)];
const beta = makeTensor("beta", "const", [], { bound: { op: ">", value: 0 } });
const betas = makeTensor("betas", "const", [K], { bound: { op: ">", value: 0 } });
const xi = makeTensor("xi", "data", [K, D]);

function model(leak: boolean, energy: (v: Expr) => Expr) {
  const v = makeNeuron("v", [D], identity, { leak });
  const graph: EnergyGraph = {
    dims: [D, K],
    tensors: [beta, betas, xi],
    neurons: [v],
    terms: [{ name: "memory", energy: energy(get(v.activation, [i])) }],
    recalls: [],
  };
  return { graph, v };
}

const gap = (v: Expr) => sum([i], pow(sub(v, get(xi, [m, i])), lit(2)));
const euclid = (v: Expr, sharp = get(beta)) =>
  neg(div(logsumexp([m], mul(lit(-1 / 2), sharp, gap(v))), get(beta)));
const dot = (v: Expr) =>
  neg(div(logsumexp([m], mul(get(beta), sum([i], mul(get(xi, [m, i]), v)))), get(beta)));

describe("the step-free update is certain to descend", () => {
  test("for a log-sum-exp of dot products", () => {
    expect(checkConcavity(...asked(model(true, dot)))).toEqual({ status: "proven" });
  });

  test("for a Euclidean log-sum-exp without the layer's own energy", () => {
    expect(checkConcavity(...asked(model(false, (v) => euclid(v))))).toEqual({ status: "proven" });
  });
});

describe("the step-free update is not certain to descend", () => {
  test("where the Euclidean energy meets the layer's own", () => {
    // E bends up by ½|v|² inside the synapse, which no tangent bounds from above.
    expect(checkConcavity(...asked(model(true, (v) => euclid(v))))).toMatchObject({
      status: "unknown",
      term: "memory",
    });
  });

  test("where patterns have their own sharpness, or bend more than the layer", () => {
    const own = model(false, (v) => euclid(v, get(betas, [m])));
    expect(checkConcavity(...asked(own)).status).toBe("unknown");
    const twice = model(false, (v) => mul(lit(2), euclid(v)));
    expect(checkConcavity(...asked(twice))).toMatchObject({ status: "unknown", neuron: twice.v });
  });

  test("where the energy bends up", () => {
    const up = model(true, (v) => sum([i], pow(v, lit(4))));
    expect(checkConcavity(...asked(up)).status).toBe("unknown");
  });
});

function asked({ graph, v }: ReturnType<typeof model>): Parameters<typeof checkConcavity> {
  return [graph, [v]];
}
