// Numbers less their mean keep the digits that they differ in, however large they are.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import {
  add,
  apply,
  type Expr,
  get,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  pow,
  size,
  sub,
  sum,
} from "@hamlet/graph";
import { NODE_BACKENDS, useBackend } from "@hamlet/testing";
import { beforeEach, describe, test } from "vitest";
import { expectAgreement } from "./compare.ts";

const [A, B] = [makeDim("A"), makeDim("B")];
const [i, j, k, l] = [makeIndex("i", A), makeIndex("j", B), makeIndex("k", A), makeIndex("l", B)];
const x = makeTensor("x", "state", [A, B]);
const c = makeTensor("c", "const", []);
const scale = makeTensor("scale", "const", [A]);

const entry = get(x, [i, j]);
const all = sum([k, l], get(x, [k, l]));
// Some of every row, and not all.
const some = apply("lt", get(x, [i, l]), lit(1e6 + 1.5));

const CENTRED: Readonly<Record<string, Expr>> = {
  "less the mean of its row": sub(entry, mul(lit(1 / 5), sum([l], get(x, [i, l])))),
  "less the mean of all": sub(entry, mul(lit(1 / 15), all)),
  "less the mean by the sizes of its axes": sub(
    entry,
    mul(pow(size(A), lit(-1)), pow(size(B), lit(-1)), all),
  ),
  "the mean less each": sub(mul(lit(1 / 15), all), entry),
  "with a factor": sub(mul(lit(3), entry), mul(lit(3 / 15), all)),
  "with a factor of no known value": sub(mul(get(c), entry), mul(get(c), lit(1 / 15), all)),
  "with a factor of its row": sub(
    mul(get(scale, [i]), entry),
    mul(get(scale, [i]), lit(1 / 5), sum([l], get(x, [i, l]))),
  ),
  "less the mean of some": sub(
    entry,
    mul(pow(sum([l], lit(1), some), lit(-1)), sum([l], get(x, [i, l]), some)),
  ),
  "beside other terms": add(entry, get(c), mul(lit(-1 / 15), all), lit(2)),
};

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeEach(() => useBackend(backend));

  test.each(Object.entries(CENTRED))("%s", (_, value) => {
    const near = Array.from({ length: 30 }, (_, n) => ((n * n * 7 + n) % 11) - 4);
    expectAgreement([{ name: "y", value, indices: [i, j] }], {
      batch: 2,
      sizes: new Map([
        [A, 3],
        [B, 5],
      ]),
      bound: new Map([
        [x, { stage: "step", batched: true, values: near.map((entry) => 1e6 + entry) }],
        [c, { stage: "load", batched: false, values: [0.375] }],
        [scale, { stage: "load", batched: false, values: [0.5, -3, 1.5] }],
      ]),
    });
  });
});
