// A recall as functions of tensors, for one minibatch at a time.

import {
  type Inputs,
  type Key,
  makeProgram,
  makeTurn,
  type Output,
  plan,
  type Program,
  tensors,
  type Turn,
} from "@hamlet/core";
import { invariant } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";
import { leafOf, makeStarts } from "../recall/dynamics.ts";
import type { RecallSetup } from "../recall/recall.ts";
import { startStates } from "../recall/start.ts";
import type { Layers } from "./layers.ts";
import { type Differentiated, layerName, NUMBER, paramName, Pullbacks } from "./pullback.ts";
import type { ByParam } from "./sums.ts";

/** What a gradient is taken at. Everything in it is borrowed. */
export interface Minibatch {
  /** Every param, without a batch axis. */
  readonly params: Inputs;
  /** Every given that is read, `[B, …axes]`. */
  readonly givens: Inputs;
  readonly batch: number;
  /** Draws of start values. */
  readonly key: Key;
  /** That of the work which it is part of; default one of its own. */
  readonly turn?: Turn;
}

/** Slopes by states and by params; those by params are summed over the examples. */
export interface Slopes {
  readonly states: Layers;
  readonly params: ByParam;
}

const NOTHING: Inputs = new Map();

/**
 * The functions of a training. What they return is the caller's; plans are made when they are
 * first needed, and disposed with the flow.
 */
export class Flow {
  readonly #parts: Differentiated;
  readonly #setup: RecallSetup;
  readonly #pullbacks: Pullbacks;
  readonly #programs = new Map<string, Program>();
  #minibatch: Minibatch | null = null;
  #turn: Turn = makeTurn();

  constructor(parts: Differentiated, setup: RecallSetup) {
    this.#parts = parts;
    this.#setup = setup;
    this.#pullbacks = new Pullbacks(parts);
  }

  /** Takes params and givens for all that follows. They must live as long. */
  bind(minibatch: Minibatch): void {
    this.#minibatch = minibatch;
    this.#turn = minibatch.turn ?? makeTurn();
    for (const program of this.#programs.values()) bindTo(program, minibatch);
  }

  get batch(): number {
    return this.#bound.batch;
  }

  /** To be awaited between the steps of a recall and of what follows from it. */
  get turn(): Turn {
    return this.#turn;
  }

  /** The states before the first step. */
  start(): tf.Tensor[] {
    const { graph, recall } = this.#parts;
    const { batch, key } = this.#bound;
    const program = this.#program("start", () => makeStarts(recall, this.#setup.sizes, tensors));
    return tf.tidy(() => {
      const computed = program.step(NOTHING, { batch });
      return startStates(graph, recall, this.#setup, { computed, batch, key });
    });
  }

  /** `dx/dt` by layer. `more` are further inputs of the graph. */
  velocity(states: Layers, time: number, more: Inputs = NOTHING): Layers {
    const outputs = () => this.#pullbacks.velocity();
    return this.#layers(this.#step("velocity", outputs, this.#at(states, more), time));
  }

  /** `cotangentᵀ ∂(dx/dt)` at some states. */
  pullVelocity(states: Layers, cotangent: Layers, time: number): Slopes {
    const inputs = this.#at(states, this.#cotangents(cotangent));
    return this.#slopes(
      this.#step("of velocity", () => this.#pullbacks.ofVelocity(), inputs, time),
    );
  }

  /** `cotangentᵀ ∂x₀` by params. */
  pullStart(cotangent: Layers): ByParam {
    const inputs = this.#cotangents(cotangent);
    return this.#byParam(this.#step("of start", () => this.#pullbacks.ofStart(), inputs, 0));
  }

  /** The loss of every example, `[B]`. */
  loss(states: Layers): tf.Tensor {
    return this.#step("loss", () => this.#pullbacks.loss(), this.#at(states), 1).get(NUMBER)!;
  }

  /** The metrics of every example, `[B]` each, in the order of the training. */
  metrics(states: Layers): tf.Tensor[] {
    const { metrics = [] } = this.#parts;
    if (metrics.length === 0) return [];
    const found = this.#step("metrics", () => this.#pullbacks.metrics(), this.#at(states), 1);
    return metrics.map(({ name }) => found.get(name)!);
  }

  /** The loss of every example, and the slopes of their sum. */
  pullLoss(states: Layers): Slopes & { readonly loss: tf.Tensor } {
    const found = this.#step("of loss", () => this.#pullbacks.ofLoss(), this.#at(states), 1);
    return { ...this.#slopes(found), loss: found.get(NUMBER)! };
  }

  /** The slopes of the energy, summed over the examples. */
  pullEnergy(states: Layers, more: Inputs): Slopes {
    const inputs = this.#at(states, more);
    return this.#slopes(this.#step("of energy", () => this.#pullbacks.ofEnergy(), inputs, 1));
  }

  /** 1 for units that move at the end of the recall, 0 for those that a clamp holds. */
  free(states: Layers): Layers {
    return this.#layers(this.#step("free", () => this.#pullbacks.free(), this.#at(states), 1));
  }

  /** What a stop condition asks for: the activations, and the energy of every example. */
  watch(states: Layers, time: number): { activations: Layers; energy: tf.Tensor } {
    const found = this.#step("watch", () => this.#pullbacks.watch(), this.#at(states), time);
    return { activations: this.#layers(found), energy: found.get(NUMBER)! };
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose();
    this.#programs.clear();
  }

  get #bound(): Minibatch {
    invariant(this.#minibatch !== null, "a minibatch is bound before anything is computed");
    return this.#minibatch;
  }

  #step(
    name: string,
    outputs: () => Output[],
    inputs: Inputs,
    time: number,
  ): Map<string, tf.Tensor> {
    const { sizes } = this.#setup;
    const make = () => makeProgram(plan(outputs(), { sizes, leaf: leafOf }));
    return this.#program(name, make).step(inputs, { batch: this.batch, time });
  }

  #program(name: string, make: () => Program): Program {
    let program = this.#programs.get(name);
    if (program === undefined) {
      program = make();
      this.#programs.set(name, program);
      program.bind("load", this.#setup.values);
      bindTo(program, this.#bound);
    }
    return program;
  }

  #at(states: Layers, more: Inputs = NOTHING): Inputs {
    return new Map([
      ...this.#parts.graph.neurons.map(({ state }, i) => [state, states[i]] as const),
      ...more,
    ]);
  }

  #cotangents(layers: Layers): Inputs {
    return new Map(this.#pullbacks.cotangents.map((tensor, i) => [tensor, layers[i]]));
  }

  #layers(found: ReadonlyMap<string, tf.Tensor>): tf.Tensor[] {
    return this.#parts.graph.neurons.map((neuron) => found.get(layerName(neuron))!);
  }

  #byParam(found: ReadonlyMap<string, tf.Tensor>): ByParam {
    return new Map(
      this.#parts.params.flatMap((param) => {
        const slope = found.get(paramName(param));
        return slope === undefined ? [] : [[param, slope] as const];
      }),
    );
  }

  #slopes(found: ReadonlyMap<string, tf.Tensor>): Slopes {
    return { states: this.#layers(found), params: this.#byParam(found) };
  }
}

function bindTo(program: Program, { params, givens }: Minibatch): void {
  program.bind("param", params);
  program.bind("example", givens);
}
