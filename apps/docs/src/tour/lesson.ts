// A lesson: a text to change, and the tests that say whether it does what is asked for.

import type { Answer, Asked } from "../play/answer.ts";
import { PlayElement } from "../play/element.ts";
import { playgroundOf } from "../play/link.ts";
import { type Lesson, LESSONS, solutionOf } from "./lessons.ts";

class LessonElement extends PlayElement {
  #lesson!: Lesson;

  connectedCallback(): void {
    this.#lesson = LESSONS[this.dataset.lesson!];
    this.build();
    const { scene } = this.#lesson;
    const on = (name: string, act: () => void) => this.box(name).addEventListener("click", act);
    on("reset", () => this.open(scene));
    on("solve", () => this.open({ ...scene, text: solutionOf(this.#lesson) }));
    on("elsewhere", () => {
      location.href = playgroundOf(this.scene);
    });
    this.open(scene);
  }

  protected override asks(): Pick<Asked, "check"> {
    const { scene, check } = this.#lesson;
    return { check: { tests: check, points: scene.points, ball: scene.ball } };
  }

  protected override answered({ checks }: Answer): void {
    const solved = checks !== null && checks.length > 0 && checks.every(({ passed }) => passed);
    this.toggleAttribute("solved", solved);
    const [verdict, ...reasons] = solved
      ? ["Solved."]
      : checks === null
        ? ["Not yet: this text does not run."]
        : [
            "Not yet.",
            ...checks.flatMap(({ passed, title, why }) => (passed ? [] : [`${title}: ${why}`])),
          ];
    this.box("verdict").textContent = verdict;
    this.box("reasons").textContent = reasons.join("\n");
  }
}

customElements.define("ham-lesson", LessonElement);
