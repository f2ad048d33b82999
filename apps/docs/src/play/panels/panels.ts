// The panels below the picture: each is loaded when it is opened, and shows what the worker found for it.

import "./panels.css";
import type { Panel } from "../scene.ts";
import type { MakePanel, Page, Shown } from "./panel.ts";

/** All panels of a page. */
export type Panels = Shown;

const MAKERS: Readonly<Record<Panel, () => Promise<{ makePanel: MakePanel }>>> = {
  rule: () => import("./rule.ts"),
  points: () => import("./points.ts"),
  atlas: () => import("./atlas.ts"),
  graph: () => import("./graph.ts"),
  tests: () => import("./tests.ts"),
  files: () => import("./files.ts"),
  compare: () => import("./compare.ts"),
};

/** Makes those panels of a page that are open, once. */
export function makePanels(element: HTMLElement, page: Page): Panels {
  const made = new Map<Panel, Promise<Shown>>();
  const make = async (name: Panel) => {
    const { makePanel } = await MAKERS[name]();
    return makePanel(element.querySelector<HTMLElement>(`[data-panel="${name}"] > div`)!, page);
  };
  return {
    show(answer, scene) {
      for (const [name, panel] of made)
        if (!scene.panels?.includes(name)) void panel.then((shown) => shown.rest?.());
      for (const name of scene.panels ?? []) {
        if (!made.has(name)) made.set(name, make(name));
        void made.get(name)!.then((panel) => panel.show(answer, scene));
      }
    },
  };
}
