// The picture: energies as colours and level lines, the memories, the ball and its way down.

import { contours } from "d3-contour";
import type { FixedPointKind } from "@hamlet/ham";
import type { Drawing } from "./answer.ts";
import { colourOf, rangeOf } from "./colours.ts";
import type { Recalled } from "./recalled.ts";
import type { Point, Scene } from "./scene.ts";
import { element, group } from "./svg.ts";
import { shortly, ticksOf } from "./ticks.ts";

/** Units of the picture along each side; it is scaled to the page. */
const SIDE = 600;
const LEVELS = 14;
/** A ring where a ball can rest, a cross on a pass between, a triangle on a top. */
const SIGNS: Readonly<Record<FixedPointKind, string>> = {
  minimum: "M-9 0A9 9 0 1 0 9 0A9 9 0 1 0-9 0Z",
  saddle: "M-7-7 7 7M-7 7 7-7",
  maximum: "M0-9 9 7-9 7Z",
  degenerate: "M0-9 9 0 0 9-9 0Z",
};

/** What a drag or a key did. */
export interface PictureEvents {
  /** A memory was moved, or the ball, where `which` is −1. */
  readonly moved: (which: number, to: Point) => void;
  /** The same by a step from where it is. */
  readonly stepped: (which: number, by: Point) => void;
  readonly added: (at: Point) => void;
  readonly removed: (which: number) => void;
  /** The pointer is at a place where the energy is so high; null where it is nowhere. */
  readonly pointed: (at: Point | null, energy: number) => void;
}

/** Draws into a box: a canvas below, lines and handles above. */
export class Picture {
  readonly #canvas: HTMLCanvasElement;
  readonly #svg: SVGSVGElement;
  readonly #levels = group("levels");
  readonly #axes = group("axes");
  readonly #marks = group("marks");
  /** The way downhill, and the recall with a dot for every step. */
  readonly #path = element("path", { class: "path" });
  readonly #way = element("path", { class: "way" });
  readonly #dots = element("path", { class: "dots" });
  readonly #now = element("circle", { class: "now", r: 9, visibility: "hidden" });
  readonly #handles = group("handles");
  readonly #events: PictureEvents;
  #span = 1;
  #energies: { readonly values: Float64Array; readonly n: number } | null = null;

  constructor(box: HTMLElement, events: PictureEvents) {
    this.#events = events;
    this.#canvas = box.appendChild(document.createElement("canvas"));
    this.#svg = box.appendChild(element("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, role: "group" }));
    this.#svg.append(this.#levels, this.#axes, this.#marks, this.#path);
    this.#svg.append(this.#way, this.#dots, this.#now, this.#handles);
    this.#svg.addEventListener("pointermove", (event) => this.#point(event));
    this.#svg.addEventListener("pointerleave", () => events.pointed(null, Number.NaN));
    this.#svg.addEventListener("dblclick", (event) => {
      if (event.target === this.#svg || !(event.target as Element).closest(".handle"))
        events.added(this.#placeOf(event));
    });
  }

  /** Draws the energy, the recall, the way downhill and the fixed points. */
  draw({ energies, n, path, marks }: Drawing, recall: Recalled | null, span: number): void {
    this.#span = span;
    this.#energies = { values: energies, n };
    // Until now there was nothing to hatch.
    this.#canvas.classList.add("drawn");
    this.#axes.replaceChildren(...axesOf(span));
    this.#colour(energies, n);
    this.#levels.replaceChildren(...levelLines(energies, n));
    const way = (recall?.way ?? []).map((point) => this.#near(point));
    this.#path.setAttribute("d", `M${path.map((point) => this.#toPicture(point)).join("L")}`);
    this.#way.setAttribute("d", way.length === 0 ? "" : `M${way.join("L")}`);
    this.#dots.setAttribute("d", way.map(([x, y]) => `M${x} ${y}h0`).join(""));
    this.#marks.replaceChildren(
      ...marks.flatMap(({ kind, at, number = "" }) => {
        const [x, y] = this.#toPicture(at);
        const transform = `translate(${x} ${y})`;
        const label = element("text", { x: x + 13, y: y - 9 });
        label.textContent = String(number);
        return [element("path", { class: kind, d: SIGNS[kind], transform }), label];
      }),
    );
  }

  /** Marks a state of the recall; none at its end, which is seen already. */
  look(at: Point | null): void {
    this.#now.setAttribute("visibility", at === null ? "hidden" : "visible");
    if (at === null) return;
    const [x, y] = this.#near(at);
    this.#now.setAttribute("cx", String(x));
    this.#now.setAttribute("cy", String(y));
  }

