// The fixed points as a table; their numbers stand in the picture as well.

import type { ListedPoint, Points } from "../points.ts";
import { shortly } from "../ticks.ts";
import { button, textOf } from "../elements.ts";
import { type MakePanel, pointInWords, scrolling } from "./panel.ts";

export const makePanel: MakePanel = (box, page) => {
  box.classList.add("points");
  const said = box.appendChild(document.createElement("p"));
  const words = said.appendChild(document.createElement("output"));
  const stop = said.appendChild(button("Stop searching", page.searchedEnough));
  const again = said.appendChild(button("Search again", page.again));
  const table = box.appendChild(document.createElement("div"));
  let shown: Points | undefined;
  return {
    show({ found, whole }) {
      const points = found?.points;
      // Until a search of the new text begins, the list of the old one stays.
      table.toggleAttribute("stale", points?.ending !== "found");
      if (points === undefined) {
        if (whole) words.textContent = "This text does not run, so nothing is searched.";
        return;
      }
      words.textContent = inWords(points);
      stop.hidden = points.ending !== "running";
      again.hidden = points.ending !== "stopped";
      if (points.ending !== "found" || points === shown) return;
      shown = points;
      table.replaceChildren(...(points.points.length === 0 ? [] : [tableOf(points.points)]));
    },
  };
};

function inWords({ ending, done, problem, census, points }: Points): string {
  if (ending === "running") return `Searching: ${Math.round(100 * done)}%`;
  if (ending === "stopped") return `Stopped at ${Math.round(100 * done)}%.`;
  if (ending === "failed") return problem!;
  const { starts, astray, morse, kinks } = census!;
  const found = points.length === 1 ? "1 fixed point" : `${points.length} fixed points`;
  return [
    `${found} from ${starts} starts, by the search of ham fixed-points.`,
    ...(astray === 0 ? [] : [`${percent(astray)} of the starts ended elsewhere.`]),
    ...(morse === null
      ? ["A degenerate point has no index, so they cannot be counted up."]
      : morse === 1
        ? ["Σ (−1)^index is 1, as for all fixed points of an energy."]
        : kinks.length > 0
          ? [`Σ (−1)^index is ${morse}: the energy has kinks or flat parts.`]
          : [`Σ (−1)^index is ${morse}, not 1: some are missing, or the energy is not held in.`]),
  ].join(" ");
}

function tableOf(points: readonly ListedPoint[]): HTMLElement {
  const table = document.createElement("table");
  const stores = points.some(({ nearest }) => nearest !== null);
  const head = table.createTHead().insertRow();
  const columns = ["no.", "kind", "energy", "where", ...(stores ? ["nearest pattern"] : [])];
  for (const name of [...columns, "share of starts", "recall"]) head.append(textOf("th", name));
  const body = table.createTBody();
  for (const [k, { kind, index, energy, share, states, nearest, reached }] of points.entries()) {
    const row = body.insertRow();
    row.toggleAttribute("reached", reached);
    const cells = [
      String(k + 1),
      kind === "saddle" ? `saddle of index ${index}` : kind,
      energy.toPrecision(6).replace("-", "−"),
      states.map(placeInWords).join("; "),
      ...(stores ? [nearest === null ? "" : nearestInWords(nearest)] : []),
      percent(share),
      reached ? "ends here" : "",
    ];
    for (const cell of cells) row.insertCell().textContent = cell;
  }
  return scrolling("The fixed points", table);
}

function placeInWords(
  { layer, values }: ListedPoint["states"][number],
  _: number,
  all: readonly unknown[],
): string {
  return `${all.length > 1 ? `${layer} ` : ""}${pointInWords(values)}`;
}

function nearestInWords({ array, row, distance }: NonNullable<ListedPoint["nearest"]>): string {
  return `${array} ${row}, ${shortly(Number(distance.toFixed(3)))} away`;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)}%`;
}
