// `ham landscape FILE`: the energy of a layer over a plane, drawn.

import { extname, join } from "node:path";
import { suggest } from "@hamlet/dsl";
import type { Neuron, Tensor } from "@hamlet/graph";
import { patternsOf } from "@hamlet/ham";
import type { Model } from "@hamlet/model";
import { assertMemory } from "@hamlet/model/disk";
import { CommandError, EXIT } from "../exit.ts";
import { modelName } from "../files/source.ts";
import { writeFileAtomically } from "../files/write.ts";
import { type Field, makeField, valuesAt } from "../landscape/field.ts";
import { type LayerPoint, layerPoints } from "../landscape/fixed-points.ts";
import { flatStarts, followDown } from "../landscape/paths.ts";
import { memoryPlane, onPlane, type Plane, stateAt, wholePlane } from "../landscape/plane.ts";
import { jsonOption, type ModelFlags, positiveNumber, withModelOptions } from "../options.ts";
import { drawLandscape, svgToPng } from "../pictures/landscape-plot.ts";
import { workBar } from "../progress.ts";
import { formatTable } from "../table.ts";
import { openModel } from "../files/open-model.ts";
import { Option } from "commander";
import type { CommandDefinition } from "./command.ts";

/** `ham landscape`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withModelOptions(command.argument("<file>"))
      .option("--neuron <NAME>", "the layer (default: the first)")
      .option("--memories <NAME>", "patterns that lay out the plane (default: the first that fit)")
      .addOption(
        new Option("--points <N>", "energies along each side")
          .default(80)
          .argParser(positiveNumber),
      )
      .addOption(jsonOption())
      .option("--out <FILE.svg>", "where the picture goes (default: out/<name>-landscape.svg)"),
  run: landscape,
};

interface LandscapeFlags extends ModelFlags {
  readonly neuron?: string;
  readonly memories?: string;
  readonly points: number;
  readonly json: boolean;
  readonly out?: string;
}

/** Starts of paths and arrows along each side. */
const [STARTS, ARROWS] = [6, 18];
/** Memories that are drawn at most. */
const SHOWN = 200;

/** Draws a landscape as SVG and PNG and lists its fixed points; returns the exit code. */
async function landscape(path: string, flags: LandscapeFlags): Promise<number> {
  const out = flags.out ?? join("out", `${modelName(path)}-landscape.svg`);
  const png = `${out.slice(0, out.length - extname(out).length)}.png`;
  using model = await openModel(path, flags, {
    outputs: [
      { option: "--out", path: out, content: { what: "a picture", endings: [".svg"] } },
      { option: "--out", path: png },
    ],
  });
  const neuron = findNeuron(model, flags.neuron);
  using field = makeField(model, neuron);
  const view = planeOf(model, { neuron, field, wanted: flags.memories });
  const scene = await survey(model, { neuron, field, view, points: flags.points });
  const svg = drawLandscape(scene.picture);
  await writeFileAtomically(out, svg);
  await writeFileAtomically(png, svgToPng(svg));
  const { found, flat } = scene;
  if (flags.json) {
    const points = found.map(({ state, ...rest }) => ({ ...rest, state: [...state] }));
    const picture = { ...scene.picture, energies: [...scene.picture.energies] };
    process.stdout.write(
      `${JSON.stringify({ model: path, neuron: neuron.name, flat, fixedPoints: points, picture, written: [out, png] })}\n`,
    );
  } else process.stdout.write(`${summary(neuron, scene)}\n\nwritten: ${out}\nwritten: ${png}\n`);
  return EXIT.ok;
}

interface View {
  readonly plane: Plane;
  readonly memories: readonly Float64Array[];
  readonly labels: readonly [string, string];
}

interface Scene {
  readonly picture: Parameters<typeof drawLandscape>[0];
  readonly found: readonly LayerPoint[];
  readonly plane: Plane;
  readonly paths: number;
  /** Starts that stand still because the energy around them is flat. */
  readonly flat: number;
}

/** In a list, in a list of all, and in an array. */
const BYTES_OF_A_NUMBER = 24;

async function survey(
  model: Model,
  about: { neuron: Neuron; field: Field; view: View; points: number },
): Promise<Scene> {
  const { neuron, field, points } = about;
  const { plane, memories, labels } = about.view;
  assertMemory(
    `${points} × ${points} states of ${field.size} units`,
    points ** 2 * field.size * BYTES_OF_A_NUMBER,
  );
  const placed = memories.map((memory) => onPlane(plane, memory));
  const [x, y] = [0, 1].map((axis) => rangeOf(placed.map((point) => point[axis])));
  const extent = Math.max(x[1] - x[0], y[1] - y[0]);
  const grid = (count: number) => gridOver(x, y, count);
  const statesOf = (places: readonly (readonly [number, number])[]) =>
    new Float64Array(places.flatMap(([px, py]) => [...stateAt(plane, px, py)]));
  const bar = await workBar("landscape");
  try {
    // The points of a contour stand in the middle of its cells.
    const { energies } = await valuesAt(field, statesOf(grid(points)));
    if (!energies.some(Number.isFinite)) {
      throw new CommandError(
        EXIT.failed,
        "the energy has no finite value anywhere in this plane, so there is nothing to draw. `ham run` says which part of it has none.",
      );
    }
    bar.advance(0.4, "energies");
    const corners = grid(ARROWS);
    const { velocities } = await valuesAt(field, statesOf(corners));
    const paths = await followDown(field, statesOf(grid(STARTS)), {
      extent,
      onProgress: ({ of: steps }) => bar.advance(0.4 / steps, "ways down"),
    });
    let before = 0;
    const found = await layerPoints(model, neuron, {
      paths,
      extent,
      starts: grid(STARTS).map(([px, py]) => stateAt(plane, px, py)),
      onProgress: ({ done }) => {
        bar.advance(0.2 * (done - before), "fixed points");
        before = done;
      },
    });
    const picture = {
      x,
      y,
      xLabel: labels[0],
      yLabel: labels[1],
      energies,
      width: points,
      arrows: arrowsOf(plane, { corners, velocities, length: (0.7 * extent) / ARROWS }),
      memories: placed.slice(0, SHOWN),
      paths: paths.map(({ states }) => states.map((state) => onPlane(plane, state))),
      fixedPoints: found.map(({ kind, state }) => ({ kind, at: onPlane(plane, state) })),
    };
    return { picture, found, plane, paths: paths.length, flat: flatStarts(paths) };
  } finally {
    bar.done();
  }
}

