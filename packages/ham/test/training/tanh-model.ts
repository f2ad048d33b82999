// One tanh layer with weights: the model of the reference gradient.

import {
  apply,
  type EnergyGraph,
  get,
  type LagrangianDefinition,
  lit,
  makeDim,
  makeIndex,
  makeNeuron,
  makeTensor,
  mean,
  mul,
  pow,
  sub,
  sum,
} from "@hamlet/graph";
import reference from "../../../../fixtures/unrolled-gradient.json" with { type: "json" };
import { identity, recallOf } from "../models.ts";

export { reference };

const tanh: LagrangianDefinition = { ...identity, name: "tanh", value: (x) => apply("logcosh", x) };

const D = makeDim("D", 5);
export const W = makeTensor("W", "param", [D, D]);
export const start = makeTensor("start", "given", [D]);
export const target = makeTensor("target", "given", [D]);
const h = makeNeuron("h", [D], tanh);
const [i, j] = [makeIndex("i", D), makeIndex("j", D)];
const product = mul(get(W, [i, j]), get(h.activation, [i]), get(h.activation, [j]));
export const graph: EnergyGraph = {
  dims: [D],
  tensors: [W, start, target],
  neurons: [h],
  terms: [{ name: "weights", energy: mul(lit(-1 / 2), sum([i, j], product)) }],
  recalls: [],
};
export const loss = mean([i], pow(sub(get(h.activation, [i]), get(target, [i])), lit(2)));
export const recall = recallOf([[h, start]], { dt: 0.3, steps: lit(6) });
