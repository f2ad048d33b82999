// Plays the recording of recalls on the first page, a digit after the other.

/** What was recorded. */
export interface Recording {
  readonly side: number;
  readonly digits: readonly {
    /** 1 for pixels that are held. */
    readonly known: readonly number[];
    /** Grey levels from 0 to f, a letter a pixel, step by step. */
    readonly states: readonly string[];
    readonly energies: readonly number[];
  }[];
}

/** Milliseconds of a step, and of the start and the end, which are looked at. */
const [STEP, HELD] = [180, 1100];
/** Where the line is, in units of its drawing. */
const PLOT = { left: 34, right: 210, top: 12, bottom: 118 };
/** Energies closer than this part of the fall are one: there it rests. */
const REST = 1e-3;

class MemoryElement extends HTMLElement {
  #recording!: Recording;
  #digit = 0;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    this.#recording = JSON.parse(this.querySelector("script")!.textContent) as Recording;
    const button = this.querySelector("button")!;
    button.addEventListener("click", () => {
      const playing = this.#timer !== undefined;
      clearTimeout(this.#timer);
      this.#timer = undefined;
      button.textContent = playing ? "Play" : "Pause";
      if (!playing) this.#play();
    });
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      button.textContent = "Play";
      this.#frame = this.#frames - 1;
      this.#draw();
    } else this.#play();
  }

  disconnectedCallback(): void {
    clearTimeout(this.#timer);
  }

  /** Frames of this digit, up to where it rests. */
  get #frames(): number {
    const { energies } = this.#recording.digits[this.#digit];
    const [first, last] = [energies[0], energies.at(-1)!];
    return 2 + energies.findIndex((energy) => energy - last <= REST * (first - last));
  }

  #play(): void {
    this.#draw();
    const isEdge = this.#frame === 0 || this.#frame === this.#frames - 1;
    this.#timer = setTimeout(
      () => {
        this.#frame++;
        if (this.#frame >= this.#frames) {
          this.#frame = 0;
          this.#digit = (this.#digit + 1) % this.#recording.digits.length;
        }
        this.#play();
      },
      isEdge ? HELD : STEP,
    );
  }

  #draw(): void {
    const { states, energies } = this.#recording.digits[this.#digit];
    const pixels = this.querySelectorAll(".digit rect");
    Array.from(states[this.#frame]).forEach((level, k) => {
      pixels[k].setAttribute("fill-opacity", String(Number.parseInt(level, 16) / 15));
    });
    const frames = this.#frames;
    const [high, low] = [energies[0], energies[frames - 1]];
    const at = energies.slice(0, this.#frame + 1).map((energy, step) => {
      const x = PLOT.left + (step / (frames - 1)) * (PLOT.right - PLOT.left);
      const y = PLOT.bottom - ((energy - low) / (high - low)) * (PLOT.bottom - PLOT.top);
      return [x.toFixed(1), y.toFixed(1)];
    });
    this.querySelector(".fall .line")!.setAttribute("d", `M${at.map(String).join("L")}`);
    const now = this.querySelector(".fall .now")!;
    const [x, y] = at.at(-1)!;
    now.setAttribute("cx", x);
    now.setAttribute("cy", y);
  }
}

customElements.define("ham-memory", MemoryElement);
