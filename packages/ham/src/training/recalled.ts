// What the three gradients share: a flow, the recall that runs on it, and the loss at its end.

import { makeTensor, type Tensor } from "@hamlet/graph";
import { Flow } from "./flow.ts";
import type { Minibatch } from "./minibatch.ts";
import { largestEntry, type Layers, makeLayers } from "./layers.ts";
import type { GradientParts, LossAndMetrics } from "./loss-gradient.ts";
import { Walker } from "./path.ts";

/** Keeps none of the states of a recall but the last. */
const NONE = 0;

/** Largest change in one more step, in units of 1 + the largest state, at a fixed point. */
const SETTLED = 1e-4;

/** The part of a method that all have. */
export abstract class RecalledLoss<Value, Given> {
  protected readonly parts: GradientParts<Value, Given>;
  protected readonly flow: Flow<Value, Given>;
  protected readonly walker: Walker<Value, Given>;
  /** The loss of every example. */
  protected readonly each = makeTensor("loss", "state");
  readonly #metrics: readonly Tensor[];
  readonly #velocity: Layers;
  readonly #moved = makeTensor("moved", "state");
  readonly #largest = makeTensor("largest", "state");

  constructor(parts: GradientParts<Value, Given>) {
    this.parts = parts;
    const flow = new Flow(parts);
    this.flow = flow;
    try {
      this.walker = new Walker(flow, parts);
    } catch (error) {
      flow.dispose();
      throw error;
    }
    this.#metrics = (parts.metrics ?? []).map(({ name }) => makeTensor(`metric ${name}`, "state"));
    this.#velocity = makeLayers(parts.graph, "velocity");
  }

  async measure(minibatch: Minibatch): Promise<LossAndMetrics> {
    this.flow.bind(minibatch);
    await this.walker.walk(NONE);
    this.#calls.loss(1);
    return this.told();
  }

  dispose(): void {
    this.flow.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The end of the recall, and where its slopes are. */
  protected get end(): Layers {
    return this.walker.stepper.states;
  }

  /** The means of the loss and of the metrics at the end of a recall. */
  protected async told(): Promise<LossAndMetrics> {
    this.#calls.metrics(1);
    const [loss, ...metrics] = await this.flow.means([this.each, ...this.#metrics]);
    return { loss, metrics };
  }

  /** Goes to the end of the recall, and counts the examples that have not come to rest there. */
  protected async settle(): Promise<number> {
    await this.walker.walk(NONE);
    const { velocity, size } = this.#calls.rest();
    velocity(1);
    size();
    const [moved, largest] = await this.flow.read([this.#moved, this.#largest]);
    const { dt } = this.walker.stepper.stepping;
    let unsettled = 0;
    for (const [b, size] of moved.entries()) {
      // A comparison with NaN is false: what is not a number has not settled.
      if (!(dt * size <= SETTLED * (1 + largest[b]))) unsettled++;
    }
    return unsettled;
  }

  get #calls() {
    return this.flow.wired(this.each, () => {
      const { flow, end } = this;
      const [velocity, moved, largest] = [this.#velocity, this.#moved, this.#largest];
      let rest: { velocity: (time: number) => void; size: () => void } | undefined;
      return {
        loss: flow.loss(end, this.each),
        metrics: flow.metrics(end, this.#metrics),
        rest: () =>
          (rest ??= {
            velocity: flow.velocity(end, velocity),
            size: flow.compute(
              [
                { into: moved, indices: [], value: largestEntry(velocity, (at) => at(velocity)) },
                { into: largest, indices: [], value: largestEntry(end, (at) => at(end)) },
              ],
              [...velocity, ...end],
            ),
          }),
      };
    });
  }
}
