import { apply, div, logsumexp, mul, type LagrangianDefinition } from "@hamlet/graph";
import { BETA } from "./options.ts";

/**
 * Softmax with a silent unit: `L(x) = (1/β) log(1 + Σ exp(βx))`. Its activation is
 * `exp(βx) / (1 + Σ exp(βx))`, so all units may be off.
 *
 * Shapes: coupled along `over`; the other axes are independent and add. Convex;
 * `0 < x̂ < 1`, and `x̂` sums to less than 1 along `over`.
 * @see Hoover et al. (2022), the HAMUX catalogue.
 */
export const lagrGhostmax: LagrangianDefinition = {
  name: "ghostmax",
  summary: "L = log(1 + Σ exp(βx)) / β, activation exp(βx) / (1 + Σ exp(βx))",
  options: [BETA],
  coupled: true,
  kind: "smooth",
  value: (x, { beta }, over) =>
    // log(1 + Σ eᶻ) = softplus(log Σ eᶻ), which cannot overflow.
    div(apply("softplus", logsumexp(over, mul(beta, x))), beta),
  references: [
    'Hoover, Chau, Strobelt & Krotov, "A universal abstraction for hierarchical Hopfield networks", NeurIPS 2022 workshop',
  ],
};
