// A recall from its start to its end, keeping a state now and then.

import * as tf from "@tensorflow/tfjs-core";
import { HamError, type Recall } from "@hamlet/graph";
import type { RecallSetup } from "../recall/recall.ts";
import { settingOf } from "../recall/setting.ts";
import type { Layers } from "./layers.ts";
import type { Flow } from "./flow.ts";
import { advance, type Stepping } from "./step.ts";
import { movesAt, Stops } from "./stops.ts";
import { tableauOf } from "./tableau.ts";

/** Where a recall went. `dispose()` frees what it holds. */
export interface Path {
  readonly end: Layers;
  /** The states before every `every`-th step, from step 0 on. */
  readonly kept: readonly Layers[];
  /** The number of steps made. */
  readonly steps: number;
  /** When examples stopped; null when all made all steps. */
  readonly stops: Stops | null;
  dispose(): void;
}

/** The steps of a recall block, compiled from its settings. */
export class Walker {
  readonly steps: number;
  readonly stepping: Stepping;
  readonly #flow: Flow;
  readonly #recall: Recall;
  readonly #setup: RecallSetup;

  /** @throws HamError `ham/no-gradient`, `ham/bad-setting`. */
  constructor(flow: Flow, recall: Recall, setup: RecallSetup) {
    this.#flow = flow;
    this.#recall = recall;
    this.#setup = setup;
    const tableau = tableauOf(recall);
    this.steps = settingOf(recall, setup, "steps");
    if (this.steps === 0) {
      throw new HamError(
        "ham/bad-setting",
        `The recall "${recall.name}" makes no steps, so there is nothing to learn from it: expected "steps" to be a whole number from 1 up. Write it in the recall block, or set it with --set recall.${recall.name}.steps=….`,
      );
    }
    const timeStep = 1 / Math.max(1, this.steps - 1);
    this.stepping = { tableau, dt: settingOf(recall, setup, "dt"), timeStep };
  }

  timeOf(step: number): number {
    return Math.min(1, step * this.stepping.timeStep);
  }

  /** Recalls from the start; examples stop where the recall block says so. */
  async walk(every: number): Promise<Path> {
    const kept: Layers[] = [];
    let states: Layers = [];
    let stops: Stops | null = null;
    try {
      states = this.#flow.start();
      if (this.#recall.stop !== null) {
        stops = new Stops(this.#flow, this.#recall, this.#setup, states);
      }
      let step = 0;
      while (step < this.steps) {
        if (stops?.all === true) break;
        await this.#flow.turn();
        const before = states;
        states = this.step(before, step, stops);
        if (step % every === 0) kept.push(before);
        else tf.dispose([...before]);
        step++;
        await stops?.note(states, step, this.timeOf(step));
      }
      const end = states;
      return { end, kept, steps: step, stops, dispose: () => tf.dispose([...kept.flat(), ...end]) };
    } catch (error) {
      tf.dispose([...kept.flat(), ...states]);
      throw error;
    } finally {
      stops?.dispose();
    }
  }

  /** One step from `states`, which stay; examples that have stopped stay where they are. */
  step(states: Layers, step: number, stops: Stops | null): Layers {
    return tf.tidy(() => {
      const next = advance(this.#flow, states, this.timeOf(step), this.stepping);
      const moves = movesAt(step, stops);
      if (moves === null) return next;
      return next.map((layer, i) =>
        tf.where(tf.cast(alike(moves, layer), "bool"), layer, states[i]),
      );
    });
  }
}

/** Numbers of examples, `[B]`, with the axes of a layer. */
export function alike(numbers: tf.Tensor, layer: tf.Tensor): tf.Tensor {
  return tf.reshape(numbers, [numbers.shape[0], ...layer.shape.slice(1).map(() => 1)]);
}
