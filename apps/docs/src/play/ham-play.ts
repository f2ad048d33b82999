// `<ham-play>`: a memory that runs, for any page. Its text stands inside of it, or in a file of the same site
// (`src`), or in a link of the playground (`scene`); `view="picture"` leaves the text away. Until it is seen
// it shows what stands inside, and computes nothing.

import { PlayElement } from "./element.ts";
import { LEFT, RIGHT } from "./panes.ts";
import { PRESETS } from "./presets.ts";
import { fromLink } from "./link.ts";
import type { Point, Scene } from "./scene.ts";

/** The stars, the ball and the width of a text that says nothing of them. */
const [{ points: STARS, ball: BALL, span: SPAN }] = Object.values(PRESETS);

class HamPlay extends PlayElement {
  connectedCallback(): void {
    if (this.classList.contains("ham-play")) return;
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      seen.disconnect();
      void this.#begin();
    });
    seen.observe(this);
  }

  async #begin(): Promise<void> {
    const scene = await this.#sceneOf();
    this.classList.add("ham-play", "not-content");
    const panes = document.createElement("div");
    panes.className = "panes";
    panes.innerHTML = `<div class="left">${LEFT}</div><div class="right">${RIGHT}</div>`;
    this.replaceChildren(panes);
    this.build();
    this.open(scene);
  }

  async #sceneOf(): Promise<Scene> {
    const link = this.getAttribute("scene");
    const scene = link === null ? null : fromLink(link);
    if (scene !== null) return scene;
    const source = this.getAttribute("src");
    const text =
      source === null
        ? withoutIndent((this.querySelector("pre") ?? this).textContent)
        : await (await fetch(source)).text();
    return {
      text,
      points: numbersOf<readonly Point[]>(this.getAttribute("points")) ?? STARS,
      ball: numbersOf<Point>(this.getAttribute("ball")) ?? BALL,
      span: Number(this.getAttribute("span") ?? SPAN),
    };
  }
}

/** Numbers of an attribute, as in `[[0, 1], [1, 0]]`. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- attributes have no types of their own
function numbersOf<Numbers>(text: string | null): Numbers | null {
  return text === null ? null : (JSON.parse(text) as Numbers);
}

/** A text as it is without the place in a page where it stands. */
function withoutIndent(text: string): string {
  const lines = text
    .replace(/^\s*\n/, "")
    .trimEnd()
    .split("\n");
  const indents = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const least = Math.min(...indents);
  return `${lines.map((line) => line.slice(least)).join("\n")}\n`;
}

customElements.define("ham-play", HamPlay);
