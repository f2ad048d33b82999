import {
  apply,
  div,
  evaluate,
  get,
  gradient,
  logsumexp,
  lit,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  neg,
  pow,
  sub,
  sum,
  type Expr,
  type Tensor,
  hessianVectorProduct,
  position,
  softmax,
  reduce,
  select,
} from "@hamlet/graph";
import { makeProgram, plan } from "@hamlet/core";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, expect, test } from "vitest";
beforeAll(async () => {
  await tf.setBackend("wasm");
  await tf.ready();
});
const D = makeDim("D", 5),
  K = makeDim("K", 4);
const v = makeTensor("v", "activation", [D]),
  xi = makeTensor("xi", "data", [K, D]),
  beta = makeTensor("beta", "const");
const known = makeTensor("known", "given", [D]);
const u = makeTensor("u", "given", [D]);
const i = makeIndex("i", D),
  j = makeIndex("j", D),
  m = makeIndex("m", K),
  i2 = makeIndex("i2", D);
const lse = neg(
  div(logsumexp([m], mul(get(beta), sum([i], mul(get(xi, [m, i]), get(v, [i]))))), get(beta)),
);
const gap = sum([i], pow(sub(get(v, [i]), get(xi, [m, i])), lit(2)), get(known, [i]));
const euclid = neg(div(logsumexp([m], mul(neg(div(get(beta), lit(2))), gap)), get(beta)));
const attn = neg(
  sum(
    [i2],
    logsumexp(
      [i],
      mul(get(v, [i]), get(v, [i2]), get(u, [i])),
      apply("ne", position(i), position(i2)),
    ),
  ),
);
const cases: [string, Expr][] = [
  ["lse", lse],
  ["euclid", euclid],
  ["attention", attn],
  ["kernel", sum([m, i], apply("tanh", sub(get(v, [i]), get(xi, [m, i]))))],
  ["max", reduce("max", [m], sum([i], mul(get(xi, [m, i]), get(v, [i]))))],
  ["prod", reduce("prod", [i], get(v, [i]))],
  ["diag", mul(get(v, [2]), sum([i], mul(get(v, [i]), get(xi, [1, i]))))],
];
const rnd = (n: number, s = 1) =>
  Float32Array.from({ length: n }, (_, k) => Math.sin(12.9898 * (k + s)));
test.each(cases)("%s", (_, e) => {
  const B = 3;
  const g = gradient(e, v, [j]);
  const h = hessianVectorProduct(e, v, u, [j]);
  const p = plan(
    [
      { name: "e", value: e, indices: [], batched: true },
      { name: "g", value: g, indices: [j], batched: true },
      { name: "h", value: h, indices: [j], batched: true },
    ],
    {
      leaf: (t) => ({
        stage: t.kind === "activation" ? "step" : t.kind === "given" ? "example" : "load",
        batched: t === v || t === known || t === u,
      }),
    },
  );
  const vals = {
    v: rnd(B * 5, 3),
    xi: rnd(20, 7),
    beta: Float32Array.of(2.5),
    known: rnd(B * 5).map((x) => (x > 0 ? 1 : 0)),
    u: rnd(B * 5, 13),
  };
  const n0 = tf.memory().numTensors;
  const prog = makeProgram(p);
  const T = new Map<Tensor, tf.Tensor>([
    [xi, tf.tensor(vals.xi, [4, 5])],
    [beta, tf.scalar(2.5)],
    [v, tf.tensor(vals.v, [B, 5])],
    [known, tf.tensor(vals.known, [B, 5])],
    [u, tf.tensor(vals.u, [B, 5])],
  ]);
  prog.bind("load", T);
  prog.bind("param", T);
  prog.bind("example", T);
  const out = prog.step(T, { batch: B });
  const got = Object.fromEntries([...out].map(([k, t]) => [k, t.dataSync()]));
  for (let b = 0; b < B; b++) {
    const tensors = new Map<Tensor, ArrayLike<number>>([
      [xi, vals.xi],
      [beta, vals.beta],
      [v, vals.v.slice(b * 5, b * 5 + 5)],
      [known, vals.known.slice(b * 5, b * 5 + 5)],
      [u, vals.u.slice(b * 5, b * 5 + 5)],
    ]);
    const want = {
      e: evaluate(e, { tensors }).data,
      g: evaluate(g, { tensors }, [j]).data,
      h: evaluate(h, { tensors }, [j]).data,
    };
    expect(got.e[b]).toBeCloseTo(want.e[0], 4);
    for (let k = 0; k < 5; k++) {
      expect(got.g[b * 5 + k]).toBeCloseTo(want.g[k], 4);
      expect(got.h[b * 5 + k]).toBeCloseTo(want.h[k], 3);
    }
  }
  const ops = p.instructions.filter((x) => x.stage === "step").map((x) => x.op);
  console.log(_, ops.join(" "));
  for (const t of out.values()) t.dispose();
  for (const t of T.values()) t.dispose();
  prog.dispose();
  expect(tf.memory().numTensors).toBe(n0);
});
