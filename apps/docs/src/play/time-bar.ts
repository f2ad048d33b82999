// Steps through a recall: a slider over its moments, which plays by itself when it is asked to.

/** Milliseconds that a whole recall plays, and at least between two moments. */
const [WHOLE, LEAST] = [4000, 33];

/** What is looked at. */
export interface TimeEvents {
  /** A moment is shown. */
  readonly shown: (moment: number) => void;
  /** A reader stays at the moment that is shown. */
  readonly chosen: (moment: number) => void;
}

export class TimeBar {
  readonly #box: HTMLElement;
  readonly #play = document.createElement("button");
  readonly #slider = document.createElement("input");
  readonly #said = document.createElement("output");
  readonly #events: TimeEvents;
  #steps: readonly number[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(box: HTMLElement, events: TimeEvents) {
    this.#box = box;
    this.#events = events;
    Object.assign(this.#play, { type: "button" });
    Object.assign(this.#slider, { type: "range", min: "0", step: "1" });
    this.#slider.setAttribute("aria-label", "Step of the recall");
    box.append(this.#play, this.#slider, this.#said);
    this.#play.addEventListener("click", () => this.#toggle());
    this.#slider.addEventListener("input", () => {
      this.#rest();
      this.#look(Number(this.#slider.value));
    });
    this.#slider.addEventListener("change", () => events.chosen(Number(this.#slider.value)));
    this.#rest();
  }

  /** Shows the moments of a recall, by their steps; from the moment of a step, or from the end. */
  show(steps: readonly number[], from: number | undefined): void {
    this.#rest();
    this.#steps = steps;
    this.#box.hidden = steps.length < 2;
    this.#slider.max = String(steps.length - 1);
    const there = from === undefined ? -1 : steps.findIndex((step) => step >= from);
    this.#look(there < 0 ? steps.length - 1 : there);
  }

  #look(moment: number): void {
    this.#slider.value = String(moment);
    const [step, last] = [this.#steps[moment], this.#steps.at(-1)];
    this.#said.textContent = `step ${step} of ${last}`;
    this.#slider.setAttribute("aria-valuetext", this.#said.textContent);
    this.#events.shown(moment);
  }

  #toggle(): void {
    if (this.#timer !== undefined) {
      this.#rest();
      return this.#events.chosen(Number(this.#slider.value));
    }
    const last = this.#steps.length - 1;
    const stride = Math.max(1, Math.ceil((last * LEAST) / WHOLE));
    let moment = Number(this.#slider.value) >= last ? 0 : Number(this.#slider.value);
    this.#play.textContent = "Pause";
    this.#look(moment);
    const wait = Math.min(250, Math.max(LEAST, WHOLE / last));
    this.#timer = setInterval(() => {
      moment = Math.min(last, moment + stride);
      this.#look(moment);
      if (moment < last) return;
      this.#rest();
      this.#events.chosen(moment);
    }, wait);
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#play.textContent = "Play";
  }
}
