// The page where a landscape can be touched: text, knobs, picture and link stay one.

import type { Editor } from "./editor.ts";
import type { Answer } from "./answer.ts";
import { Asker } from "./asker.ts";
import { whereItRests } from "./ending.ts";
import { knobsOf, turned } from "./knobs.ts";
import { Picture } from "./picture.ts";
import { PRESETS } from "./presets.ts";
import { makeText } from "./text.ts";
import { fromLink, MOST_POINTS, type Point, type Scene, toLink } from "./scene.ts";

/** Milliseconds after which the page says that it still computes. */
const SLOW = 1000;

class LandscapePage extends HTMLElement {
  #scene: Scene = Object.values(PRESETS)[0];
  readonly #asker = new Asker((scene, answer) => this.#show(scene, answer));
  #picture!: Picture;
  #editor!: Editor;
  /** The scene of the picture. */
  #drawn: Scene | null = null;
  #slow: ReturnType<typeof setTimeout> | undefined;
  /** Said once before what the picture shows. */
  #notice = "";

  connectedCallback(): void {
    this.#picture = new Picture(this.#part("picture"), {
      moved: (which, to) => this.#movePoint(which, to),
      stepped: (which, by) => this.#stepPoint(which, by),
      added: (at) => this.#addPoint(at),
      removed: (which) =>
        this.#change({ points: this.#scene.points.filter((_, k) => k !== which) }),
    });
    this.#editor = makeText(this.#part("editor"), (text) => this.#change({ text }));
    const presets = this.#presets;
    presets.append(...Object.keys(PRESETS).map((name) => new Option(name)));
    presets.addEventListener("change", () => this.#open(PRESETS[presets.value]));
    this.#part("share").addEventListener("click", () => void this.#share());
    this.#part("stop").addEventListener("click", () => this.#stop());
    globalThis.addEventListener("hashchange", () => this.#openLink());
    this.#openLink();
  }

  #part(name: string): HTMLElement {
    return this.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  }

  get #presets(): HTMLSelectElement {
    return this.querySelector("select")!;
  }

  #openLink(): void {
    const link = location.hash.slice(1);
    if (link === "") return this.#open(this.#scene);
    const scene = fromLink(link);
    if (scene !== null) {
      this.#presets.selectedIndex = -1;
      return this.#open(scene);
    }
    this.#notice = "This link is damaged, so the page shows its first example instead. ";
    this.#open(this.#scene);
  }

  #open(scene: Scene): void {
    this.#scene = scene;
    this.#editor.show(scene.text);
    this.#part("knobs").replaceChildren();
    this.#showKnobs();
    this.#change({});
  }

  /** Everything goes through here: a new scene is asked for, whatever is still computed for an older. */
  #change(part: Partial<Scene>): void {
    this.#scene = { ...this.#scene, ...part };
    if (part.text !== undefined) this.#showKnobs();
    this.#picture.place(this.#scene);
    this.#compute();
  }

  #compute(): void {
    this.#asker.ask(this.#scene);
    this.#rest();
    this.#slow = setTimeout(() => {
      this.toggleAttribute("stale", this.#drawn !== this.#scene);
      this.#part("stop").hidden = false;
      this.#say("Still computing: the picture comes, and becomes finer, by itself.");
    }, SLOW);
  }

  /** Nothing is computed any longer. */
  #rest(): void {
    clearTimeout(this.#slow);
    this.#part("stop").hidden = true;
  }

  #stop(): void {
    this.#asker.stop();
    this.#rest();
    this.#say("Stopped. Any change computes the picture again.");
  }

  #show(scene: Scene, answer: Answer): void {
    const { drawing, messages, diagnostics, whole } = answer;
    if (scene.text === this.#scene.text) this.#editor.underline(diagnostics);
    this.#part("messages").textContent = messages.join("\n\n");
    this.toggleAttribute("stale", drawing === null);
    if (drawing !== null) {
      this.#picture.draw(drawing, scene.span);
      this.#drawn = scene;
    }
    if (!whole || scene !== this.#scene) return;
    this.#rest();
    if (drawing === null) return this.#say("The picture shows the last text that could be read.");
    history.replaceState(null, "", `#${toLink(scene)}`);
    this.#say(`${this.#notice}${whereItRests(scene, answer)}`);
    this.#notice = "";
  }

  #movePoint(which: number, to: Point): void {
    if (which < 0) return this.#change({ ball: to });
    this.#change({ points: this.#scene.points.map((point, k) => (k === which ? to : point)) });
  }

  #stepPoint(which: number, [dx, dy]: Point): void {
    const { points, ball, span } = this.#scene;
    const [x, y] = which < 0 ? ball : points[which];
    const inside = (v: number) => Number(Math.min(span, Math.max(-span, v)).toPrecision(4));
    this.#movePoint(which, [inside(x + dx), inside(y + dy)]);
  }

  #addPoint(at: Point): void {
    const { points } = this.#scene;
    if (points.length >= MOST_POINTS) {
      return this.#say(`A picture takes at most ${MOST_POINTS} memories.`);
    }
    this.#change({ points: [...points, at] });
  }

  /** A slider for every const, from a tenth to ten times its value; it writes into the text. */
  #showKnobs(): void {
    const box = this.#part("knobs");
    const knobs = knobsOf(this.#scene.text).filter(({ value }) => value > 0);
    const shown = [...box.querySelectorAll("input")];
    const same =
      shown.length === knobs.length && knobs.every(({ name }, k) => shown[k].name === name);
    if (same) {
      knobs.forEach(({ value }, k) => {
        if (document.activeElement !== shown[k]) shown[k].value = String(Math.log10(value));
        shown[k].nextElementSibling!.textContent = String(value);
      });
      return;
    }
    box.replaceChildren(
      ...knobs.map(({ name, value }) => {
        const label = document.createElement("label");
        const slider = document.createElement("input");
        const middle = Math.log10(value);
        Object.assign(slider, { type: "range", name, step: "any" });
        Object.assign(slider, { min: String(middle - 1), max: String(middle + 1) });
        slider.value = String(middle);
        slider.addEventListener("input", () => {
          const text = turned(this.#scene.text, name, 10 ** Number(slider.value));
          this.#editor.show(text);
          this.#change({ text });
        });
        const shownValue = document.createElement("output");
        shownValue.textContent = String(value);
        label.append(name, slider, shownValue);
        return label;
      }),
    );
  }

  async #share(): Promise<void> {
    const link = new URL(`#${toLink(this.#scene)}`, location.href).href;
    history.replaceState(null, "", link);
    try {
      await navigator.clipboard.writeText(link);
      this.#say("The link is in the clipboard.");
    } catch {
      this.#say("The link is in the address bar: copy it from there.");
    }
  }

  #say(text: string): void {
    this.#part("status").textContent = text;
  }
}

customElements.define("ham-landscape", LandscapePage);
