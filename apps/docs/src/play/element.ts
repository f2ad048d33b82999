// What a page needs to touch a memory: text, knobs, picture, energies, and what is said of them stay one.

import type { Answer, Asked } from "./answer.ts";
import { Asker } from "./asker.ts";
import { rangeOf } from "./colours.ts";
import type { Editor } from "./editor.ts";
import { sayings, whereItRests } from "./ending.ts";
import { type EnergyLine, energyLine } from "./energy-line.ts";
import type { FileName } from "./file-names.ts";
import { layersOf } from "./layers.ts";
import { LearningPanel } from "./learning-panel.ts";
import { Picture, type PictureEvents } from "./picture.ts";
import { withCode } from "./prose.ts";
import { type Dropped, MOST_POINTS, type Point, type Scene } from "./scene.ts";
import { takeFiles } from "./take-files.ts";
import type { Recalled } from "./recalled.ts";
import { showSliders } from "./sliders.ts";
import { makeText } from "./text.ts";
import { TimeBar } from "./time-bar.ts";
import { shortly } from "./ticks.ts";

/** Milliseconds after which the page says that it still computes. */
const SLOW = 1000;

/** An element that shows a scene, changes it, and asks for what there is to know of it. */
export abstract class PlayElement extends HTMLElement {
  protected scene!: Scene;
  readonly #asker = new Asker((scene, answer) => this.#show(scene, answer));
  #picture!: Picture;
  #editor!: Editor;
  #time!: TimeBar;
  #learning!: LearningPanel;
  /** The recall that is shown, and the drawing of its energies. */
  #recall: Recalled | null = null;
  #line: EnergyLine | null = null;
  #recalled: Asked | null = null;
  /** What was asked last, and the scene of the picture. */
  #asked: Asked | null = null;
  #drawn: Asked | null = null;
  /** What is to be said of files that fill nothing. */
  #notFilled: readonly string[] = [];
  #slow: ReturnType<typeof setTimeout> | undefined;

  /** What hands and keys do in a picture of the scene. */
  protected readonly picking: Omit<PictureEvents, "pointed"> = {
    moved: (which, to) => this.#movePoint(which, to),
    stepped: (which, by) => this.#stepPoint(which, by),
    added: (at) => this.#addPoint(at),
    removed: (which) => this.change({ points: this.scene.points.filter((_, k) => k !== which) }),
  };

  /** What is found out beside the picture. */
  protected asks(): Pick<Asked, "check"> {
    return {};
  }
  /** Called with what is known of the scene as it is now. */
  protected heard(_answer: Answer): void {}
  /** Called with the whole answer about it. */
  protected answered(_answer: Answer): void {}
  /** Called when a reader has looked at another moment. */
  protected looked(): void {}
  /** Said before what the picture shows. */
  protected notice(): string {
    return "";
  }

  /** What needs no other answer; a link takes it with it. */
  protected keep(part: Pick<Scene, "step" | "beside">): void {
    this.scene = { ...this.scene, ...part };
    this.looked();
  }

  /** A file is made of what is seen, and comes with the answer. */
  protected askFor(file: FileName): void {
    this.#ask({ file });
  }

  /** A search is given up; the rest comes. */
  protected searchedEnough(): void {
    this.#asker.enough("search");
  }

