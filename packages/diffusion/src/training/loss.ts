// Denoising score matching, as an expression of the graph.
//
// Vincent, A connection between score matching and denoising autoencoders, Neural Computation 23
// (2011).

import { type Output, plan, type Plan } from "@hamlet/core";
import {
  add,
  type Expr,
  get,
  gradients,
  type Index,
  indicesOf,
  lit,
  makeIndex,
  makeTensor,
  mean,
  mul,
  pow,
  type Tensor,
} from "@hamlet/graph";
import type { Network } from "../network/network.ts";

/** The loss of one example, and what it is computed from beside the network's own tensors. */
export interface DenoisingLoss {
  /** A pattern and standard normal numbers, `[D]` each, given. */
  readonly clean: Tensor;
  readonly noise: Tensor;
  /** What an example counts: 1 / B in a batch of B. */
  readonly share: Tensor;
  /** `mean_i (σ √t · s_i(x + σ √t z, t) + z_i)²`. */
  readonly value: Expr;
}

/** The denoising loss: how far the score is from pointing back along the noise. */
export function denoisingLoss(net: Network): DenoisingLoss {
  const clean = makeTensor("clean", "given", [net.coordinates]);
  const noise = makeTensor("noise", "given", [net.coordinates]);
  const share = makeTensor("share", "given");
  const noisy = (at: Index) => add(get(clean, [at]), mul(net.deviation, get(noise, [at])));
  const i = makeIndex("i", net.coordinates);
  const error = add(net.scaled(noisy)(i), get(noise, [i]));
  return { clean, noise, share, value: mean([i], pow(error, lit(2))) };
}

/** The name of the mean loss among the outputs of {@link lossPlan}; the others are weights. */
export const LOSS = "loss";

/** The mean loss of a batch and its gradient by every weight. */
export function lossPlan(net: Network, { share, value }: DenoisingLoss): Plan {
  const total = mul(get(share), value);
  const targets = net.weights.map(({ tensor }) => ({ tensor, at: indicesOf(tensor.axes) }));
  const slopes = gradients(total, targets);
  const summed = { batched: false, summed: true };
  const outputs: Output[] = [
    { name: LOSS, value: total, indices: [], ...summed },
    ...targets.map(({ tensor, at }, k) => ({
      name: tensor.name,
      value: slopes[k],
      indices: at,
      ...summed,
    })),
  ];
  return plan(outputs, {
    leaf: (tensor) => ({
      stage: tensor.kind === "data" ? "load" : tensor.kind === "param" ? "param" : "step",
      batched: tensor.kind === "given" && tensor !== share,
    }),
  });
}
