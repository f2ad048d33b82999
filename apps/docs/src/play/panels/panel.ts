// What a panel below the picture is, and what it asks of its page.

import type { Answer } from "../answer.ts";
import type { FileName } from "../file-names.ts";
import type { Scene } from "../scene.ts";

/** A panel that is there. */
export interface Shown {
  /** Shows what is known by now. */
  show(answer: Answer, scene: Scene): void;
}

/** What a panel asks of its page. */
export interface Page {
  /** A search is given up. */
  readonly searchedEnough: () => void;
  /** All is found out again. */
  readonly again: () => void;
  /** A file is made, and comes with the next answers. */
  readonly askFor: (file: FileName) => void;
}

/** Makes a panel in a box. */
export type MakePanel = (box: HTMLElement, page: Page) => Shown;
