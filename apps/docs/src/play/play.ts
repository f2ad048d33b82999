// The page where a landscape can be touched: text, knobs, picture and link stay one.

import { makeEditor, type Editor } from "./editor.ts";
import type { Answer, Question } from "./answer.ts";
import { Asker } from "./asker.ts";
import { knobsOf, turned } from "./knobs.ts";
import { Picture } from "./picture.ts";
import { PRESETS } from "./presets.ts";
import { fromLink, MOST_POINTS, type Point, type Scene, toLink } from "./scene.ts";

/** How long nothing must move before everything is drawn. */
const PAUSE = 180;

class LandscapePage extends HTMLElement {
  #scene: Scene = Object.values(PRESETS)[0];
  readonly #asker = new Asker((question, answer) => this.#show(question, answer));
  #picture!: Picture;
  #editor!: Editor;
  #pause: ReturnType<typeof setTimeout> | undefined;
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
    this.#editor = makeEditor(this.#part("editor"), (text) => this.#change({ text }));
    const presets = this.#presets;
    presets.append(...Object.keys(PRESETS).map((name) => new Option(name)));
    presets.addEventListener("change", () => this.#open(PRESETS[presets.value]));
    this.#part("share").addEventListener("click", () => void this.#share());
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

  /** Everything goes through here: a new scene is drawn quickly now and wholly after a pause. */
  #change(part: Partial<Scene>): void {
    this.#scene = { ...this.#scene, ...part };
    if (part.text !== undefined) this.#showKnobs();
    this.#picture.place(this.#scene);
    this.#asker.ask({ scene: this.#scene, quick: true });
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#asker.ask({ scene: this.#scene, quick: false }), PAUSE);
  }

  #show({ scene, quick }: Question, answer: Answer | null): void {
    this.toggleAttribute("stale", answer?.drawing == null);
    if (answer === null) {
      return this.#say("This energy takes too long for a picture: make its sums smaller.");
    }
    const { drawing, messages, diagnostics } = answer;
    if (scene.text === this.#scene.text) this.#editor.underline(diagnostics);
    this.#part("messages").textContent = messages.join("\n\n");
    if (drawing === null) return this.#say("The picture shows the last text that could be read.");
    this.#picture.draw(drawing, scene.span);
    if (quick || scene !== this.#scene) return;
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
    const inside = (v: number) => Math.min(span, Math.max(-span, v));
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

function whereItRests({ points }: Scene, { drawing, plain }: Answer): string {
  if (drawing?.end == null) return "The ball does not come to rest here.";
  const { at, energy } = drawing.end;
  const distances = points.map(([x, y]) => Math.hypot(x - at[0], y - at[1]));
  const nearest = Math.min(...distances);
  const place = at.map((v) => inWords(v, 2)).join(", ");
  const near =
    points.length === 0 || plain === false
      ? ""
      : `, ${inWords(nearest, 2)} from memory ${distances.indexOf(nearest) + 1}`;
  return `The ball comes to rest at (${place})${near}, with energy ${inWords(energy, 3)}.`;
}

/** Rounded, and never −0. */
function inWords(value: number, digits: number): string {
  return (Math.round(value * 10 ** digits) / 10 ** digits + 0).toFixed(digits);
}

customElements.define("ham-landscape", LandscapePage);
