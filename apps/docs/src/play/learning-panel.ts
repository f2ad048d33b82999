// How a memory learns: its loss while it falls, and buttons to stop, to go on, and to keep what was learned.

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
  readonly #stop = button("Stop learning");
  readonly #goOn = button("Go on learning");
  readonly #keep = button("Keep the params");
  #params: Uint8Array | null = null;

  constructor(box: HTMLElement, events: LearningEvents) {
    this.#box = box;
    const bar = document.createElement("p");
    bar.append(this.#said, this.#stop, this.#goOn, this.#keep);
    box.append(this.#curve, bar);
    this.#stop.addEventListener("click", events.stopped);
    this.#goOn.addEventListener("click", events.goneOn);
    this.#keep.addEventListener("click", () => this.#download());
  }

  /** Shows how far it is; nothing where nothing is learned. */
  show(learning: Learning | null): void {
    this.#box.hidden = learning === null;
    if (learning === null) return;
    const { losses, of, ending, params } = learning;
    this.#params = params;
    const steps = losses.map((_, step) => step + 1);
    if (losses.length > 1) this.#curve.replaceChildren(energyLine(losses, steps, "loss").svg);
    const last =
      losses.length === 0 ? "" : `, loss ${shortly(Number(losses.at(-1)!.toPrecision(3)))}`;
    const how = { running: "learning", finished: "learned", stopped: "stopped" }[ending];
    this.#said.textContent = `${how}: ${losses.length} of ${of} steps${last}`;
    this.#stop.hidden = ending !== "running";
    this.#goOn.hidden = ending !== "stopped";
    this.#keep.hidden = params === null;
  }

  #download(): void {
    const blob = new Blob([this.#params as Uint8Array<ArrayBuffer>]);
    const link = document.createElement("a");
    Object.assign(link, { href: URL.createObjectURL(blob), download: "params.safetensors" });
    link.click();
    URL.revokeObjectURL(link.href);
  }
}

function button(name: string): HTMLButtonElement {
  return Object.assign(document.createElement("button"), { type: "button", textContent: name });
}