  /** Puts stars and ball where they are. They are kept, so that a drag or the focus is not lost. */
  place({ points, ball, span }: Scene): void {
    this.#span = span;
    const wanted = points.length + 1;
    while (this.#handles.childElementCount > wanted) this.#handles.lastElementChild!.remove();
    while (this.#handles.childElementCount < wanted) {
      this.#handles.append(this.#makeHandle(this.#handles.childElementCount - 1));
    }
    [ball, ...points].forEach((point, i) => {
      const [x, y] = this.#toPicture(point);
      const handle = this.#handles.children[i];
      const name = i === 0 ? "the ball" : `memory ${i}`;
      handle.setAttribute("transform", `translate(${x} ${y})`);
      handle.setAttribute("aria-label", `${name} at ${point.map((v) => v.toFixed(2)).join(", ")}`);
    });
  }

  #colour(energies: Float64Array, n: number): void {
    const [low, high] = rangeOf(energies);
    const image = new ImageData(n, n);
    energies.forEach((energy, cell) => {
      // What is no number stays clear, and the hatching below is seen.
      if (!Number.isFinite(energy)) return;
      // The highest row of energies is the first of the image.
      const at = 4 * ((n - 1 - Math.floor(cell / n)) * n + (cell % n));
      const part = high > low ? (energy - low) / (high - low) : 0;
      image.data.set([...colourOf(part), 255], at);
    });
    this.#canvas.width = n;
    this.#canvas.height = n;
    this.#canvas.getContext("2d")!.putImageData(image, 0, 0);
  }

  /** Tells the energy of the cell below the pointer. */
  #point(event: PointerEvent): void {
    if (this.#energies === null) return;
    const { values, n } = this.#energies;
    const at = this.#placeOf(event);
    const [column, row] = at.map((v) =>
      Math.min(n - 1, Math.max(0, Math.floor(((v / this.#span + 1) / 2) * n))),
    );
    this.#events.pointed(at, values[n * row + column]);
  }

  #makeHandle(which: number): SVGElement {
    const shape =
      which < 0
        ? element("circle", { r: 11 })
        : element("path", { d: "M0-14 4-4 14-4 6 3 9 13 0 7-9 13-6 3-14-4-4-4Z" });
    const handle = element("g", {
      class: `handle ${which < 0 ? "ball" : "star"}`,
      tabindex: 0,
      role: "button",
    });
    handle.append(element("circle", { class: "reach", r: 22 }), shape);
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
      event.preventDefault();
      handle.focus();
    });
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId))
        this.#events.moved(which, this.#placeOf(event));
    });
    handle.addEventListener("keydown", (event) => {
      const arrow = ARROWS[event.key];
      if (arrow !== undefined) {
        event.preventDefault();
        const step = this.#span / (event.shiftKey ? 10 : 50);
        this.#events.stepped(which, [step * arrow[0], step * arrow[1]]);
      } else if (which >= 0 && (event.key === "Delete" || event.key === "Backspace")) {
        event.preventDefault();
        this.#events.removed(which);
      }
    });
    if (which >= 0) {
      handle.addEventListener("dblclick", (event) => {
        event.stopPropagation();
        this.#events.removed(which);
      });
    }
    return handle;
  }

  #placeOf(event: MouseEvent): Point {
    const box = this.#svg.getBoundingClientRect();
    return this.#fromPicture(
      ((event.clientX - box.left) / box.width) * SIDE,
      ((event.clientY - box.top) / box.height) * SIDE,
    );
  }

  #toPicture([x, y]: Point): Point {
    return [((x / this.#span + 1) / 2) * SIDE, ((1 - y / this.#span) / 2) * SIDE];
  }

  /** As `toPicture`; what is far outside is drawn at a distance, since lines there have no end. */
  #near(point: Point): Point {
    const far = 20 * this.#span;
    const held = (v: number) => (Number.isNaN(v) ? far : Math.max(-far, Math.min(far, v)));
    return this.#toPicture([held(point[0]), held(point[1])]);
  }

  #fromPicture(x: number, y: number): Point {
    // As exact as a hand is, so that links stay short.
    const inside = (v: number) =>
      Number((Math.min(1, Math.max(-1, v)) * this.#span).toPrecision(4));
    return [inside((2 * x) / SIDE - 1), inside(1 - (2 * y) / SIDE)];
  }
}

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Numbers along the left and the lower edge, with short lines. */
function axesOf(span: number): SVGElement[] {
  return ticksOf(-span, span)
    .filter((value) => Math.abs(value) < 0.93 * span)
    .flatMap((value) => {
      const at = ((value / span + 1) / 2) * SIDE;
      const [x, y] = [at, SIDE - at];
      const low = element("text", { x, y: SIDE - 14, "text-anchor": "middle" });
      const left = element("text", { x: 14, y: y + 7 });
      for (const label of [low, left]) label.textContent = shortly(value);
      const lines = element("path", { d: `M${x} ${SIDE}v-9M0 ${y}h9` });
      // The corner has room for one of the two.
      return value > -0.85 * span ? [lines, low, left] : [lines, low];
    });
}

/** Lines of equal energy, closer together near the lowest. */
function levelLines(energies: Float64Array, n: number): SVGElement[] {
  const finite = energies.filter(Number.isFinite).sort();
  if (finite.length === 0) return [];
  const [low, high] = [finite[0], finite.at(-1)!];
  const levels = Array.from(
    { length: LEVELS },
    (_, k) => low + (high - low) * ((k + 1) / (LEVELS + 1)) ** 2,
  );
  const values = Array.from(energies, (energy) => (Number.isFinite(energy) ? energy : high));
  const scale = SIDE / n;
  return contours()
    .size([n, n])
    .thresholds(levels)(values)
    .map(({ coordinates }) => {
      const rings = coordinates
        .flat()
        .map((ring) =>
          ring
            .map(([x, y]) => `${(x * scale).toFixed(1)} ${(SIDE - y * scale).toFixed(1)}`)
            .join("L"),
        );
      return element("path", { d: rings.map((ring) => `M${ring}Z`).join("") });
    });
}
