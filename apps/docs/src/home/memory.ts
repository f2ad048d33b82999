// The memory of the first page, a digit after the other: a recording of recalls, until somebody changes the text.
// Then what moves is the recall of that text.

import { knobsOf, turned } from "../play/knobs.ts";

/** What was recorded, and the text that it is a recording of. */
export interface Recording {
  readonly side: number;
  readonly digits: readonly {
    /** Which of the damaged pictures it is. */
    readonly row: number;
    readonly ending: string;
    readonly steps: number;
    /** 1 for pixels that are held. */
    readonly known: readonly number[];
    /** Grey levels from 0 to f, a letter a pixel, step by step. */
    readonly states: readonly string[];
    readonly energies: readonly number[];
  }[];
  /** The text around the lines that can be changed. */
  readonly around: readonly [before: string, after: string];
}

/** What moves: grey levels from 0 to 1 and energies, moment by moment. */
interface Shown {
  readonly states: readonly ArrayLike<number>[];
  readonly energies: readonly number[];
}

/** Milliseconds of a step, and of the start and the end, which are looked at. */
const [STEP, HELD] = [180, 1100];
/** The most frames between a start and its end. */
const FRAMES = 40;
/** Milliseconds after the last letter. */
const PAUSE = 200;
/** Where the line is, in units of its drawing. */
const PLOT = { left: 34, right: 210, top: 12, bottom: 118 };
/** Energies closer than this part of the fall are one: there it rests. */
const REST = 1e-3;
/** The slider turns the logarithm of beta. */
const BETA = "beta";

class MemoryElement extends HTMLElement {
  #recording!: Recording;
  #first = "";
  #digit = 0;
  #frame = 0;
  #shown!: Shown;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #isPlaying = true;

  connectedCallback(): void {
    this.#recording = JSON.parse(this.querySelector("script")!.textContent) as Recording;
    this.#first = this.#text.value;
    this.#shown = this.#recorded();
    const [pause, reset] = this.querySelectorAll("button");
    pause.addEventListener("click", () => {
      this.#isPlaying = !this.#isPlaying;
      pause.textContent = this.#isPlaying ? "Pause" : "Play";
      clearTimeout(this.#timer);
      if (this.#isPlaying) this.#play();
    });
    reset.addEventListener("click", () => {
      this.#text.value = this.#first;
      this.#typed();
    });
    this.#text.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#typed(), PAUSE);
    });
    this.#slider.addEventListener("input", () => {
      this.#text.value = turned(this.#text.value, BETA, 10 ** Number(this.#slider.value));
      this.#typed();
    });
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.#isPlaying = false;
      pause.textContent = "Play";
      this.#frame = this.#frames - 1;
      this.#draw();
    } else this.#play();
  }

  disconnectedCallback(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#typing);
  }

  get #text(): HTMLTextAreaElement {
    return this.querySelector("textarea")!;
  }
  get #slider(): HTMLInputElement {
    return this.querySelector("input")!;
  }
  get #isChanged(): boolean {
    return this.#text.value !== this.#first;
  }

  #recorded(): Shown {
    const { states, energies } = this.#recording.digits[this.#digit];
    return {
      energies,
      states: states.map((levels) =>
        Array.from(levels, (level) => Number.parseInt(level, 16) / 15),
      ),
    };
  }

  /** The text is another: the digit that is shown is recalled anew. */
  #typed(): void {
    const beta = knobsOf(this.#text.value).find(({ name }) => name === BETA)?.value;
    if (beta !== undefined && beta > 0) this.#slider.value = String(Math.log10(beta));
    this.querySelectorAll("button")[1].hidden = !this.#isChanged;
    void this.#begin();
  }

  /** Shows this digit from its start: the recording, or what the changed text makes of it. */
  async #begin(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#isChanged) {
      const text = this.#text.value;
      const { row } = this.#recording.digits[this.#digit];
      const [before, after] = this.#recording.around;
      const { recallOf } = await import("./live.ts");
      const came = await recallOf(`${before}${text}${after}`, row);
      if (came === null || text !== this.#text.value) return;
      const { recall, messages } = came;
      if (recall === null) return this.#say(messages.join("\n\n"), true);
      const every = Math.ceil(recall.energies.length / FRAMES);
      const kept = <One>(all: readonly One[]) =>
        all.filter((_, k) => k % every === 0 || k === all.length - 1);
      this.#shown = { states: kept(recall.layers[0].moments), energies: kept(recall.energies) };
      const { ending, steps, energy, solver } = recall;
      this.#say(
        `Run here: ${solver}, ${ending} after ${steps} steps, at the energy ${Number(energy.toPrecision(5))}.`,
      );
    } else {
      this.#shown = this.#recorded();
      this.#say("");
    }
    this.#frame = this.#isPlaying ? 0 : this.#frames - 1;
    if (this.#isPlaying) this.#play();
    else this.#draw();
  }

  /** Says how it went, or the message about the text, in place of what the recording is. */
  #say(text: string, isMessage = false): void {
    const [said, recorded, message] = ["said", "recorded", "message"].map((part) =>
      this.querySelector<HTMLElement>(`[data-part="${part}"]`)!,
    );
    said.textContent = isMessage ? "" : text;
    message.textContent = isMessage ? text : "";
    message.hidden = !isMessage;
    recorded.hidden = text !== "";
  }

  /** Frames of this digit, up to where it rests. */
  get #frames(): number {
    const { energies } = this.#shown;
    const [first, last] = [energies[0], energies.at(-1)!];
    const rest = energies.findIndex((energy) => energy - last <= REST * (first - last));
    return rest < 0 ? energies.length : Math.min(energies.length, 2 + rest);
  }

  #play(): void {
    this.#draw();
    const isEdge = this.#frame === 0 || this.#frame === this.#frames - 1;
    this.#timer = setTimeout(
      () => {
        this.#frame++;
        if (this.#frame < this.#frames) return this.#play();
        this.#digit = (this.#digit + 1) % this.#recording.digits.length;
        void this.#begin();
      },
      isEdge ? HELD : STEP,
    );
  }

  #draw(): void {
    const { states, energies } = this.#shown;
    const pixels = this.querySelectorAll(".digit rect");
    Array.from(states[this.#frame]).forEach((level, k) => {
      pixels[k].setAttribute("fill-opacity", String(Math.min(1, Math.max(0, level))));
    });
    const frames = this.#frames;
    const seen = energies.slice(0, frames).filter(Number.isFinite);
    const [high, low] = [Math.max(...seen), Math.min(...seen)];
    const at = energies.slice(0, this.#frame + 1).flatMap((energy, step) => {
      if (!Number.isFinite(energy)) return [];
      const x = PLOT.left + (step / Math.max(1, frames - 1)) * (PLOT.right - PLOT.left);
      const height = high > low ? (energy - low) / (high - low) : 0;
      const y = PLOT.bottom - height * (PLOT.bottom - PLOT.top);
      return [[x.toFixed(1), y.toFixed(1)]];
    });
    this.querySelector(".fall .line")!.setAttribute(
      "d",
      at.length > 0 ? `M${at.map(String).join("L")}` : "",
    );
    const [x, y] = at.at(-1) ?? ["-9", "-9"];
    const now = this.querySelector(".fall .now")!;
    now.setAttribute("cx", x);
    now.setAttribute("cy", y);
  }
}

customElements.define("ham-memory", MemoryElement);
