import {
  add,
  apply,
  lit,
  mean,
  mul,
  pow,
  size,
  sub,
  sum,
  type LagrangianDefinition,
} from "@hamlet/graph";
import { DELTA, EPS, GAMMA } from "./options.ts";

/**
 * Layer norm Lagrangian: `L(x) = D γ √(var(x) + ε) + Σ δ x`. Its activation is
 * `γ (x − mean(x)) / √(var(x) + ε) + δ`.
 *
 * Shapes: coupled along `over` (D units); the other axes are independent and add. Convex for
 * `γ > 0`. `delta` may have the axes `over`.
 * @see Hoover et al. (2023), arXiv:2302.07253.
 */
export const lagrLayernorm: LagrangianDefinition = {
  name: "layernorm",
  summary: "L = D γ √(var(x) + ε) + Σ δx, activation γ (x − mean) / √(var + ε) + δ",
  options: [GAMMA, DELTA, EPS],
  coupled: true,
  kind: "smooth",
  value: (x, { gamma, delta, eps }, over) => {
    const count = mul(...over.map((index) => size(index.dim)));
    const centred = sub(x, mean(over, x));
    const variance = mean(over, pow(centred, lit(2)));
    const scale = mul(count, gamma, apply("sqrt", add(variance, eps)));
    return add(scale, sum(over, mul(delta, x)));
  },
  references: ['Hoover et al., "Energy Transformer", NeurIPS 2023, arXiv:2302.07253'],
};
