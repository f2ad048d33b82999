// When each example of a recall stops.

import { type EnergyGraph, makeTensor, type Recall, sub } from "@hamlet/graph";
import type { RecallSetup } from "../recall/recall.ts";
import { makeStop, type Reached } from "../recall/stop.ts";
import { largestEntry, type Layers, makeLayers } from "./layers.ts";
import type { Flow } from "./flow.ts";

/** An example that still moves. */
const MOVES = -1;

/** Watches a recall with a `stop when`. */
export class Stops<Value, Given> {
  /** For every example the number of steps after which it stopped; below 0 while it moves. */
  steps = new Int32Array();
  readonly #flow: Flow<Value, Given>;
  readonly #stops: (reached: Reached) => boolean;
  readonly #states: Layers;
  readonly #activations: Layers;
  readonly #before: Layers;
  readonly #energy = makeTensor("energy", "state");
  readonly #change = makeTensor("change", "state");
  readonly #moved;

  constructor(
    flow: Flow<Value, Given>,
    { graph, recall, setup }: { graph: EnergyGraph; recall: Recall; setup: RecallSetup },
    states: Layers,
  ) {
    this.#flow = flow;
    this.#stops = makeStop(recall, setup);
    this.#states = states;
    this.#activations = makeLayers(graph, "activation");
    this.#before = makeLayers(graph, "activation before");
    const moved = largestEntry(this.#activations, (read) =>
      sub(read(this.#activations), read(this.#before)),
    );
    this.#moved = [{ into: this.#change, indices: [], value: moved }];
  }

  /** Begins at the states of the start. */
  begin(): void {
    this.steps = new Int32Array(this.#flow.batch).fill(MOVES);
    this.#calls.watch(0);
    this.#flow.copy(this.#activations, this.#before);
  }

  get all(): boolean {
    return !this.steps.includes(MOVES);
  }

  /** Notes which examples stop after `step` steps, at a time of the schedule. */
  async note(step: number, time: number): Promise<void> {
    const { watch, move } = this.#calls;
    watch(time);
    move();
    this.#flow.copy(this.#activations, this.#before);
    const [energy, change] = await this.#flow.read([this.#energy, this.#change]);
    this.steps.forEach((made, b) => {
      const reached = { step, energy: energy[b], change: change[b] };
      if (made === MOVES && this.#stops(reached)) this.steps[b] = step;
    });
  }

  get #calls() {
    return this.#flow.wired(this, () => ({
      watch: this.#flow.watch(this.#states, this.#activations, this.#energy),
      move: this.#flow.compute(this.#moved, [...this.#activations, ...this.#before]),
    }));
  }
}

/** 1 for examples that make a step, 0 for those that have stopped; null when all do. */
export function movesAt(
  step: number,
  stops: { readonly steps: Int32Array } | null,
): Float32Array | null {
  const moves = stops?.steps.map((made) => Number(made === MOVES || made > step));
  return moves === undefined || !moves.includes(0) ? null : new Float32Array(moves);
}
