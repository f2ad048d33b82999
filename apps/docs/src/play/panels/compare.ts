// Two texts side by side, from the same start: their pictures, their energies in one figure, and how each ended.

import type { Answer, Asked } from "../answer.ts";
import { Asker } from "../asker.ts";
import { textOf } from "../elements.ts";
import { sayings, whereItRests } from "../ending.ts";
import { energyLine } from "../energy-line.ts";
import { layersOf } from "../layers.ts";
import { Picture, type PictureEvents } from "../picture.ts";
import { withCode } from "../prose.ts";
import type { Scene } from "../scene.ts";
import { showSliders } from "../sliders.ts";
import { makeText } from "../text.ts";
import type { MakePanel } from "./panel.ts";

/** Lines that differ, of which no more are shown. */
const MOST_LINES = 12;

export const makePanel: MakePanel = (box, page) => {
  box.classList.add("compare");
  const [left, right] = [child(box, "left"), child(box, "right")];
  left.append(textOf("h3", "The other text"));
  const editor = makeText(child(left, "other"), (text) => turn(text));
  const messages = left.appendChild(document.createElement("pre"));
  Object.assign(messages, { tabIndex: 0, className: "messages" });
  const knobs = child(right, "knobs");
  right.append(textOf("h3", "What differs"));
  const lines = right.appendChild(document.createElement("pre"));
  lines.tabIndex = 0;
  const both = child(box, "both");
  // Both have the same start and the same memories: what is moved in one moves in both at once.
  const then =
    <What extends unknown[]>(act: (...what: What) => void) =>
    (...what: What) => {
      act(...what);
      for (const side of sides) side.place(page.scene());
    };
  const events: PictureEvents = {
    moved: then(page.moved),
    stepped: then(page.stepped),
    added: then(page.added),
    removed: then(page.removed),
    pointed: () => undefined,
  };
  const sides = ["This text", "The other"].map((title) => new Side(both, title, events));
  const energies = child(box, "energies");
  const legend = box.appendChild(document.createElement("p"));
  legend.append(sample(), "this text", sample(), "the other");

  let scene!: Scene;
  let asked: Asked | null = null;
  const asker = new Asker((of, answer) => {
    if (of !== asked) return;
    editor.underline(answer.diagnostics);
    messages.textContent = sayings(answer).join("\n\n");
    sides[1].show(of, answer);
    showEnergies();
  });
  const showEnergies = () => {
    const recalls = sides.flatMap(({ recall }) => (recall === null ? [] : [recall]));
    energies.toggleAttribute("stale", recalls.length < 2);
    if (recalls.length < 2) return;
    const falling = recalls.map((one) => ({ energies: one.energies, steps: one.momentSteps }));
    energies.replaceChildren(energyLine(falling).svg);
  };
  const turn = (text: string) => {
    editor.show(text);
    page.keep({ beside: text });
    scene = { ...scene, beside: text };
    ask();
  };
  const ask = () => {
    const { text, points, ball, span, data, beside = text } = scene;
    lines.textContent =
      differences(text, beside) || "Nothing yet: change the other text, or a slider.";
    showSliders(knobs, () => scene.beside!, turn);
    const next = { text: beside, points, ball, span, ...(data && { data }) };
    if (asked !== null && isSame(next, asked)) return;
    asked = next;
    asker.ask(next);
  };
  return {
    show(answer, now) {
      scene = now.beside === undefined ? { ...now, beside: now.text } : now;
      if (now.beside === undefined) page.keep({ beside: now.text });
      editor.show(scene.beside!);
      for (const side of sides) side.place(scene);
      sides[0].show(scene, answer);
      ask();
      showEnergies();
    },
    rest() {
      if (asked === null) return;
      asked = null;
      asker.stop();
    },
  };
};

function isSame(one: Scene, other: Scene): boolean {
  const { data, ...rest } = one;
  const { data: otherData, ...others } = other;
  return data === otherData && JSON.stringify(rest) === JSON.stringify(others);
}

/** Lines that only one of two texts has. */
function differences(text: string, other: string): string {
  const [own, others] = [text, other].map((one) => one.split("\n").map((line) => line.trim()));
  const all = [
    ...own.filter((line) => !others.includes(line)).map((line) => `this:  ${line}`),
    ...others.filter((line) => !own.includes(line)).map((line) => `other: ${line}`),
  ];
  const more = all.length > MOST_LINES ? [`… and ${all.length - MOST_LINES} lines more`] : [];
  return [...all.slice(0, MOST_LINES), ...more].join("\n");
}

/** One of the two: its picture, or its layers where it has none, and how its recall ended. */
class Side {
  recall: Answer["recall"] = null;
  readonly #frame: HTMLElement;
  readonly #layers: HTMLElement;
  readonly #words: HTMLElement;
  readonly #picture: Picture;

  constructor(box: HTMLElement, title: string, events: PictureEvents) {
    const side = child(box, "side");
    side.append(textOf("h3", title));
    this.#frame = child(side, "picture");
    this.#layers = child(side, "layers");
    this.#words = side.appendChild(document.createElement("p"));
    this.#picture = new Picture(this.#frame, events);
  }

  place(scene: Scene): void {
    this.#picture.place(scene);
  }

  show(scene: Scene, answer: Answer): void {
    const { drawing, recall, whole } = answer;
    const isShown = drawing !== null || recall !== null;
    this.#frame.parentElement!.toggleAttribute("stale", !isShown);
    if (recall !== null || whole) this.recall = recall;
    this.#frame.hidden = drawing === null;
    if (drawing !== null) this.#picture.draw(drawing, recall, scene.span);
    const layers = drawing === null ? (recall?.layers ?? []) : [];
    const last = (recall?.momentSteps.length ?? 1) - 1;
    this.#layers.replaceChildren(...layersOf(layers, last));
    if (!whole) return;
    const words = isShown ? whereItRests(scene, answer) : "This text does not run.";
    this.#words.replaceChildren(...withCode(words));
  }
}

function child(box: HTMLElement, className: string): HTMLElement {
  return box.appendChild(Object.assign(document.createElement("div"), { className }));
}

/** A line of the legend, drawn by the stylesheet. */
function sample(): HTMLElement {
  return Object.assign(document.createElement("span"), { className: "sample" });
}
