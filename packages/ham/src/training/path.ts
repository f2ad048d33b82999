// A recall from its start to its end, keeping a state now and then.

import * as tf from "@tensorflow/tfjs-core";
import type { Recall } from "@hamlet/graph";
import type { RecallSetup } from "../recall/recall.ts";
import { settingOf } from "../recall/setting.ts";
import { stopsAt } from "../recall/stop.ts";
import type { Layers } from "../solvers/solver.ts";
import type { Flow } from "./flow.ts";
import { advance, type Stepping } from "./step.ts";
import { tableauOf } from "./tableau.ts";

/** Where a recall went. `dispose()` frees what it holds. */
export interface Path {
  readonly end: Layers;
  /** The states before every `every`-th step, from step 0 on. */
  readonly kept: readonly Layers[];
  /** The number of steps made. */
  readonly steps: number;
  /** For every example the number of steps it made; null when all made all. */
  readonly stopped: Int32Array | null;
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
    const timeStep = 1 / Math.max(1, this.steps - 1);
    this.stepping = { tableau, dt: settingOf(recall, setup, "dt"), timeStep };
  }

  timeOf(step: number): number {
    return Math.min(1, step * this.stepping.timeStep);
  }

  /** Recalls from the start; examples stop where the recall block says so. */
  async walk(every: number): Promise<Path> {
    const kept: Layers[] = [];
    const all: tf.Tensor[] = [];
    const { stop } = this.#recall;
    let stopped: Int32Array | null = null;
    let states: Layers = [];
    let seen: tf.Tensor[] = [];
    try {
      states = this.#flow.start();
      if (stop !== null) {
        stopped = new Int32Array(this.#flow.batch).fill(-1);
        const { activations, energy } = this.#flow.watch(states, 0);
        seen = [...activations];
        energy.dispose();
      }
      let step = 0;
      for (; step < this.steps && !(stopped?.every((made) => made >= 0) ?? false); step++) {
        const before = states;
        states = this.step(before, step, stopped);
        if (step % every === 0) {
          kept.push(before);
          all.push(...before);
        } else tf.dispose([...before]);
        if (stopped !== null) seen = await this.#mark(states, seen, step + 1, stopped);
      }
      if (stopped !== null) stopped = stopped.map((made) => (made < 0 ? step : made));
      const end = states;
      return { end, kept, steps: step, stopped, dispose: () => tf.dispose([all, [...end]]) };
    } catch (error) {
      tf.dispose([all, [...states]]);
      throw error;
    } finally {
      tf.dispose(seen);
    }
  }

  /** One step from `states`, which stay; examples that have stopped stay where they are. */
  step(states: Layers, step: number, stopped: Int32Array | null): Layers {
    return tf.tidy(() => {
      const next = advance(this.#flow, states, this.timeOf(step), this.stepping);
      const moves = movesAt(step, stopped);
      if (moves === null) return next;
      return next.map((layer, i) =>
        tf.where(tf.cast(alike(moves, layer), "bool"), layer, states[i]),
      );
    });
  }

  /** Notes which examples stop after `step` steps; returns the activations, for the next time. */
  async #mark(
    states: Layers,
    seen: tf.Tensor[],
    step: number,
    stopped: Int32Array,
  ): Promise<tf.Tensor[]> {
    const { activations, energy } = this.#flow.watch(states, this.timeOf(step));
    const numbers = tf.tidy(() => {
      const changes = activations.map((layer, i) =>
        tf.max(tf.reshape(tf.abs(tf.sub(layer, seen[i])), [layer.shape[0], -1]), 1),
      );
      return tf.stack([energy, changes.reduce((a, b) => tf.maximum(a, b))]);
    });
    tf.dispose([seen, energy]);
    const data = await numbers.data();
    numbers.dispose();
    stopped.forEach((made, b) => {
      const reached = { step, energy: data[b], change: data[stopped.length + b] };
      if (made < 0 && stopsAt(this.#recall, this.#setup, reached)) stopped[b] = step;
    });
    return [...activations];
  }
}

/** 1 for examples that make a step, 0 for those that have stopped; null when all do. */
export function movesAt(step: number, stopped: Int32Array | null): tf.Tensor1D | null {
  const moves = stopped?.map((made) => Number(made < 0 || made > step));
  return moves === undefined || !moves.includes(0) ? null : tf.tensor1d(Float32Array.from(moves));
}

/** Numbers of examples, `[B]`, with the axes of a layer. */
export function alike(numbers: tf.Tensor, layer: tf.Tensor): tf.Tensor {
  return tf.reshape(numbers, [numbers.shape[0], ...layer.shape.slice(1).map(() => 1)]);
}
