// What a page needs to touch a memory: text, knobs, picture, energies, and what is said of them stay one.

import type { Answer, Asked } from "./answer.ts";
import { Asker } from "./asker.ts";
import { rangeOf } from "./colours.ts";
import type { Editor } from "./editor.ts";
import { whereItRests } from "./ending.ts";
import { energyLine } from "./energy-line.ts";
import { knobsOf, turned } from "./knobs.ts";
import { layersOf } from "./layers.ts";
import { Picture } from "./picture.ts";
import { withCode } from "./prose.ts";
import { MOST_POINTS, type Point, type Scene } from "./scene.ts";
import { makeText } from "./text.ts";
import { shortly } from "./ticks.ts";

/** Milliseconds after which the page says that it still computes. */
const SLOW = 1000;

/** An element that shows a scene, changes it, and asks for what there is to know of it. */
export abstract class PlayElement extends HTMLElement {
  protected scene!: Scene;
  readonly #asker = new Asker((scene, answer) => this.#show(scene, answer));
  #picture!: Picture;
  #editor!: Editor;
  /** What was asked last, and the scene of the picture. */
  #asked: Asked | null = null;
  #drawn: Asked | null = null;
  #slow: ReturnType<typeof setTimeout> | undefined;

  /** What is found out beside the picture. */
  protected asks(): Pick<Asked, "check"> {
    return {};
  }
  /** Called with the whole answer about the scene as it is now. */
  protected answered(_answer: Answer): void {}
  /** Said before what the picture shows. */
  protected notice(): string {
    return "";
  }

  /** Builds what every such page has. */
  protected build(): void {
    this.#picture = new Picture(this.box("picture"), {
      moved: (which, to) => this.#movePoint(which, to),
      stepped: (which, by) => this.#stepPoint(which, by),
      added: (at) => this.#addPoint(at),
      removed: (which) => this.change({ points: this.scene.points.filter((_, k) => k !== which) }),
      pointed: (at, energy) => {
        this.box("pointed").textContent =
          at === null
            ? ""
            : `(${at.map((v) => v.toFixed(2)).join(", ")}): ${Number.isFinite(energy) ? shortly(energy) : "no number"}`;
      },
    });
    this.#editor = makeText(this.box("editor"), (text) => this.change({ text }));
    this.box("stop").addEventListener("click", () => this.#stop());
  }

  protected box(name: string): HTMLElement {
    return this.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  }

  protected open(scene: Scene): void {
    this.scene = scene;
    this.#editor.show(scene.text);
    this.box("knobs").replaceChildren();
    this.#showKnobs();
    this.change({});
  }

  /** Everything goes through here: a new scene is asked for, whatever is still computed for an older. */
  protected change(part: Partial<Scene>): void {
    this.scene = { ...this.scene, ...part };
    if (part.text !== undefined) this.#showKnobs();
    this.#picture.place(this.scene);
    this.#asked = { ...this.scene, ...this.asks() };
    this.#asker.ask(this.#asked);
    this.#rest();
    this.#slow = setTimeout(() => {
      this.toggleAttribute("stale", this.#drawn !== this.#asked);
      this.box("stop").hidden = false;
      this.say("Still computing: the picture comes, and becomes finer, by itself.");
    }, SLOW);
  }

  /** Says a line; what stands between backticks is code. */
  protected say(text: string): void {
    this.box("status").replaceChildren(...withCode(text));
  }

  /** Nothing is computed any longer. */
  #rest(): void {
    clearTimeout(this.#slow);
    this.box("stop").hidden = true;
  }

  #stop(): void {
    this.#asker.stop();
    this.#rest();
    this.say("Stopped. Any change computes the picture again.");
  }

  #show(scene: Asked, answer: Answer): void {
    const { drawing, recall, diagnostics, whole, withoutPlane } = answer;
    if (scene.text === this.scene.text) this.#editor.underline(diagnostics);
    // Where layers are shown nobody misses the plane.
    const messages = answer.messages.filter((one) => recall === null || one !== withoutPlane);
    this.box("messages").textContent = messages.join("\n\n");
    const isPlane = drawing !== null;
    const isShown = isPlane || recall !== null;
    this.toggleAttribute("stale", !isShown);
    if (isPlane) this.#picture.draw(drawing, recall, scene.span);
    if (isShown) {
      this.#drawn = scene;
      this.toggleAttribute("without-plane", !isPlane);
      this.box("scale").textContent = isPlane ? scaleOf(drawing.energies) : "";
    }
    if (recall !== null) {
      this.box("energies").replaceChildren(energyLine(recall.energies));
      this.box("layers").replaceChildren(...(isPlane ? [] : layersOf(recall.layers)));
    }
    if (!whole || scene !== this.#asked) return;
    this.#rest();
    if (isShown) this.say(`${this.notice()}${whereItRests(scene, answer)}`);
    else this.say("The picture shows the last text that could be read.");
    this.answered(answer);
  }

  #movePoint(which: number, to: Point): void {
    if (which < 0) return this.change({ ball: to });
    this.change({ points: this.scene.points.map((point, k) => (k === which ? to : point)) });
  }

  #stepPoint(which: number, [dx, dy]: Point): void {
    const { points, ball, span } = this.scene;
    const [x, y] = which < 0 ? ball : points[which];
    const inside = (v: number) => Number(Math.min(span, Math.max(-span, v)).toPrecision(4));
    this.#movePoint(which, [inside(x + dx), inside(y + dy)]);
  }

  #addPoint(at: Point): void {
    const { points } = this.scene;
    if (points.length >= MOST_POINTS) {
      return this.say(`A picture takes at most ${MOST_POINTS} memories.`);
    }
    this.change({ points: [...points, at] });
  }

  /** A slider for every const, from a tenth to ten times its value; it writes into the text. */
  #showKnobs(): void {
    const box = this.box("knobs");
    const knobs = knobsOf(this.scene.text).filter(({ value }) => value > 0);
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
          const text = turned(this.scene.text, name, 10 ** Number(slider.value));
          this.#editor.show(text);
          this.change({ text });
        });
        const shownValue = document.createElement("output");
        shownValue.textContent = String(value);
        label.append(name, slider, shownValue);
        return label;
      }),
    );
  }
}

/** What the colours stand for. */
function scaleOf(energies: Float64Array): string {
  const [low, high] = rangeOf(energies);
  if (low > high) return "";
  // As exact as the colours are.
  const unit = 10 ** Math.floor(Math.log10(Math.max(high - low, 1e-12)) - 2);
  return [low, high].map((v) => shortly(Math.round(v / unit) * unit)).join(" to ");
}
