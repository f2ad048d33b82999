// The block as an energy graph: one layer of tokens, and what pulls at them.

import { type EnergyGraph, lit, makeDim, makeNeuron, makeTensor, type Neuron } from "@hamlet/graph";
import { makeEnergyGraph, synAttention, synMemory } from "@hamlet/ham";
import { lagrLayernorm } from "@hamlet/lagrangians";
import type { BlockConfig } from "./config.ts";

/** A block for a number of tokens, before it has weights. */
export interface Block {
  readonly graph: EnergyGraph;
  /** The layer of tokens, `[N, D]`: its activation is their layer norm. */
  readonly tok: Neuron;
}

/**
 * The energy of an energy transformer block on N tokens,
 *
 * `E = −(1/β) Σₕ Σ_c log Σ_{b≠c} exp(β Σ_y k[h, b, y] q[h, c, y]) − ½ Σ_t Σₘ relu(Σᵢ ξₘᵢ g[t, i])²`
 *
 * with `g = LayerNorm(x)`, `q = Wq g` and `k = Wk g`. The tokens have no energy of their own: since
 * the layer norm is the gradient of a convex Lagrangian, E falls all the same.
 *
 * Its weights are called `Wq` and `Wk: [H, D, Y]`, `Xi: [M, D]`, `gamma: []` and `delta: [D]`.
 * @see Hoover et al. (2023), arXiv:2302.07253.
 */
export function energyTransformerGraph(config: BlockConfig, tokens: number): Block {
  const N = makeDim("N", tokens);
  const D = makeDim("D", config.width);
  const heads = makeDim("H", config.heads);
  const width = makeDim("Y", config.headWidth);
  const K = makeDim("M", config.memories);
  const draw = { from: "draw", distribution: "normal", args: [lit(0), lit(0.02)] } as const;
  const Wq = makeTensor("Wq", "param", [heads, D, width], { source: draw });
  const Wk = makeTensor("Wk", "param", [heads, D, width], { source: draw });
  const Xi = makeTensor("Xi", "param", [K, D], { source: draw });
  const gamma = makeTensor("gamma", "param", [], {
    bound: { op: ">", value: 0 },
    source: { from: "value", value: lit(1) },
  });
  const delta = makeTensor("delta", "param", [D], { source: { from: "value", value: lit(0) } });
  const options = { gamma, delta, eps: config.eps ?? 1e-5 };
  const tok = makeNeuron("tok", [N, D], lagrLayernorm, { over: [D], leak: false, options });
  const memory = config.memory ?? { synapse: synMemory };
  const graph = makeEnergyGraph({
    neurons: [tok],
    hypersynapses: {
      attention: {
        synapse: synAttention,
        dims: { heads, width },
        params: { Wq, Wk },
        options: {
          self: config.selfAttention === true ? "on" : "off",
          ...(config.beta === undefined ? {} : { beta: config.beta }),
        },
      },
      memory: { ...memory, dims: { K }, params: { xi: Xi } },
    },
    connections: [
      [[tok], "attention"],
      [[tok], "memory"],
    ],
  });
  return { graph, tok };
}
