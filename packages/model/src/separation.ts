// A separation function as `.ham` text: one weight for each stored key, from its score.

import { compile, isSound } from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { type Expr, gradient, HamError, makeIndex, type Tensor } from "@hamlet/graph";
import { CATALOGUE } from "./catalogue.ts";

/** A formula over the scores of a query; `separationOf` of `@hamlet/kohonen` makes a memory of it. */
export interface SeparationFormula {
  readonly name: string;
  /** The weights, with one free index over the stored keys. */
  readonly weights: Expr;
  /** The tensor that the weights read the scores from. */
  readonly scores: Tensor;
}

/**
 * Reads the weight of stored key i as a `.ham` formula of the scores `s[…]`.
 *
 * @throws HamError `model/file-has-errors` with all messages, which point into the formula.
 * @example
 * readSeparation("max(0, s[i])^3");
 * readSeparation("exp(4 * s[i] - logsumexp[j] 4 * s[j])"); // softmax with beta = 4
 */
export function readSeparation(text: string): SeparationFormula {
  // An energy that is linear in the values: its slope by them is the formula.
  const file = `ham 1

dim N
given s: [N]
neuron v: [N] as identity

@allow(unbounded_energy)
energy recalled = sum[i] v[i] * (
  ${text}
)
`;
  const compilation = compile({ name: "separation", text: file }, { registry: CATALOGUE });
  const { diagnostics, sources, graph } = compilation;
  if (!isSound(compilation)) {
    const message = diagnostics.map((each) => renderDiagnostic(each, sources)).join("\n\n");
    throw new HamError("model/file-has-errors", message, { diagnostics, sources });
  }
  const scores = graph.tensors.find(({ name }) => name === "s")!;
  const [neuron] = graph.neurons;
  const at = makeIndex("i", scores.axes[0]);
  return { name: text, weights: gradient(graph.terms[0].energy, neuron.activation, [at]), scores };
}
