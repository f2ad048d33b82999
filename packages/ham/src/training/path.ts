// A recall from its start to its end, keeping a state now and then.

import { HamError } from "@hamlet/graph";
import { settingOf } from "../recall/setting.ts";
import type { Flow } from "./flow.ts";
import { type Layers, makeLayers } from "./layers.ts";
import type { GradientParts } from "./loss-gradient.ts";
import { Stepper } from "./step.ts";
import { movesAt, Stops } from "./stops.ts";
import { tableauOf } from "./tableau.ts";

/** The steps of a recall block, compiled from its settings. */
export class Walker<Value, Given> {
  readonly steps: number;
  readonly stepper: Stepper<Value, Given>;
  /** When examples stopped; null when all make all steps. */
  readonly stops: Stops<Value, Given> | null;
  readonly #flow: Flow<Value, Given>;
  readonly #parts: GradientParts<Value, Given>;
  readonly #kept: Layers[] = [];

  /** @throws HamError `ham/no-gradient`, `ham/bad-setting`. */
  constructor(flow: Flow<Value, Given>, parts: GradientParts<Value, Given>) {
    const { graph, recall, setup } = parts;
    this.#flow = flow;
    this.#parts = parts;
    const tableau = tableauOf(recall);
    this.steps = settingOf(recall, setup, "steps");
    if (this.steps === 0) {
      throw new HamError(
        "ham/bad-setting",
        `The recall "${recall.name}" makes no steps, so there is nothing to learn from it: expected "steps" to be a whole number from 1 up. Write it in the recall block, or set it with --set recall.${recall.name}.steps=….`,
      );
    }
    const timeStep = 1 / Math.max(1, this.steps - 1);
    const stepping = { tableau, dt: settingOf(recall, setup, "dt"), timeStep };
    this.stepper = new Stepper(flow, graph, stepping);
    this.stops = recall.stop === null ? null : new Stops(flow, parts, this.stepper.states);
  }

  timeOf(step: number): number {
    return Math.min(1, step * this.stepper.stepping.timeStep);
  }

  /** A place for a state. */
  kept(place: number): Layers {
    while (this.#kept.length <= place) {
      this.#kept.push(makeLayers(this.#parts.graph, `kept ${this.#kept.length}`));
    }
    return this.#kept[place];
  }

  /**
   * Recalls from the start; examples stop where the recall block says so. The states before every
   * `every`-th step are kept, from step 0 on, at the places 0, 1, …; 0 keeps none. Returns the number
   * of steps.
   */
  async walk(every: number): Promise<number> {
    const flow = this.#flow;
    const { states } = this.stepper;
    flow.start(states);
    this.stops?.begin();
    let step = 0;
    while (step < this.steps && this.stops?.all !== true) {
      const others = flow.turn();
      if (others !== undefined) await others;
      if (step % every === 0) flow.copy(states, this.kept(step / every));
      this.step(step);
      step++;
      await this.stops?.note(step, this.timeOf(step));
    }
    return step;
  }

  /** One step of the examples that have not stopped. */
  step(step: number): void {
    this.stepper.advance(this.timeOf(step), movesAt(step, this.stops));
  }

  /** The way back through a step, from `states` before it. */
  stepBack(step: number): void {
    this.stepper.retreat(this.timeOf(step), movesAt(step, this.stops));
  }
}
