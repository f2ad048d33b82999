// How the energy fell: a line over the steps of a recall.

import { element } from "./svg.ts";
import { shortly, ticksOf } from "./ticks.ts";

const [WIDTH, HEIGHT] = [360, 150];
const MARGIN = { left: 72, right: 18, top: 12, bottom: 34 };
/** More points than this are not told apart. */
const MOST = 300;

/** A drawing, and what puts a dot on one of its moments. */
export interface EnergyLine {
  readonly svg: SVGElement;
  readonly mark: (moment: number) => void;
}

/** What falls, by its steps. */
export interface Falling {
  readonly energies: readonly number[];
  readonly steps: readonly number[];
}

/**
 * A drawing of energies, or of what else falls, by their steps; where they grow without end a line leaves it
 * above. The first of several is the one whose moments are marked.
 */
export function energyLine(falling: readonly Falling[], what = "energy"): EnergyLine {
  const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  const ranges = falling.map(({ energies }) => rangeOf(energies.filter(Number.isFinite)));
  const low = Math.min(...ranges.map(([lowest]) => lowest));
  const high = Math.max(...ranges.map(([, highest]) => highest));
  const told = falling.map(
    ({ energies, steps }) =>
      `over ${steps.at(-1)} steps, from ${shortly(energies[0])} to ${shortly(energies.at(-1)!)}`,
  );
  svg.setAttribute("aria-label", `The ${what} ${told.join("; and ")}.`);
  const last = Math.max(1, ...falling.map(({ steps }) => steps.at(-1)!));
  const x = (step: number) => MARGIN.left + (step / last) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (energy: number) =>
    HEIGHT -
    MARGIN.bottom -
    ((energy - low) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const few = ticksOf(low, high, 3);
  for (const value of few.length > 1 ? few : ticksOf(low, high, 6)) {
    svg.append(
      element("path", { class: "grid", d: `M${MARGIN.left} ${y(value)}H${WIDTH - MARGIN.right}` }),
    );
    svg.append(label(shortly(value), MARGIN.left - 6, y(value) + 4, "end"));
  }
  for (const step of ticksOf(0, last, 4).filter(Number.isInteger)) {
    svg.append(label(shortly(step), x(step), HEIGHT - MARGIN.bottom + 15, "middle"));
  }
  svg.append(label("step", (WIDTH + MARGIN.left) / 2, HEIGHT - 4, "middle"));
  const name = label(what, 0, 0, "middle");
  name.setAttribute(
    "transform",
    `translate(11 ${(HEIGHT - MARGIN.bottom + MARGIN.top) / 2}) rotate(-90)`,
  );
  svg.append(name);
  for (const { energies, steps } of falling) {
    const every = Math.ceil(energies.length / MOST);
    const line: string[] = [];
    for (const [k, energy] of energies.entries()) {
      if (k % every !== 0 && k !== energies.length - 1 && energy <= high) continue;
      const at = x(steps[k]).toFixed(1);
      if (Number.isFinite(energy) && energy <= high) {
        line.push(`${at} ${y(energy).toFixed(1)}`);
        continue;
      }
      // It leaves the figure, and what comes after would lie on its edge.
      line.push(`${at} 0`);
      svg.append(label("and further up", x(steps[k]) + 6, MARGIN.top + 2, "start"));
      break;
    }
    svg.append(
      element("path", { class: "line", d: line.length === 0 ? "" : `M${line.join("L")}` }),
    );
  }
  const [{ energies, steps }] = falling;
  const now = svg.appendChild(element("circle", { class: "now", r: 4.5, visibility: "hidden" }));
  const mark = (moment: number) => {
    const energy = energies[moment];
    const shown = Number.isFinite(energy) && energy <= high;
    now.removeAttribute("visibility");
    now.setAttribute("cx", String(x(steps[moment])));
    now.setAttribute("cy", String(shown ? y(energy) : 0));
  };
  return { svg, mark };
}

/** What is shown: all of it, or where it grows without end what it began with. */
function rangeOf(finite: readonly number[]): [low: number, high: number] {
  const low = Math.min(...finite);
  const rise = 20 * Math.max(1e-9, Math.abs(finite[0] - low), 0.1 * Math.abs(finite[0]));
  const high = Math.min(Math.max(...finite), finite[0] + rise);
  return high > low ? [low, high] : [low - 0.5, low + 0.5];
}

function label(text: string, x: number, y: number, anchor: string): SVGElement {
  const made = element("text", { x, y, "text-anchor": anchor });
  made.textContent = text;
  return made;
}
