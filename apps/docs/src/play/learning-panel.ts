// How a memory learns: its loss while it falls, and buttons to stop, to go on, and to keep what was learned.

import { button, download } from "./elements.ts";
import { energyLine } from "./energy-line.ts";
import type { Learning } from "./learning.ts";
import { shortly } from "./ticks.ts";

/** What a reader wants. */
export interface LearningEvents {
  readonly stopped: () => void;
  readonly goneOn: () => void;
}

export class LearningPanel {
  readonly #box: HTMLElement;
  readonly #curve = document.createElement("div");
  readonly #said = document.createElement("output");
  readonly #stop: HTMLButtonElement;
  readonly #goOn: HTMLButtonElement;
  readonly #keep = button("Keep the params", () => download("params.safetensors", this.#params!));
  #params: Uint8Array | null = null;

  constructor(box: HTMLElement, events: LearningEvents) {
    this.#box = box;
    this.#stop = button("Stop learning", events.stopped);
    this.#goOn = button("Go on learning", events.goneOn);
    const bar = document.createElement("p");
    bar.append(this.#said, this.#stop, this.#goOn, this.#keep);
    box.append(this.#curve, bar);
  }

  /** Shows how far it is; nothing where nothing is learned. */
  show(learning: Learning | null): void {
    this.#box.hidden = learning === null;
    if (learning === null) return;
    const { losses, of, ending, params } = learning;
    this.#params = params;
    const places = losses.map((_, step) => step + 1);
    if (losses.length > 1)
      this.#curve.replaceChildren(energyLine([{ energies: losses, steps: places }], "loss").svg);
    const last =
      losses.length === 0 ? "" : `, loss ${shortly(Number(losses.at(-1)!.toPrecision(3)))}`;
    const how = { running: "learning", finished: "learned", stopped: "stopped" }[ending];
    // How many there are is known from the first step on, and so nothing is stopped before.
    const steps = of === 0 ? "no step yet" : `${losses.length} of ${of} steps${last}`;
    this.#said.textContent = `${how}: ${steps}`;
    this.#stop.hidden = ending !== "running" || of === 0;
    this.#goOn.hidden = ending !== "stopped";
    this.#keep.hidden = params === null;
  }
}
