// Steps that are large enough for several threads, as the bits that come out.

import { makeProgram, plan, simd } from "@hamlet/core";
import {
  add,
  apply,
  type Expr,
  get,
  type Index,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  pow,
  reduce,
  sum,
  tensorsIn,
} from "@hamlet/graph";
import { energyAndSlope, leaf } from "../../conformance/descent.ts";
import { poolState } from "../../src/run/simd/pool.ts";

/** Energies as bands with every total there is, and as products by rows and by packed strips. */
export const KINDS = [
  "log-sum-exp",
  "powers",
  "extremes",
  "waves",
  "a hidden layer",
  "a stack",
  "a stack of turned matrices",
  "a loop",
  "sums of rows",
  "sums of columns",
] as const;
/** Rows of each matrix of a stack. */
const HEADS = 13;

/** A step of a memory: its energy and slope. */
export interface Step extends Disposable {
  /** Fingerprints of the bits of all results. */
  bits(): string;
}

/** A memory of `K` patterns with `D` entries, for a batch of states. */
export function prepare(
  kind: (typeof KINDS)[number],
  { K, D, batch }: { readonly K: number; readonly D: number; readonly batch: number },
): Step {
  const [rows, entries] = [makeDim("K", K), makeDim("D", D)];
  const [k, i, j] = [makeIndex("k", rows), makeIndex("i", entries), makeIndex("j", entries)];
  const xi = makeTensor("xi", "data", [rows, entries]);
  const back = makeTensor("back", "data", [entries, rows]);
  const v = makeTensor("v", "activation", [entries]);
  const heads = makeDim("H", HEADS);
  const m = makeIndex("m", heads);
  const [some, upright] = [
    [heads, rows],
    [rows, heads],
  ].map((axes) => makeTensor("some", "activation", axes));
  const [each, turned] = [
    [rows, entries],
    [entries, rows],
  ].map((axes) => makeTensor("each", "activation", axes));
  const scores = sum([i], mul(get(xi, [k, i]), get(v, [i])));
  const energies: Record<(typeof KINDS)[number], () => Expr> = {
    "log-sum-exp": () => logsumexp([k], scores),
    powers: () => sum([k], pow(apply("relu", scores), lit(3))),
    extremes: () => add(reduce("max", [k], scores), reduce("min", [k], apply("tanh", scores))),
    waves: () => sum([k], mul(get(xi, [k, j]), apply("cos", scores))),
    "a hidden layer": () => sum([k], mul(get(back, [j, k]), apply("tanh", scores))),
    "a stack": () => sum([k], mul(get(some, [m, k]), get(each, [k, j]))),
    "a loop": () => apply("tanh", mul(get(each, [k, j]), get(v, [j]))),
    "sums of rows": () => sum([j], apply("exp", mul(get(each, [k, j]), get(v, [j])))),
    "sums of columns": () => sum([k], apply("exp", get(each, [k, j]))),
    "a stack of turned matrices": () => sum([k], mul(get(upright, [k, m]), get(turned, [j, k]))),
  };
  const value = energies[kind]();
  const fields: Partial<Record<(typeof KINDS)[number], Index[]>> = {
    waves: [j],
    "a hidden layer": [j],
    "a stack": [m, j],
    "a stack of turned matrices": [m, j],
    "a loop": [k, j],
    "sums of rows": [k],
    "sums of columns": [j],
  };
  const field = fields[kind];
  const own = plan(
    field !== undefined
      ? [{ name: "field", value, indices: field, batched: true }]
      : energyAndSlope(value, v, [j]),
    { leaf },
  );
  const draw = (count: number, size: number) =>
    Float32Array.from({ length: count }, (_, n) => size * Math.sin(1.7 * n + 3e-3 * n * n));
  const program = makeProgram(own, { target: simd });
  const read = tensorsIn([value]);
  const sizes = [
    { tensors: [xi], count: K * D, size: 1 },
    { tensors: [back], count: K * D, size: 0.5 },
    { tensors: [v], count: batch * D, size: 2 / Math.sqrt(D) },
    { tensors: [some, upright], count: batch * HEADS * K, size: 1 },
    { tensors: [each, turned], count: batch * K * D, size: 1 },
  ];
  const inputs = new Map(
    sizes.flatMap(({ tensors, count, size }) =>
      tensors.filter((tensor) => read.has(tensor)).map((tensor) => [tensor, draw(count, size)]),
    ),
  );
  for (const stage of ["load", "param", "example"] as const) program.bind(stage, inputs);
  return {
    bits() {
      const results = program.step(inputs, { batch });
      return [...results.values()]
        .map((result) => {
          const bits = new Int32Array(Float32Array.from(result.data).buffer);
          simd.free(result);
          return fingerprint(bits);
        })
        .join(";");
    },
    [Symbol.dispose]: () => program.dispose(),
  };
}

/** Two sums over all words, of which no change of a few words keeps both. */
function fingerprint(words: Int32Array): string {
  let [one, other] = [17, 23];
  for (let n = 0; n < words.length; n++) {
    one = (Math.imul(one, 31) + words[n]) | 0;
    other = (Math.imul(other, 0x0100_0193) ^ words[n]) | 0;
  }
  return `${words.length} ${one} ${other}`;
}

/** Runs a large step until a worker has taken some of it; false where none does within seconds. */
export async function untilHelped(step: Step): Promise<boolean> {
  const until = performance.now() + 20_000;
  while (poolState().calls === 0) {
    if (performance.now() > until) return false;
    step.bits();
    // Workers and their messages get their turn.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return true;
}
