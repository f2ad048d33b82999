// What layers show where a model has no plane: a square for every unit, before the recall and
// at a moment of it.

import type { Shown } from "./recalled.ts";
import { element } from "./svg.ts";
import { shortly } from "./ticks.ts";

const CELL = 20;

/** Layers as squares, each with what they stand for, where the recall begins and in one of its moments. */
export function layersOf(layers: readonly Shown[], moment: number): HTMLElement[] {
  return layers.map((layer) => {
    const { moments, end } = layer;
    const isLast = moment === moments.length - 1;
    const figure = document.createElement("figure");
    const caption = figure.appendChild(document.createElement("figcaption"));
    const all = [...moments[0], ...end].filter(Number.isFinite);
    const far = Number(Math.max(1e-9, ...all.map(Math.abs)).toPrecision(2));
    caption.append(
      Object.assign(document.createElement("code"), { textContent: layer.name }),
      ` before and ${isLast ? "after" : "on its way"}. Dark is ${shortly(-far)}, light ${shortly(far)}.`,
    );
    figure.append(
      squares(moments[0], layer, far),
      squares(isLast ? end : moments[moment], layer, far),
    );
    return figure;
  });
}

function squares(values: ArrayLike<number>, { name, shape }: Shown, far: number): SVGElement {
  const columns = columnsOf(shape, values.length);
  const rows = Math.ceil(values.length / columns);
  const svg = element("svg", { viewBox: `0 0 ${columns * CELL} ${rows * CELL}`, role: "img" });
  svg.style.maxWidth = `${Math.max(columns * CELL, 140)}px`;
  // As exact as the greys are.
  const rounded = (value: number) =>
    Number(((Math.round((100 * value) / far) / 100) * far).toPrecision(2));
  svg.setAttribute(
    "aria-label",
    `${name}: ${Array.from(values, (value) => shortly(rounded(value) + 0)).join(", ")}`,
  );
  Array.from(values, (value, k) => {
    const [x, y] = [(k % columns) * CELL, Math.floor(k / columns) * CELL];
    const grey = Math.round(255 * (0.5 + value / far / 2));
    const look: Record<string, string> = Number.isFinite(value)
      ? { fill: `rgb(${grey} ${grey} ${grey})` }
      : { class: "no-number" };
    svg.append(element("rect", { x, y, width: CELL, height: CELL, ...look }));
  });
  return svg;
}

/** A picture keeps its rows; a row of many units that make a square is shown as one. */
function columnsOf(shape: readonly number[], count: number): number {
  if (shape.length > 1) return shape.at(-1)!;
  const side = Math.round(Math.sqrt(count));
  return side * side === count && count > 4 ? side : Math.min(count, 12);
}