  /** Builds what every such page has. */
  protected build(): void {
    this.#picture = new Picture(this.box("picture"), {
      ...this.picking,
      pointed: (at, energy) => {
        this.box("pointed").textContent =
          at === null
            ? ""
            : `(${at.map((v) => v.toFixed(2)).join(", ")}): ${Number.isFinite(energy) ? shortly(energy) : "no number"}`;
      },
    });
    this.#editor = makeText(this.box("editor"), (text) => this.change({ text }));
    this.#time = new TimeBar(this.box("time"), {
      shown: (moment) => this.#look(moment),
      chosen: (moment) => this.#stay(moment),
    });
    this.#learning = new LearningPanel(this.box("learning"), {
      stopped: () => this.#asker.enough("learning"),
      goneOn: () => this.#ask({ goOn: true }),
    });
    takeFiles(this, this.box("files-button"), (files) => void this.#fill(files));
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
    const { step, ...scene } = this.scene;
    // Another recall is looked at where it ends.
    const isSame = Object.keys(part).every((name) => name === "panels" || name === "beside");
    this.scene = { ...scene, ...part, ...(isSame && step !== undefined && { step }) };
    if (part.text !== undefined) this.#showKnobs();
    this.#showFiles();
    this.#picture.place(this.scene);
    this.#ask();
  }

  #ask(more: Pick<Asked, "goOn" | "file"> = {}): void {
    this.#asked = { ...this.scene, ...this.asks(), ...more };
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

  /** Puts files into the arrays of the text. */
  async #fill(files: readonly File[]): Promise<void> {
    const { readDropped } = await import("./dropped.ts");
    const { data, said } = await readDropped(files, this.scene.text);
    const isPlane = this.#drawn !== null && !this.hasAttribute("without-plane");
    this.#notFilled = said;
    this.change(isPlane ? inThePlane(this.scene, data) : { data: { ...this.scene.data, ...data } });
  }

  /** Which files are there, each with a button that takes it away. */
  #showFiles(): void {
    const { data = {} } = this.scene;
    this.box("files").replaceChildren(
      ...Object.entries(data).map(([name, { shape }]) => {
        const label = `${name} [${shape.join(", ")}]`;
        const button = Object.assign(document.createElement("button"), { type: "button" });
        button.textContent = `${label} ×`;
        button.setAttribute("aria-label", `Take away ${label}`);
        button.addEventListener("click", () => {
          const { [name]: _, ...others } = data;
          this.change({ data: others });
        });
        return button;
      }),
    );
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
    const { drawing, recall, diagnostics, whole } = answer;
    if (scene.text === this.scene.text) this.#editor.underline(diagnostics);
    if (scene === this.#asked) this.heard(answer);
    this.box("messages").textContent = [...this.#notFilled, ...sayings(answer)].join("\n\n");
    if (whole && scene === this.#asked) this.#notFilled = [];
    const isPlane = drawing !== null;
    const isShown = isPlane || recall !== null;
    this.toggleAttribute("stale", !isShown);
    if (isPlane) this.#picture.draw(drawing, recall, scene.span);
    if (isShown) {
      this.#drawn = scene;
      this.toggleAttribute("without-plane", !isPlane);
      this.box("scale").textContent = isPlane ? scaleOf(drawing.energies) : "";
    }
    if (answer.learning !== null || recall !== null) this.#learning.show(answer.learning);
    if (recall !== null && this.#recalled !== scene) {
      this.#recalled = scene;
      this.#showRecall(recall);
    }
    if (!whole || scene !== this.#asked) return;
    this.#rest();
    if (isShown) this.say(`${this.notice()}${whereItRests(scene, answer)}`);
    else this.say("The picture shows the last text that could be read.");
    this.answered(answer);
  }

  #showRecall(recall: Recalled): void {
    this.#recall = recall;
    const { energies, momentSteps } = recall;
    this.#line = energyLine([{ energies, steps: momentSteps }]);
    this.box("energies").replaceChildren(this.#line.svg);
    this.#time.show(momentSteps, this.scene.step);
  }

  /** Looks at a moment of the recall, in all that shows it. */
  #look(moment: number): void {
    const { way, layers, momentSteps } = this.#recall!;
    this.#line!.mark(moment);
    const isPlane = way.length > 0;
    const isLast = moment === momentSteps.length - 1;
    this.#picture.look(isPlane && !isLast ? way[moment] : null);
    this.box("layers").replaceChildren(...(isPlane ? [] : layersOf(layers, moment)));
  }

  /** A link takes the moment with it. */
  #stay(moment: number): void {
    const { momentSteps } = this.#recall!;
    const isLast = moment === momentSteps.length - 1;
    this.keep({ step: isLast ? undefined : momentSteps[moment] });
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

  #showKnobs(): void {
    showSliders(
      this.box("knobs"),
      () => this.scene.text,
      (text) => {
        this.#editor.show(text);
        this.change({ text });
      },
    );
  }
}

/** Rows of two numbers are stars, and one is the ball: they can be dragged then. Others stay files. */
function inThePlane(scene: Scene, data: Readonly<Record<string, Dropped>>): Partial<Scene> {
  const others: Record<string, Dropped> = { ...scene.data };
  let { points, ball } = scene;
  for (const [name, array] of Object.entries(data)) {
    const { shape, values } = array;
    const rows = Array.from({ length: (values?.length ?? 0) / 2 }, (_, k): Point => [
      values![2 * k],
      values![2 * k + 1],
    ]);
    const isGiven = new RegExp(`^[ \\t]*given[ \\t]+${name}\\b`, "m").test(scene.text);
    if (shape.at(-1) !== 2 || rows.length > (isGiven ? 1 : MOST_POINTS)) others[name] = array;
    else if (isGiven) [ball] = rows;
    else points = rows;
  }
  return { points, ball, data: others };
}

/** What the colours stand for. */
function scaleOf(energies: Float64Array): string {
  const [low, high] = rangeOf(energies);
  if (low > high) return "";
  // As exact as the colours are.
  const unit = 10 ** Math.floor(Math.log10(Math.max(high - low, 1e-12)) - 2);
  return [low, high].map((v) => shortly(Math.round(v / unit) * unit)).join(" to ");
}
