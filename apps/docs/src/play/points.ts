// The fixed points of a model as `ham fixed-points` lists them, and how far they are from what is stored.

import type { Dim } from "@hamlet/graph";
import type { Census, FixedPoint } from "@hamlet/ham";
import type { Model } from "@hamlet/model";
import type { Mark } from "./marks.ts";
import type { Recalled } from "./recalled.ts";
import { type Ends, type Watch, watched } from "./watched.ts";

/** A search and what it found. */
export interface Points {
  readonly ending: "running" | "found" | "stopped" | "failed";
  /** How much of it is done, from 0 to 1. */
  readonly done: number;
  /** Why there is nothing. */
  readonly problem?: string;
  readonly census?: Pick<Census, "starts" | "astray" | "morse" | "kinks">;
  /** By energy, lowest first. */
  readonly points: readonly ListedPoint[];
}

/** A fixed point as a row of a table. */
export interface ListedPoint extends Pick<
  FixedPoint,
  "kind" | "index" | "energy" | "share" | "eigenvalues"
> {
  readonly states: readonly { readonly layer: string; readonly values: Float64Array }[];
  /** The nearest of the stored patterns; null where the model stores none. */
  readonly nearest: Nearest | null;
  /** True where the recall of the text ended here. */
  readonly reached: boolean;
}

/** A row of an array of patterns, and how far the activations of a point are from it. */
export interface Nearest {
  readonly array: string;
  /** From 1 on. */
  readonly row: number;
  readonly distance: number;
}

/** As `ham fixed-points` begins. */
const STARTS = 100;
/** A recall has ended at a point when no more of its length is between them. */
const SAME = 1e-3;

/** Looks for the fixed points of a model; tells how far it is, and at last what it found. */
export async function* pointsOf(
  model: Model,
  recall: Recalled | null,
  ends: Ends,
): AsyncGenerator<Points> {
  const search = (watch: Watch) => model.fixedPoints({ starts: STARTS, ...watch });
  for await (const seen of watched(search, ends)) {
    if (seen.ending !== "found") {
      yield { ...seen, points: [] };
      continue;
    }
    const { points, starts, astray, morse, kinks } = seen.result;
    yield {
      ending: "found",
      done: 1,
      census: { starts, astray, morse, kinks },
      points: points.map((point) => listed(model, point, recall)),
    };
  }
}

function listed(model: Model, point: FixedPoint, recall: Recalled | null): ListedPoint {
  const { kind, index, energy, share, eigenvalues, states } = point;
  return {
    kind,
    index,
    energy,
    share,
    eigenvalues,
    states: [...states].map(([{ name }, values]) => ({ layer: name, values })),
    nearest: nearestOf(model, point),
    reached: isReached(point, recall),
  };
}

/** The nearest row of all arrays of patterns: those with the axes of a layer, and one before. */
function nearestOf(model: Model, { activations }: FixedPoint): Nearest | null {
  let nearest: Nearest | null = null;
  for (const [layer, values] of activations) {
    for (const tensor of model.graph.tensors) {
      const isPattern = tensor.kind === "data" || tensor.kind === "param";
      if (!isPattern || !sameAxes(tensor.axes.slice(1), layer.axes)) continue;
      const { data } = model.entries(tensor.name);
      for (let row = 0; row * values.length < data.length; row++) {
        const pattern = data.slice(row * values.length, (row + 1) * values.length);
        const distance = distanceOf(values, pattern);
        if (nearest === null || distance < nearest.distance)
          nearest = { array: tensor.name, row: row + 1, distance };
      }
    }
  }
  return nearest;
}

function sameAxes(one: readonly Dim[], other: readonly Dim[]): boolean {
  return one.length === other.length && one.every((dim, k) => dim === other[k]);
}

function isReached({ activations }: FixedPoint, recall: Recalled | null): boolean {
  return (
    recall !== null &&
    [...activations.values()].every((values, k) => {
      const size = 1 + Math.hypot(...values);
      return distanceOf(values, recall.layers[k].end) <= SAME * size;
    })
  );
}

function distanceOf(one: ArrayLike<number>, other: ArrayLike<number>): number {
  return Math.hypot(...Array.from(one, (value, i) => value - other[i]));
}

/** The marks of a picture with the numbers of the rows; those of rows that it has not yet come last. */
export function numbered(marks: readonly Mark[], points: readonly ListedPoint[]): Mark[] {
  const places = points.map(({ kind, energy, states: [{ values }] }, k): Mark => {
    return { kind, energy, at: [values[0], values[1]], number: k + 1 };
  });
  const isNear = (one: Mark, other: Mark) =>
    Math.hypot(one.at[0] - other.at[0], one.at[1] - other.at[1]) < SAME;
  return [...marks.filter((mark) => !places.some((place) => isNear(place, mark))), ...places];
}
