// A step of a log-sum-exp memory: its energy and slope as a plan.

import { energyAndSlope, leaf } from "../../packages/core/conformance/descent.ts";
import { plan } from "../../packages/core/src/index.ts";
import {
  div,
  get,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  neg,
  sum,
} from "../../packages/graph/src/index.ts";

/** The plan for `K` patterns with `D` entries, and what it reads. */
export function stepOf(K: number, D: number) {
  const [rows, entries] = [makeDim("K", K), makeDim("D", D)];
  const [k, i, j] = [makeIndex("k", rows), makeIndex("i", entries), makeIndex("j", entries)];
  const xi = makeTensor("xi", "data", [rows, entries]);
  const v = makeTensor("v", "activation", [entries]);
  const scores = mul(lit(0.1), sum([i], mul(get(xi, [k, i]), get(v, [i]))));
  const energy = neg(div(logsumexp([k], scores), lit(0.1)));
  return { xi, v, plan: plan(energyAndSlope(energy, v, [j]), { leaf }) };
}
