// A step of a log-sum-exp memory: its energy and slope as a plan.

import { plan } from "../../packages/core/src/index.ts";
import {
  div,
  get,
  gradient,
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
  const own = plan(
    [
      { name: "energy", value: energy, indices: [], batched: true },
      { name: "slope", value: gradient(energy, v, [j]), indices: [j], batched: true },
    ],
    {
      leaf: ({ kind }) => ({ stage: kind === "data" ? "load" : "step", batched: kind !== "data" }),
    },
  );
  return { xi, v, plan: own };
}
