// The gradient of the denoising loss, as the training loop asks for it.

import { type Inputs, makeProgram, type Program } from "@hamlet/core";
import type { GradientResult, LossGradient, LossAndMetrics, Minibatch } from "@hamlet/ham";
import * as tf from "@tensorflow/tfjs-core";
import { boundWaves } from "../network/bound.ts";
import type { Network } from "../network/network.ts";
import { type DenoisingLoss, LOSS, lossPlan } from "./loss.ts";

/** The denoising loss of a network with these frequencies. Owns tensors. */
export class DenoisingGradient implements LossGradient {
  readonly #net: Network;
  readonly #loss: DenoisingLoss;
  readonly #program: Program;
  #waves: Inputs = new Map();

  constructor(net: Network, loss: DenoisingLoss, frequencies: Float32Array) {
    this.#net = net;
    this.#loss = loss;
    this.#program = makeProgram(lossPlan(net, loss));
    try {
      this.#waves = boundWaves(net, frequencies);
      this.#program.bind("load", this.#waves);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  async gradient({ params, givens, batch }: Minibatch): Promise<GradientResult> {
    const { weights } = this.#net;
    const [mean, ...slopes] = tf.tidy(() => {
      this.#program.bind("param", params);
      const inputs = new Map(givens).set(this.#loss.share, tf.scalar(1 / batch));
      const found = this.#program.step(inputs, { batch });
      return [LOSS, ...weights.map(({ tensor }) => tensor.name)].map((name) => found.get(name)!);
    });
    try {
      const [loss] = await mean.data();
      const gradients = new Map(weights.map(({ tensor }, k) => [tensor, slopes[k]]));
      return { loss, metrics: [], gradients, unsettled: 0, unsolved: 0 };
    } catch (error) {
      tf.dispose(slopes);
      throw error;
    } finally {
      mean.dispose();
    }
  }

  async measure(minibatch: Minibatch): Promise<LossAndMetrics> {
    const { loss, metrics, gradients } = await this.gradient(minibatch);
    tf.dispose([...gradients.values()]);
    return { loss, metrics };
  }

  dispose(): void {
    tf.dispose([...this.#waves.values()]);
    this.#waves = new Map();
    this.#program.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
