// The small world of the planner's tests: three dims, tensors of every stage.

import { makeDim, makeIndex, makeTensor, sizeOfDim, type Tensor } from "@hamlet/graph";
import { type Bound, quarters, type Setting, STAGE_OF } from "./setting.ts";

export const A = makeDim("A", 3);
export const B = makeDim("B", 2);
export const C = makeDim("C", 4);
/** A dim of one entry: it must behave like any other. */
export const ONE = makeDim("One", 1);

export const v = makeTensor("v", "activation", [A]);
export const w = makeTensor("w", "activation", [A, B]);
export const h = makeTensor("h", "activation", [C]);
export const alone = makeTensor("alone", "activation", [ONE]);
export const known = makeTensor("known", "given", [A], { elem: "bit" });
export const cue = makeTensor("cue", "given", [A]);
export const xi = makeTensor("xi", "data", [C, A]);
export const pair = makeTensor("pair", "data", [A, A]);
export const cube = makeTensor("cube", "data", [A, B, C]);
export const beta = makeTensor("beta", "const");
export const weight = makeTensor("weight", "param", [B, C]);
export const bias = makeTensor("bias", "param", [A]);

export const [i, j] = [makeIndex("i", A), makeIndex("j", A)];
export const [b, b2] = [makeIndex("b", B), makeIndex("b2", B)];
export const [m, n] = [makeIndex("m", C), makeIndex("n", C)];
export const one = makeIndex("one", ONE);

const TENSORS = [v, w, h, alone, known, cue, xi, pair, cube, beta, weight, bias];

/** Every tensor with entries; what differs per example is batched, or nothing is. */
export function world({ batch = 3, batched = true } = {}): Setting {
  const bound = TENSORS.map((tensor, seed): [Tensor, Bound] => {
    const stage = STAGE_OF[tensor.kind];
    const own = batched && (stage === "step" || stage === "example");
    const size = tensor.axes.reduce((total, dim) => total * sizeOfDim(dim), 1);
    const entries = quarters(size * (own ? batch : 1), seed + 1);
    const values = tensor.elem === "bit" ? entries.map((x) => (x > 0 ? 1 : 0)) : entries;
    return [tensor, { stage, batched: own, values: tensor === beta ? [1.5] : values }];
  });
  return { bound: new Map(bound), batch: batched ? batch : 1 };
}
