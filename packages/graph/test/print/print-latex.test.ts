import {
  add,
  apply,
  div,
  type Expr,
  get,
  gradient,
  lit,
  logsumexp,
  makeDim,
  makeIndex,
  makeTensor,
  mul,
  neg,
  position,
  pow,
  printLatex,
  reduce,
  select,
  size,
  softmax,
  sub,
  sum,
} from "@hamlet/graph";
import * as fc from "fast-check";
import { renderToString } from "katex";
import { expect, test } from "vitest";
import { arbitrarySample, RAW } from "../arbitrary-expr.ts";
import { law } from "../../../../tools/law.ts";

const render = (latex: string) => renderToString(latex, { throwOnError: true, strict: "error" });

test("KaTeX accepts every expression", () => {
  law(
    fc.property(arbitrarySample(12), (sample) => {
      for (const expr of [sample.scalar(), sample.open(), sample.open(RAW)]) {
        expect(render(printLatex(expr, { hats: true }))).toContain("katex");
      }
    }),
    125,
  );
});

const [D, K] = [makeDim("D"), makeDim("K")];
const [i, j, m] = [makeIndex("i", D), makeIndex("j", D), makeIndex("m", K)];
const scalar = (name: string) => get(makeTensor(name, "const"));
const beta = scalar("beta");
const v = makeTensor("v", "activation", [D]);
const xi = makeTensor("xi", "data", [K, D]);
const vi = get(v, [i]);
const overlap = sum([i], mul(get(xi, [m, i]), vi));

test.each<[string, Expr, string]>([
  [
    "an attention energy",
    neg(div(logsumexp([m], mul(beta, overlap)), beta)),
    String.raw`-\frac{\log \sum_{m} \exp\left(\beta \, \sum_{i} \xi_{m, i} \, \hat{v}_{i}\right)}{\beta}`,
  ],
  [
    "a minus in front of a sum",
    neg(add(overlap, beta)),
    String.raw`-\left(\sum_{i} \xi_{m, i} \, \hat{v}_{i} + \beta\right)`,
  ],
  [
    "its slope",
    gradient(neg(div(logsumexp([m], mul(beta, overlap)), beta)), v, [j]),
    String.raw`-\sum_{m} \xi_{m, j} \, \operatorname{softmax}_{m}\left(\beta \, \sum_{i} \xi_{m, i} \, \hat{v}_{i}\right)`,
  ],
  [
    "half a square",
    mul(lit(0.5), sum([i], pow(vi, lit(2)))),
    String.raw`\frac{1}{2} \, \sum_{i} \hat{v}_{i}^{2}`,
  ],
  [
    "a power of a function",
    pow(apply("relu", vi), scalar("n")),
    String.raw`{\max\left(0, \hat{v}_{i}\right)}^{n}`,
  ],
  ["a negative factor", mul(lit(-3), vi), String.raw`-3 \, \hat{v}_{i}`],
  ["a negative part", mul(lit(-0.5), vi), String.raw`-\frac{1}{2} \, \hat{v}_{i}`],
  ["a difference", pow(sub(vi, lit(1)), lit(2)), String.raw`\left(\hat{v}_{i} - 1\right)^{2}`],
  ["an inverse root", pow(vi, lit(-0.5)), String.raw`\frac{1}{\sqrt{\hat{v}_{i}}}`],
  [
    "a guard",
    sum([i], vi, apply("ne", position(i), position(j))),
    String.raw`\sum_{i \,:\, i \neq j} \hat{v}_{i}`,
  ],
  [
    "a condition used as a number",
    mul(apply("eq", position(i), lit(0)), vi),
    String.raw`\left[i = 0\right] \, \hat{v}_{i}`,
  ],
  [
    "cases",
    select(apply("lt", lit(0), vi), vi, lit(0)),
    String.raw`\begin{cases} \hat{v}_{i} & \text{if } 0 < \hat{v}_{i} \\ 0 & \text{otherwise} \end{cases}`,
  ],
  [
    "a product of two sums",
    mul(sum([i], vi), sum([i], pow(vi, lit(2)))),
    String.raw`\left(\sum_{i} \hat{v}_{i}\right) \, \sum_{i} \hat{v}_{i}^{2}`,
  ],
  ["a size", div(lit(1), size(K)), String.raw`\frac{1}{K}`],
  ["a small number", add(vi, lit(1e-10)), String.raw`\hat{v}_{i} + 10^{-10}`],
  ["an absolute value", apply("abs", vi), String.raw`\left|\hat{v}_{i}\right|`],
  ["a maximum over an index", reduce("max", [i], vi), String.raw`\max_{i} \hat{v}_{i}`],
])("%s is written as in a paper", (_, expr, expected) => {
  expect(printLatex(expr, { hats: true })).toBe(expected);
  expect(render(expected)).toContain("katex");
});

test.each([
  ["phi", String.raw`\phi`],
  ["Xi", String.raw`\Xi`],
  ["ξ", "ξ"],
  ["W", "W"],
  ["x1", "x_{1}"],
  ["rate", String.raw`\mathrm{rate}`],
  ["W_out", String.raw`W_{\mathrm{out}}`],
  ["sigma_2", String.raw`\sigma_{2}`],
  ["вес", String.raw`\text{вес}`],
  ["_", String.raw`\text{\_}`],
])("the name %s is written %s", (name, expected) => {
  expect(printLatex(scalar(name))).toBe(expected);
});

test("hats are put on activations only when asked for", () => {
  expect(printLatex(vi)).toBe("v_{i}");
  expect(printLatex(get(xi, [m, 2]), { hats: true })).toBe(String.raw`\xi_{m, 2}`);
});

test("two indices of one name are told apart", () => {
  const other = makeIndex("i", D);
  const W = makeTensor("W", "param", [D, D]);
  expect(printLatex(softmax([i], get(W, [i, other])))).toBe(
    String.raw`\operatorname{softmax}_{i}\left(W_{i, {i}'}\right)`,
  );
});
