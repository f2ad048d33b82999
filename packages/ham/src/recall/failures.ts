// The states around the step at which a number was not finite any more, example by example.

import type { Entries } from "./engine.ts";
import type { OutcomeTracker } from "./outcome.ts";

/** Two states of one example, layer by layer. */
interface Failure {
  readonly step: number;
  readonly before: readonly Entries[];
  readonly after: readonly Entries[];
}

/** Keeps the states of examples that fail. */
export class Failures {
  readonly #kept = new Map<number, Failure>();

  /** One step; `states` reads those before it and those after it, layer by layer. */
  look(
    trackers: readonly OutcomeTracker[],
    states: (when: "before" | "now") => Entries[] | Promise<Entries[]>,
  ): Promise<void> | undefined {
    if (!trackers.some(({ failed }) => failed)) return undefined;
    const failed = trackers.flatMap((tracker, b) =>
      tracker.failed && !this.#kept.has(b) ? [b] : [],
    );
    return failed.length === 0 ? undefined : this.#keep(failed, trackers, states);
  }

  async #keep(
    failed: readonly number[],
    trackers: readonly OutcomeTracker[],
    states: (when: "before" | "now") => Entries[] | Promise<Entries[]>,
  ): Promise<void> {
    const [before, after] = [await states("before"), await states("now")];
    const row = (layer: Entries, b: number) => {
      const count = layer.length / trackers.length;
      return layer.slice(b * count, (b + 1) * count);
    };
    for (const b of failed) {
      this.#kept.set(b, {
        step: trackers[b].course.step,
        before: before.map((layer) => row(layer, b)),
        after: after.map((layer) => row(layer, b)),
      });
    }
  }

  /** The examples that failed, together; apart by their steps where energies depend on the time. */
  byTime(scheduled: boolean): Map<number, number[]> {
    const groups = new Map<number, number[]>();
    for (const [b, { step }] of this.#kept) {
      const time = scheduled ? step : 0;
      groups.set(time, [...(groups.get(time) ?? []), b]);
    }
    return groups;
  }

  /** Their states as one batch a layer: all before the step, then all after it. */
  states(examples: readonly number[]): Entries[] {
    const pairs = examples.map((b) => this.#kept.get(b)!);
    return pairs[0].after.map((_, layer) =>
      Float64Array.from(
        (["before", "after"] as const).flatMap((when) =>
          pairs.flatMap((pair) => [...pair[when][layer]]),
        ),
      ),
    );
  }
}
