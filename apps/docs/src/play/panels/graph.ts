// The hypergraph of the model, as it is while the text changes.

import { type MakePanel, scrolling } from "./panel.ts";
import { textOf } from "../elements.ts";

export const makePanel: MakePanel = (box) => {
  box.classList.add("graph");
  let shown: string | undefined;
  return {
    show({ found }) {
      const graph = found?.graph;
      box.toggleAttribute("stale", found !== undefined && graph === undefined);
      if (graph === undefined) return;
      if ("problem" in graph) return box.replaceChildren(textOf("p", graph.problem));
      if (graph.svg === shown) return;
      shown = graph.svg;
      box.replaceChildren(
        scrolling("The hypergraph", drawingOf(graph.svg)),
        textOf("p", "Circles are layers, squares are energies."),
      );
    },
  };
};

/** The drawing, told to those who do not see it by its edges. */
function drawingOf(svg: string): Element {
  const drawing = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  const namesOf = (kind: string) =>
    Array.from(drawing.querySelectorAll(`.${kind} > title`), ({ textContent }) => textContent);
  drawing.setAttribute("role", "img");
  const edges = namesOf("edge").map((edge) => edge.replace("--", " – "));
  drawing.setAttribute("aria-label", [...namesOf("node"), ...edges].join(", "));
  return document.importNode(drawing, true);
}
