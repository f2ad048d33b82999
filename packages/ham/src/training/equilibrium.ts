// Learning from the difference of two recalls, one of which is nudged towards less loss.

import type { Inputs } from "@hamlet/core";
import { get, makeTensor, mul } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import type { Layers } from "./layers.ts";
import { Flow, type Minibatch } from "./flow.ts";
import type {
  GradientMethod,
  GradientParts,
  GradientResult,
  LossGradient,
} from "./loss-gradient.ts";
import { mean, RecalledLoss } from "./recalled.ts";
import { advance } from "./step.ts";
import { type ByParam, Sums } from "./sums.ts";

const NUDGE = 0.01;

/**
 * Equilibrium propagation: with `F = E + β loss` and `x_β` the fixed point of `F` near that of `E`,
 * `∂loss/∂θ = d/dβ ∂F/∂θ(x_β)` at `β = 0`. The free recall is followed by one with `β = +nudge`
 * and one with `β = −nudge`, and the gradient is `(∂F/∂θ(x₊) − ∂F/∂θ(x₋)) / (2 nudge)`, whose
 * error falls as `nudge²`. With `sides = 1` the free fixed point stands in for the negative side:
 * one recall less, and an error as `nudge`.
 *
 * Nothing goes backwards: learning is local to every synapse, and memory does not depend on the
 * number of steps. All recalls must come to rest; a nudged one makes all `steps` of its block.
 */
export const equilibrium: GradientMethod = {
  name: "equilibrium",
  options: { nudge: NUDGE, sides: 2 },
  make: (parts) => new EquilibriumGradient(parts),
  references: [
    "Scellier & Bengio, Equilibrium propagation, Frontiers in Computational Neuroscience 11, 2017, arXiv:1602.05179",
    "Laborieux et al., Scaling equilibrium propagation to deep ConvNets by drastically reducing its gradient estimator bias, 2021, arXiv:2006.03824",
  ],
};

class EquilibriumGradient extends RecalledLoss implements LossGradient {
  /** β, for every example. */
  readonly #beta = makeTensor("nudge", "state");
  readonly #nudged: Flow;
  readonly #nudge: number;
  readonly #sides: number;

  constructor(parts: GradientParts) {
    super(parts);
    this.#nudge = parts.options.get("nudge") ?? NUDGE;
    this.#sides = parts.options.get("sides") ?? 2;
    const { setup, graph, ...rest } = parts;
    const term = { name: "nudge", energy: mul(get(this.#beta), parts.loss) };
    this.#nudged = new Flow({ ...rest, graph: { ...graph, terms: [...graph.terms, term] } }, setup);
  }

  async gradient(minibatch: Minibatch): Promise<GradientResult> {
    this.flow.bind(minibatch);
    this.#nudged.bind(minibatch);
    const { end, unsettled, dispose } = await this.settle();
    const sums = new Sums();
    const owned: tf.Tensor[] = [];
    try {
      const loss = await mean(tf.tidy(() => this.flow.loss(end)));
      const low = this.#sides === 2 ? -this.#nudge : 0;
      const above = await this.#side(end, this.#nudge, (params) => sums.add(params));
      owned.push(...above);
      const below = await this.#side(end, low, (params) => sums.add(params, -1));
      owned.push(...below);
      tf.tidy(() => {
        const held = this.flow
          .free(end)
          .map((free, i) => tf.mul(tf.sub(1, free), tf.sub(above[i], below[i])));
        sums.add(this.flow.pullStart(held));
      });
      const scale = 1 / ((this.#nudge - low) * minibatch.batch);
      const metrics = await this.metrics(end);
      return { loss, metrics, gradients: sums.take(scale), unsettled, unsolved: 0 };
    } finally {
      dispose();
      sums.dispose();
      tf.dispose(owned);
    }
  }

  /** The slopes of `F` by states where a recall under the nudge `beta` ends; those by params go to `take`. */
  async #side(from: Layers, beta: number, take: (params: ByParam) => void): Promise<tf.Tensor[]> {
    const strength = tf.tidy(() => tf.mul(tf.ones([this.#nudged.batch]), beta));
    const nudge: Inputs = new Map([[this.#beta, strength]]);
    const steps = beta === 0 ? 0 : this.walker.steps;
    let states = from;
    try {
      for (let step = 0; step < steps; step++) {
        await this.#nudged.turn();
        const before = states;
        states = advance(this.#nudged, before, 1, this.walker.stepping, nudge);
        if (before !== from) tf.dispose([...before]);
      }
      return tf.tidy(() => {
        const slopes = this.#nudged.pullEnergy(states, nudge);
        take(slopes.params);
        return [...slopes.states];
      });
    } finally {
      strength.dispose();
      if (states !== from) tf.dispose([...states]);
    }
  }

  override dispose(): void {
    super.dispose();
    this.#nudged.dispose();
  }
}
