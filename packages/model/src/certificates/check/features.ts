// The error bar of an energy by random features: what its rows, each an opinion on one sum, say of it.

import { children, type Expr, type Reduce } from "@hamlet/graph";
import type { Bounds, ByLayer, FeaturesEvidence } from "../certificate.ts";
import { at, minus, over, plus, power, times } from "./bounds.ts";
import type { Space } from "./calculation.ts";
import { demand } from "./findings.ts";
import { pointsOf, sceneAt } from "./scene.ts";
import { beginLook, slopes } from "./values.ts";

/** Sums over one axis in an energy that lie in no other. */
export function sumsIn(expr: Expr): Reduce[] {
  if (expr.kind !== "reduce") return children(expr).flatMap(sumsIn);
  return expr.op === "sum" && expr.over.length === 1 && expr.where === null ? [expr] : [];
}

/** The bounds of what a certificate tells of an energy by features at a point. */
export function featuresAt(
  space: Space,
  end: ByLayer,
  { energy: name, rows }: Pick<FeaturesEvidence, "energy" | "rows">,
): Pick<FeaturesEvidence, "clipped" | "noise" | "deviation"> {
  const term = space.graph.terms.find((one) => one.name === name);
  demand(term !== undefined, `there is no energy "${name}"`);
  const sums = sumsIn(term.energy).filter(({ over: [{ dim }] }) => dim.name === rows);
  demand(sums.length === 1, `"${name}" has ${sums.length} sums over "${rows}": expected one`);
  const { calculation } = sceneAt(space, pointsOf(end, "end"));
  const shares = calculation.all(sums[0].body, sums[0].over).map(({ bounds }) => bounds);
  const [energy, sum] = [term.energy, sums[0]].map((expr) => calculation.all(expr, [])[0]);
  beginLook();
  const [low, high] = slopes(energy, [sum])[0].bounds;
  if (low === 0 && high === 0) return { clipped: true, noise: null, deviation: null };
  demand(low > 0 || high < 0, `whether "${name}" is flat there is not decided`);
  const count = at(shares.length);
  const mean = over(sum.bounds, count);
  const squares = shares.map((share) => power(plus(share, minus(mean)), 2)).reduce(plus, at(0));
  // Of a sum of independent rows: as many times the variance of one.
  const spread = power(squares, 0.5);
  const sizeOf = (x: Bounds): Bounds => (x[0] > 0 ? x : minus(x));
  return {
    clipped: false,
    noise: over(spread, sizeOf(sum.bounds)),
    deviation: times(spread, sizeOf([low, high])),
  };
}
