// What a panel below the picture is, and what it asks of its page.

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
