import {
  add,
  apply,
  div,
  evaluate,
  evaluateScalar,
  get,
  gradient,
  hessianVectorProduct,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  neg,
  pow,
  printText,
  sub,
  sum,
  type Expr,
  type Tensor,
} from "@hamlet/graph";
import { expect, test } from "vitest";
const D = makeDim("D", 5),
  K = makeDim("K", 4);
const v = makeTensor("v", "activation", [D]),
  xi = makeTensor("xi", "data", [K, D]),
  beta = makeTensor("beta", "const");
const i = makeIndex("i", D),
  m = makeIndex("m", K);
const lse = neg(
  div(logsumexp([m], mul(get(beta), sum([i], mul(get(xi, [m, i]), get(v, [i]))))), get(beta)),
);
const euclid = neg(
  div(
    logsumexp(
      [m],
      mul(neg(div(get(beta), lit(2))), sum([i], pow(sub(get(v, [i]), get(xi, [m, i])), lit(2)))),
    ),
    get(beta),
  ),
);
const rnd = (n: number, s = 1) =>
  Float64Array.from({ length: n }, (_, k) => Math.sin(12.9898 * (k + s)));
const env = (vv: Float64Array) => ({
  tensors: new Map<Tensor, Float64Array>([
    [v, vv],
    [xi, rnd(20, 7)],
    [beta, Float64Array.of(2.5)],
  ]),
});
test.each([
  ["lse", lse],
  ["euclid", euclid],
  ["trig", sum([i], apply("cos", mul(get(v, [i]), get(v, [i]))))],
] as [string, Expr][])("%s", (_, e) => {
  const at = [makeIndex("j", D)];
  const g = gradient(e, v, at);
  console.log(printText(e));
  console.log(printText(g));
  const vv = rnd(5, 3);
  const got = evaluate(g, env(vv), at).data;
  const u = makeTensor("u", "const", [D]);
  const h = hessianVectorProduct(e, v, u, at);
  console.log(printText(h));
  const eps = 1e-5;
  const uu = rnd(5, 11);
  const hv = evaluate(h, { tensors: new Map([...env(vv).tensors, [u, uu]]) }, at).data;
  const shift = (k: number, d: number) => {
    const w = vv.slice();
    w[k] += d;
    return w;
  };
  for (let k = 0; k < 5; k++)
    expect(got[k]).toBeCloseTo(
      (evaluateScalar(e, env(shift(k, eps))) - evaluateScalar(e, env(shift(k, -eps)))) / 2 / eps,
      7,
    );
  const move = (d: number) => vv.map((x, k) => x + d * uu[k]);
  const gp = evaluate(g, env(move(eps)), at).data,
    gm = evaluate(g, env(move(-eps)), at).data;
  for (let k = 0; k < 5; k++) expect(hv[k]).toBeCloseTo((gp[k] - gm[k]) / 2 / eps, 6);
});
