// The panels below the picture: each is loaded when it is opened, and shows what the worker found for it.

import "./panels.css";
import type { Answer } from "../answer.ts";
import type { Panel, Scene } from "../scene.ts";

/** A panel that is there. */
export interface Shown {
  /** Shows what is known by now. */
  show(answer: Answer, scene: Scene): void;
}

/** All panels of a page. */
export type Panels = Shown;

const MAKERS: Readonly<Record<Panel, () => Promise<{ makePanel: (box: HTMLElement) => Shown }>>> = {
  rule: () => import("./rule.ts"),
};

/** Makes those panels of a page that are open, once. */
export function makePanels(page: HTMLElement): Panels {
  const made = new Map<Panel, Promise<Shown>>();
  const make = async (name: Panel) => {
    const { makePanel } = await MAKERS[name]();
    return makePanel(page.querySelector<HTMLElement>(`[data-panel="${name}"] > div`)!);
  };
  return {
    show(answer, scene) {
      for (const name of scene.panels ?? []) {
        if (!made.has(name)) made.set(name, make(name));
        void made.get(name)!.then((panel) => panel.show(answer, scene));
      }
    },
  };
}
