// What a panel below the picture is, and what it asks of its page.

import { shortly } from "../ticks.ts";
import type { Answer } from "../answer.ts";
import type { FileName } from "../file-names.ts";
import type { PictureEvents } from "../picture.ts";
import type { Scene } from "../scene.ts";

/** A panel that is there. */
export interface Shown {
  /** Shows what is known by now. */
  show(answer: Answer, scene: Scene): void;
  /** It was closed: what it does by itself rests. */
  rest?(): void;
}

/** What a panel asks of its page. */
export interface Page extends Omit<PictureEvents, "pointed"> {
  /** A search is given up. */
  readonly searchedEnough: () => void;
  /** All is found out again. */
  readonly again: () => void;
  /** The scene as it is now. */
  readonly scene: () => Scene;
  /** The scene changes in what this panel alone finds out. */
  readonly keep: (part: Pick<Scene, "beside">) => void;
  /** A file is made, and comes with the next answers. */
  readonly askFor: (file: FileName) => void;
}

/** Makes a panel in a box. */
export type MakePanel = (box: HTMLElement, page: Page) => Shown;

/** A part of a panel that scrolls by itself, also by keys. */
export function scrolling(label: string, content: Element): HTMLElement {
  const scroll = document.createElement("div");
  Object.assign(scroll, { className: "scroll", tabIndex: 0 });
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", label);
  scroll.append(content);
  return scroll;
}

/** So many numbers of a point are written out. */
const WRITTEN = 4;

/** "(0.5, −1)", or the first numbers and how many there are. */
export function pointInWords(values: Float64Array): string {
  const few = Array.from(values.subarray(0, WRITTEN), (x) => shortly(Number(x.toFixed(3)) + 0));
  return `(${few.join(", ")}${values.length > WRITTEN ? `, … ${values.length}` : ""})`;
}
