// A binary recall as a movie: the units, rebuilt from flips, over the energy up to that moment.

import { frameAt, type FlipPath, type RecallResult } from "@hamlet/ham";
import type { Neuron } from "@hamlet/graph";
import { toApng } from "./apng.ts";
import { type Canvas, type Colour, drawLine, drawPicture, fill, makeCanvas } from "./canvas.ts";

/** Examples that fit beside each other. */
const SHOWN = 6;
const FRAMES = 60;
const MILLISECONDS = 70;
/** The first and the last frame stay longer. */
const HELD = { first: 600, last: 2000 };

const PAPER: Colour = [250, 250, 247];
const PANEL: Colour = [255, 255, 255];
const CURVE: Colour = [0, 114, 178];
const HERE: Colour = [213, 94, 0];
const GAP = 12;
const PLOT_HEIGHT = 120;

/** How a layer is laid out: 2-D layers as they are, others as nearly square pictures. */
interface Layout {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
}

/** Draws the first layer that moves; at most six examples. */
export function drawMovie(
  { flips: paths = [], energies, energySteps }: RecallResult,
  neuron: Neuron,
  shape: readonly number[],
): Uint8Array {
  const shown = paths.slice(0, SHOWN);
  const layout = layoutOf(shape, shown.length);
  const steps = framesOf(shown);
  const frames = steps.map((step, f) => {
    const canvas = emptyFrame(layout, shown.length);
    shown.forEach((path, b) => {
      const x = GAP + b * (layout.width * layout.scale + GAP);
      const { low, high } = path.starts.get(neuron)!;
      const ink = frameAt(path, step)
        .get(neuron)!
        .map((value) => (value - low) / (high - low));
      drawPicture(canvas, { x, y: GAP }, { ...layout, ink }, layout.scale);
      const curve = energies.map((energy) => energy[b]);
      drawCurve(canvas, { x, layout, step, last: steps.at(-1)! }, { curve, steps: energySteps });
    });
    const held = f === 0 ? HELD.first : f === steps.length - 1 ? HELD.last : MILLISECONDS;
    return { canvas, milliseconds: held };
  });
  return toApng(frames);
}

function layoutOf(shape: readonly number[], shown: number): Layout {
  const size = shape.reduce((a, b) => a * b, 1);
  const width = shape.length < 2 ? Math.ceil(Math.sqrt(size)) : shape.at(-1)!;
  const height = Math.ceil(size / width);
  const scale = Math.max(1, Math.floor(Math.min(960 / (shown * width), 384 / height)));
  return { width, height, scale };
}

/** Evenly spaced steps up to the last flip. */
function framesOf(paths: readonly FlipPath[]): number[] {
  const last = Math.max(1, ...paths.map(({ flips }) => flips.at(-1)?.step ?? 0));
  const count = Math.min(FRAMES, last);
  return Array.from({ length: count + 1 }, (_, f) => Math.round((f * last) / count));
}

function emptyFrame({ width, height, scale }: Layout, shown: number): Canvas {
  const canvas = makeCanvas(
    GAP + shown * (width * scale + GAP),
    height * scale + PLOT_HEIGHT + 3 * GAP,
    PAPER,
  );
  for (let b = 0; b < shown; b++) {
    const x = GAP + b * (width * scale + GAP);
    const y = height * scale + 2 * GAP;
    fill(canvas, { x, y, width: width * scale, height: PLOT_HEIGHT }, PANEL);
  }
  return canvas;
}

/** The energy up to this step, from the top left to where it will end. */
function drawCurve(
  canvas: Canvas,
  { x, layout, step, last }: { x: number; layout: Layout; step: number; last: number },
  { curve, steps }: { curve: readonly number[]; steps: readonly number[] },
): void {
  const width = layout.width * layout.scale;
  const top = layout.height * layout.scale + 2 * GAP;
  const [low, high] = [Math.min(...curve), Math.max(...curve)];
  const pointOf = (k: number) => {
    const depth = high === low ? 0 : (high - curve[k]) / (high - low);
    return {
      x: x + 3 + Math.round(Math.min(1, steps[k] / last) * (width - 7)),
      y: top + 3 + Math.round(depth * (PLOT_HEIGHT - 7)),
    };
  };
  let at = pointOf(0);
  for (let k = 1; k < curve.length && steps[k] <= step; k++) {
    const next = pointOf(k);
    drawLine(canvas, at, next, CURVE);
    at = next;
  }
  fill(canvas, { x: at.x - 3, y: at.y - 3, width: 7, height: 7 }, HERE);
}
