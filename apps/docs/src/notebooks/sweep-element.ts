// A figure that is measured while a reader looks: memories of random pairs, for the dimensions and the method chosen.

import { drawPanel, frameOf } from "./draw.ts";
import { panelOf, type Sweep, type Swept } from "./sweep.ts";
import type { SweepReply, SweepWish } from "./sweep-worker.ts";

class SweepElement extends HTMLElement {
  #worker: Worker | null = null;
  #asked = 0;
  #swept: Swept[] = [];
  #wish!: Sweep;

  connectedCallback(): void {
    for (const control of this.querySelectorAll("select, input")) {
      control.addEventListener("change", () => this.#ask());
    }
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      seen.disconnect();
      this.#worker = new Worker(new URL("sweep-worker.ts", import.meta.url), { type: "module" });
      this.#worker.addEventListener("message", ({ data }: MessageEvent<SweepReply>) =>
        this.#hear(data),
      );
      this.#ask();
    });
    seen.observe(this);
  }

  #ask(): void {
    const value = (name: string) => this.querySelector<HTMLInputElement>(`[name="${name}"]`)!.value;
    this.#wish = { d: Number(value("d")), method: value("method"), seed: Number(value("seed")) };
    this.#swept = [];
    this.#asked++;
    this.#draw("Measuring …");
    // Before there is a worker, nobody hears: it is asked when it comes.
    this.#worker?.postMessage({ id: this.#asked, wish: this.#wish } satisfies SweepWish, []);
  }

  #hear({ id, swept }: SweepReply): void {
    if (id !== this.#asked) return;
    if (swept !== null) this.#swept.push(swept);
    const { d, method } = this.#wish;
    this.#draw(
      swept === null
        ? `${method}, d = ${d}: ${this.#swept.length} numbers of pairs, eight trials each.`
        : "Measuring …",
    );
  }

  #draw(said: string): void {
    const panel = panelOf(this.#wish, this.#swept);
    const { width, height } = frameOf(panel);
    const svg = this.querySelector("svg.drawn")!;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.innerHTML = drawPanel(panel);
    this.querySelector("[role=status]")!.textContent = said;
    this.querySelector("tbody")!.replaceChildren(
      ...this.#swept.map(({ n, mean, error, expected }) => {
        const row = document.createElement("tr");
        for (const value of [n, mean, error, expected]) {
          const cell = row.insertCell();
          cell.textContent = value === null ? "–" : String(Number(value.toPrecision(7)));
        }
        return row;
      }),
    );
  }
}

customElements.define("ham-sweep", SweepElement);