/** Middles of cells, from the lower left corner, row by row. */
function gridOver(x: readonly number[], y: readonly number[], count: number): [number, number][] {
  const along = ([low, high]: readonly number[], i: number) =>
    low + ((high - low) * (i + 0.5)) / count;
  return Array.from({ length: count * count }, (_, i) => [
    along(x, i % count),
    along(y, Math.floor(i / count)),
  ]);
}

/** The velocities in the plane, longest as long as a cell, weaker ones shorter by their root. */
function arrowsOf(
  { u, w }: Plane,
  given: { corners: readonly [number, number][]; velocities: Float64Array; length: number },
) {
  const { corners, velocities, length } = given;
  const moves = corners.map((_, k): [number, number] => {
    let [dx, dy] = [0, 0];
    for (let d = 0; d < u.length; d++) {
      dx += velocities[k * u.length + d] * u[d];
      dy += velocities[k * u.length + d] * w[d];
    }
    return [dx, dy];
  });
  const longest = Math.max(...moves.map(([dx, dy]) => Math.hypot(dx, dy))) || 1;
  return corners.map((from, k) => {
    const [dx, dy] = moves[k];
    const speed = Math.hypot(dx, dy) || 1;
    const scale = (length * Math.sqrt(speed / longest)) / speed;
    return { from, to: [from[0] + scale * dx, from[1] + scale * dy] as const };
  });
}

/** The room that numbers take, with a margin; around 0 when there are none. */
function rangeOf(values: readonly number[]): [number, number] {
  if (values.length === 0) return [-3, 3];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = 0.35 * (high - low) || 1;
  return [low - margin, high + margin];
}

function findNeuron(model: Model, name: string | undefined): Neuron {
  const { neurons } = model.graph;
  const found = name === undefined ? neurons[0] : neurons.find((neuron) => neuron.name === name);
  if (found === undefined) throw unknown("neuron", name ?? "", neurons);
  if (found.kind === "smooth") return found;
  throw new CommandError(
    EXIT.usage,
    `the units of "${found.name}" have two values each (${found.lagrangianName}), so there is no landscape between them. Draw a layer with a smooth activation.`,
  );
}

/** The plane to draw, and the memories that lie near it. */
function planeOf(
  model: Model,
  { neuron, field, wanted }: { neuron: Neuron; field: Field; wanted: string | undefined },
): View {
  const stored = memoriesOf(model, { neuron, wanted });
  const flat =
    stored === null ? new Float64Array() : new Float64Array(model.entries(stored.name).data);
  const memories = Array.from({ length: flat.length / field.size }, (_, k) =>
    flat.subarray(k * field.size, (k + 1) * field.size),
  );
  if (field.size === 2) {
    return { plane: wholePlane(), memories, labels: [`${neuron.name}[0]`, `${neuron.name}[1]`] };
  }
  if (memories.length < 3) {
    throw new CommandError(
      EXIT.usage,
      `"${neuron.name}" has ${field.size} units, and a picture has two directions. Name stored patterns of its shape, at least three, with --memories: the picture is then the plane in which they differ most.`,
    );
  }
  const plane = memoryPlane(flat, field.size);
  return { plane, memories, labels: ["first principal component", "second principal component"] };
}

/** The patterns of a layer: the named tensor, or the first of its shape with one axis more. */
function memoriesOf(
  model: Model,
  { neuron, wanted }: { neuron: Neuron; wanted: string | undefined },
): Tensor | null {
  const fitting = patternsOf(model.graph, neuron);
  if (wanted === undefined) return fitting[0] ?? null;
  const found = fitting.find(({ name }) => name === wanted);
  if (found === undefined) throw unknown("tensor of stored patterns", wanted, fitting);
  return found;
}

function unknown(what: string, name: string, known: readonly { name: string }[]): CommandError {
  const names = known.map((one) => one.name);
  const near = suggest(name, names);
  return new CommandError(
    EXIT.usage,
    `this model has no ${what} called "${name}".${near === undefined ? "" : ` Did you mean ${near}?`} It has: ${names.join(", ") || "none"}.`,
  );
}

function summary(neuron: Neuron, { found, plane, paths, flat }: Scene): string {
  if (found.length === 0) return `${neuron.name}: no fixed point was found.`;
  const rows = found.map(({ kind, state, energy, paths: ends }) => [
    kind ?? "end of a way",
    onPlane(plane, state)
      .map((value) => value.toFixed(4))
      .join(", "),
    energy.toPrecision(6),
    `${ends} of ${paths}`,
  ]);
  const still =
    flat === 0 ? "" : `\n\n${flat} of ${paths} starts stand still where the energy is flat.`;
  return `${formatTable(["kind", "fixed point", "energy", "ways down"], rows)}${still}`;
}
