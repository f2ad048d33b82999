// Learning from the difference of two recalls, one of which is nudged towards less loss.

import { get, lit, makeTensor, mul, sub } from "@hamlet/graph";
import { Flow } from "./flow.ts";
import type { Minibatch } from "./minibatch.ts";
import { entrywise, type Layers, makeLayers } from "./layers.ts";
import type {
  GradientMethod,
  GradientParts,
  GradientResult,
  LossGradient,
} from "./loss-gradient.ts";
import { RecalledLoss } from "./recalled.ts";
import { Stepper } from "./step.ts";

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

class EquilibriumGradient<Value, Given> extends RecalledLoss<Value, Given> implements LossGradient {
  /** β, for every example. */
  readonly #beta = makeTensor("nudge", "state");
  readonly #nudged: Flow<Value, Given>;
  readonly #stepper: Stepper<Value, Given>;
  readonly #nudge: number;
  readonly #sides: number;
  /** By side: the slopes of `F` by states. */
  readonly #slopes: readonly [above: Layers, below: Layers];
  readonly #free: Layers;
  readonly #held: Layers;

  constructor(parts: GradientParts<Value, Given>) {
    super(parts);
    const { graph, options } = parts;
    this.#nudge = options.get("nudge") ?? NUDGE;
    this.#sides = options.get("sides") ?? 2;
    const term = { name: "nudge", energy: mul(get(this.#beta), parts.loss) };
    const nudged = { ...graph, terms: [...graph.terms, term] };
    try {
      this.#nudged = new Flow({ ...parts, graph: nudged });
    } catch (error) {
      super.dispose();
      throw error;
    }
    this.#stepper = new Stepper(this.#nudged, graph, this.walker.stepper.stepping, [this.#beta]);
    this.#slopes = [makeLayers(graph, "slope above"), makeLayers(graph, "slope below")];
    this.#free = makeLayers(graph, "free");
    this.#held = makeLayers(graph, "held");
  }

  async gradient(minibatch: Minibatch): Promise<GradientResult> {
    this.flow.bind(minibatch);
    this.#nudged.bind(minibatch);
    this.parts.weights.slopes.clear();
    const unsettled = await this.settle();
    this.#calls.loss(1);
    const told = await this.told();
    const low = this.#sides === 2 ? -this.#nudge : 0;
    const end = await this.flow.read(this.end);
    for (const [side, beta] of [this.#nudge, low].entries()) {
      this.#stepper.states.forEach((tensor, i) => this.#nudged.fill(tensor, end[i]));
      await this.#side(side, beta);
    }
    // What a clamp holds follows its start.
    const [above, below] = [await this.#read(0), await this.#read(1)];
    this.#slopes[0].forEach((tensor, i) => this.flow.fill(tensor, above[i]));
    this.#slopes[1].forEach((tensor, i) => this.flow.fill(tensor, below[i]));
    const { free, hold, pullStart } = this.#calls;
    free(1);
    hold();
    pullStart(0);
    const scale = 1 / ((this.#nudge - low) * minibatch.batch);
    return { ...told, scale, unsettled, unsolved: 0 };
  }

  /** A recall under the nudge `beta`, and the slopes of `F` where it ends. */
  async #side(side: number, beta: number): Promise<void> {
    this.#nudged.fill(this.#beta, new Float32Array(this.#nudged.batch).fill(beta));
    const steps = beta === 0 ? 0 : this.walker.steps;
    for (let step = 0; step < steps; step++) {
      const others = this.#nudged.turn();
      if (others !== undefined) await others;
      this.#stepper.advance(1);
    }
    this.#pulls[side](1);
  }

  #read(side: number) {
    return this.#nudged.read(this.#slopes[side]);
  }

  get #pulls() {
    return this.#nudged.wired(this, () =>
      [1, -1].map((factor, side) =>
        this.#nudged.pullEnergy(this.#stepper.states, this.#slopes[side], [this.#beta], factor),
      ),
    );
  }

  get #calls() {
    return this.flow.wired(this.#slopes, () => {
      const { flow, end } = this;
      const [above, below] = this.#slopes;
      const held = entrywise(this.#held, (read) =>
        mul(sub(lit(1), read(this.#free)), sub(read(above), read(below))),
      );
      return {
        loss: flow.loss(end, this.each),
        free: flow.free(end, this.#free),
        hold: flow.compute(held, [...this.#free, ...above, ...below]),
        pullStart: flow.pullStart(this.#held),
      };
    });
  }

  override dispose(): void {
    super.dispose();
    this.#nudged.dispose();
  }
}
