// The gradient of the denoising loss, as the training loop asks for it.

import { makeProgram, type Program, type WiredStep } from "@hamlet/core";
import { makeTensor } from "@hamlet/graph";
import {
  type GradientParts,
  type GradientResult,
  type LossAndMetrics,
  type LossGradient,
  type Minibatch,
  RegisterFile,
} from "@hamlet/ham";
import { wavesOf } from "../network/bound.ts";
import type { Network } from "../network/network.ts";
import { type DenoisingLoss, LOSS, lossPlan } from "./loss.ts";

/** What a gradient is made of. */
export interface DenoisingParts<Value, Given> extends Pick<
  GradientParts<Value, Given>,
  "engine" | "weights"
> {
  readonly net: Network;
  readonly loss: DenoisingLoss;
  readonly frequencies: Float32Array;
}

/** What is wired for a batch size. */
interface Lane<Value, Given> {
  readonly examples: RegisterFile<Value, Given>;
  readonly params: WiredStep;
  readonly step: WiredStep;
}

/** The denoising loss of a network with these frequencies. Owns registers. */
export class DenoisingGradient<Value, Given> implements LossGradient {
  readonly #parts: DenoisingParts<Value, Given>;
  readonly #program: Program<Value, Given>;
  /** What has no batch axis: the mean loss, the share of an example, what the embedding reads. */
  readonly #numbers: RegisterFile<Value, Given>;
  readonly #mean = makeTensor("mean loss", "const");
  #lane: Lane<Value, Given> | null = null;

  constructor(parts: DenoisingParts<Value, Given>) {
    const { net, loss, frequencies, engine } = parts;
    this.#parts = parts;
    this.#program = makeProgram(lossPlan(net, loss), { target: engine.target });
    this.#numbers = new RegisterFile(engine, new Map(), null);
    try {
      this.#program.bind("load", this.#numbers.filled(wavesOf(net, frequencies)));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  async gradient({ givens, batch }: Minibatch): Promise<GradientResult> {
    const { params, step, examples } = this.#laneFor(batch);
    for (const [tensor, { data }] of givens) examples.fill(tensor, data);
    params.run();
    step.run();
    const [[loss]] = await this.#parts.engine.read([this.#numbers.of(this.#mean).value]);
    return { loss, metrics: [], scale: 1, unsettled: 0, unsolved: 0 };
  }

  measure(minibatch: Minibatch): Promise<LossAndMetrics> {
    return this.gradient(minibatch);
  }

  dispose(): void {
    this.#drop();
    this.#program.dispose();
    this.#numbers.free();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #laneFor(batch: number): Lane<Value, Given> {
    if (this.#lane?.examples.batch === batch) return this.#lane;
    this.#drop();
    const { net, loss, engine, weights } = this.#parts;
    const program = this.#program;
    const examples = new RegisterFile(engine, new Map(), batch);
    try {
      this.#numbers.fill(loss.share, [1 / batch]);
      const own = [loss.clean, loss.noise, net.t].map((g) => [g, examples.of(g)] as const);
      const inputs = new Map([...own, [loss.share, this.#numbers.of(loss.share)] as const]);
      const slopes = net.weights.map(
        ({ tensor }) => [tensor.name, weights.slopes.sum(tensor)] as const,
      );
      const outputs = new Map([...slopes, [LOSS, this.#numbers.of(this.#mean)] as const]);
      const params = program.wireStage("param", { inputs: weights.registers, batch });
      try {
        this.#lane = { examples, params, step: program.wire({ inputs, outputs, batch }) };
        return this.#lane;
      } catch (error) {
        params.dispose();
        throw error;
      }
    } catch (error) {
      examples.free();
      throw error;
    }
  }

  #drop(): void {
    this.#lane?.step.dispose();
    this.#lane?.params.dispose();
    this.#lane?.examples.free();
    this.#lane = null;
  }
}
