// The atlas as a table, and in the picture the passes: from each saddle to the minima that it joins.

import type { Charted, Charting } from "../atlas.ts";
import { button, textOf } from "../elements.ts";
import type { Scene } from "../scene.ts";
import { element, group } from "../svg.ts";
import { type MakePanel, pointInWords, scrolling } from "./panel.ts";

/** As the picture's. */
const SIDE = 600;

export const makePanel: MakePanel = (box, page) => {
  const said = box.appendChild(document.createElement("p"));
  const words = said.appendChild(document.createElement("output"));
  const stop = said.appendChild(button("Stop searching", page.searchedEnough));
  const again = said.appendChild(button("Search again", page.again));
  const table = box.appendChild(document.createElement("div"));
  const passes = group("passes");
  // Other panels answer for the picture when this one is closed.
  box.parentElement!.addEventListener("toggle", () => passes.remove());
  return {
    show({ found, whole, drawing }, scene) {
      const atlas = found?.atlas;
      const isKnown = atlas?.ending === "found";
      table.toggleAttribute("stale", !isKnown);
      if (drawing === null || !isKnown) passes.remove();
      if (atlas === undefined) {
        if (whole) words.textContent = "This text does not run, so there is nothing to chart.";
        return;
      }
      words.textContent = inWords(atlas);
      stop.hidden = atlas.ending !== "running";
      again.hidden = atlas.ending !== "stopped";
      if (!isKnown) return;
      table.replaceChildren(tableOf(atlas.result.points));
      if (drawing === null) return;
      passes.replaceChildren(...waysOf(atlas.result.points, scene));
      box.closest(".ham-play")!.querySelector(".marks")!.before(passes);
    },
  };
};

function inWords(atlas: Charting): string {
  if (atlas.ending === "running") return `Charting: ${Math.round(100 * atlas.done)}%`;
  if (atlas.ending === "failed") return atlas.problem;
  if (atlas.ending !== "found") return `Stopped at ${Math.round(100 * atlas.done)}%.`;
  const { points, morse } = atlas.result;
  const proven = points.filter(({ certified }) => certified !== "no").length;
  return [
    `${points.length} fixed points, ${proven} of them certified in intervals.`,
    `Σ (−1)^index ${morse === null ? "is not known: a point is degenerate" : `is ${morse}`}.`,
    "Lines lead from passes to the minima that they join.",
  ].join(" ");
}

function tableOf(points: readonly Charted[]): HTMLElement {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  const columns = [
    "no.",
    "kind",
    "index",
    "energy",
    "where",
    "share of starts",
    "ways",
    "certified",
  ];
  for (const name of columns) head.append(textOf("th", name));
  const body = table.createTBody();
  for (const [k, point] of points.entries()) {
    const { kind, index, energy, states, basin, certified, uncertified } = point;
    const row = body.insertRow();
    const cells = [
      String(k + 1),
      kind,
      String(index),
      energy.toPrecision(6).replace("-", "−"),
      pointInWords(states),
      kind === "minimum" ? basin.map((part) => `${(100 * part).toFixed(1)}%`).join(" to ") : "",
      waysInWords(point),
      certified,
    ];
    for (const cell of cells) row.insertCell().textContent = cell;
    if (uncertified !== null) row.title = uncertified;
  }
  return scrolling("The atlas", table);
}

function waysInWords({ barrier, joins }: Charted): string {
  if (barrier !== null) return `${barrier.height.toPrecision(3)} up, to ${barrier.to + 1}`;
  if (joins === null) return "";
  return `joins ${joins.map((end) => (end < 0 ? "none of these" : String(end + 1))).join(" and ")}`;
}

/** Lines and numbers in the picture, which shows −span to span along both axes. */
function waysOf(points: readonly Charted[], { span, panels = [] }: Scene): SVGElement[] {
  const toPicture = ({ states: [x, y] }: Charted): readonly [x: number, y: number] => [
    ((x / span + 1) / 2) * SIDE,
    ((1 - y / span) / 2) * SIDE,
  ];
  const lines = points.flatMap((point) =>
    (point.joins ?? []).flatMap((end) => {
      if (end < 0) return [];
      const [from, to] = [point, points[end]].map((one) => toPicture(one).join());
      return [element("path", { d: `M${from}L${to}` })];
    }),
  );
  // The list of fixed points has numbers of its own.
  if (panels.includes("points")) return lines;
  const labels = points.map((point, k) => {
    const [x, y] = toPicture(point);
    const label = element("text", { x: x + 13, y: y - 9 });
    label.textContent = String(k + 1);
    return label;
  });
  return [...lines, ...labels];
}
