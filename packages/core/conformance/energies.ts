// Energies that use every trick of the planner, by name.

import {
  add,
  apply,
  div,
  type Expr,
  get,
  lit,
  logsumexp,
  mean,
  mul,
  neg,
  position,
  pow,
  reduce,
  size,
  sub,
  sum,
  time,
} from "@hamlet/graph";
import {
  A,
  alone,
  b,
  b2,
  beta,
  bias,
  C,
  cube,
  cue,
  h,
  i,
  j,
  known,
  m,
  n,
  one,
  pair,
  v,
  w,
  weight,
  xi,
} from "./world.ts";

const similarity = sum([i], mul(get(xi, [m, i]), get(v, [i])));
const gap = sub(get(v, [i]), get(xi, [m, i]));
const distance = sum([i], pow(gap, lit(2)));
const differs = apply("ne", position(i), position(j));

/** Scalar expressions of the activations `v`, `w`, `h` and `alone`. */
export const ENERGIES: Readonly<Record<string, Expr>> = {
  "a log-sum-exp memory": neg(div(logsumexp([m], mul(get(beta), similarity)), get(beta))),
  "a distance memory": neg(logsumexp([m], mul(lit(-0.5), get(beta), distance))),
  "a masked distance": sum([m, i], pow(gap, lit(2)), get(known, [i])),
  "a guard on positions": sum([i, j], apply("tanh", mul(get(v, [i]), get(v, [j]))), differs),
  "attention without itself": sum([i], logsumexp([j], mul(get(v, [i]), get(v, [j])), differs)),
  "a kernel of differences": sum([m, i], apply("softplus", gap)),
  "a difference times another": sum([m, i], mul(gap, get(h, [m]), add(get(v, [i]), lit(1)))),
  "a chain of three": sum([i, b, m], mul(get(w, [i, b]), get(weight, [b, m]), get(xi, [m, i]))),
  "a three-body term": neg(
    sum([i, b, m], mul(get(cube, [i, b, m]), get(v, [i]), get(w, [i, b]), get(h, [m]))),
  ),
  "a quadratic form": mul(lit(-0.5), sum([i, j], mul(get(v, [i]), get(pair, [i, j]), get(v, [j])))),
  "a trace and an entry": mul(sum([i], mul(get(pair, [i, i]), get(v, [i]))), get(v, [2])),
  "a fixed row": sum([i], mul(get(xi, [1, i]), get(v, [i]))),
  "a power memory": neg(sum([m], pow(apply("relu", similarity), lit(3)))),
  "the best memory": neg(reduce("max", [m], similarity)),
  "the worst memory": reduce("min", [m], similarity),
  "a product": reduce("prod", [i], add(get(v, [i]), lit(2))),
  "a mean with a guard": div(
    sum([i], pow(get(v, [i]), lit(2)), apply("lt", position(i), lit(2))),
    sum([i], apply("lt", position(i), lit(2))),
  ),
  "a mean": mean([i], pow(get(v, [i]), lit(2))),
  "a spherical norm": apply("sqrt", add(sum([i], pow(get(v, [i]), lit(2))), lit(0.1))),
  "a power of a power": pow(add(sum([i], pow(get(v, [i]), lit(2))), lit(1)), lit(-0.5)),
  "a general power": pow(add(pow(get(v, [0]), lit(2)), lit(1)), get(beta)),
  "log-cosh units": sum([i], apply("logcosh", add(get(v, [i]), get(bias, [i])))),
  "a schedule": mul(time(), sum([i], pow(sub(get(v, [i]), get(cue, [i])), lit(2)))),
  "an axis of one": mul(sum([one], pow(get(alone, [one]), lit(2))), get(v, [1])),
  "sizes and positions": sum([i], mul(div(position(i), size(A)), get(v, [i]), size(C))),
  "five axes": sum(
    [i, j, b, b2, m],
    apply("tanh", add(mul(get(w, [i, b]), get(w, [j, b2])), mul(get(h, [m]), get(pair, [i, j])))),
  ),
  "five axes under a guard": sum(
    [i, j, b, m],
    apply("exp", mul(get(w, [i, b]), get(h, [m]), get(v, [j]))),
    apply("and", differs, apply("lt", get(w, [i, b]), get(h, [m]))),
  ),
  "two memories in one": add(
    logsumexp([m], add(get(h, [m]), get(v, [0]))),
    neg(logsumexp([n], add(get(h, [n]), get(v, [0])))),
    sum([m], mul(get(h, [m]), reduce("logsumexp", [i], get(xi, [m, i])))),
  ),
};
