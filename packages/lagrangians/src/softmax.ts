import { div, logsumexp, mul, type LagrangianDefinition } from "@hamlet/graph";
import { BETA } from "./options.ts";

/**
 * Softmax Lagrangian: `L(x) = (1/β) log Σ exp(βx)`. Its activation is `softmax(βx)`.
 *
 * Shapes: coupled along `over`; the other axes are independent and add. Convex;
 * `0 < x̂ < 1`, and `x̂` sums to 1 along `over`.
 * @see Ramsauer et al. (2021), arXiv:2008.02217; Krotov & Hopfield (2021).
 */
export const lagrSoftmax: LagrangianDefinition = {
  name: "softmax",
  summary: "L = log Σ exp(βx) / β, activation softmax(βx)",
  options: [BETA],
  coupled: true,
  kind: "smooth",
  value: (x, { beta }, over) => div(logsumexp(over, mul(beta, x)), beta),
  references: [
    'Ramsauer et al., "Hopfield networks is all you need", ICLR 2021, arXiv:2008.02217',
    'Krotov & Hopfield, "Large associative memory problem in neurobiology and machine learning", ICLR 2021, arXiv:2008.06996',
  ],
};
