// The energy of a layer of two units, and the way down from a point of it.

import {
  type Dim,
  type EnergyGraph,
  inStates,
  makeClosures,
  type Neuron,
  type Tensor,
  energyOfStates,
  velocities,
} from "@hamlet/graph";
import type { Point, Scene } from "./scene.ts";

/** An energy over the plane of the states of one layer. */
export interface Field {
  energyAt(x: number, y: number): number;
  /** Where the state goes: `dx/dt`. */
  velocityAt(x: number, y: number): Point;
}

/** What a graph is evaluated with. */
export interface FieldSpace {
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly tensors: ReadonlyMap<Tensor, ArrayLike<number>>;
}

/** Derives the energy and its descent once; afterwards a place takes microseconds. */
export function makeField(graph: EnergyGraph, neuron: Neuron, space: FieldSpace): Field {
  const state = new Float64Array(2);
  const tensors = new Map(space.tensors).set(neuron.state, state);
  const closures = makeClosures({ sizes: space.sizes, tensors, clock: { time: 0 } });
  const energy = closures.compile(inStates(graph, energyOfStates(graph)));
  const { value, indices } = velocities(graph).get(neuron)!;
  const fill = closures.fill(inStates(graph, value), indices);
  const velocity = new Float64Array(2);
  const at = (x: number, y: number) => {
    state[0] = x;
    state[1] = y;
  };
  return {
    energyAt(x, y) {
      at(x, y);
      return energy();
    },
    velocityAt(x, y) {
      at(x, y);
      fill(velocity);
      return [velocity[0], velocity[1]];
    },
  };
}

/** The way of a ball. */
export interface Path {
  readonly points: readonly Point[];
  /** False where it left the picture or had not come to rest after many steps. */
  readonly rests: boolean;
}

/** After so many steps a ball is not followed any further. */
export const STEPS = 2000;

/** Follows `dx/dt`; a step that would raise the energy is halved, so the path only goes down. */
export function pathFrom(field: Field, start: Point, span: number): Path {
  const points: Point[] = [start];
  let [x, y] = start;
  let energy = field.energyAt(x, y);
  let [vx, vy] = field.velocityAt(x, y);
  let dt = 0.1;
  for (let step = 0; step < STEPS; step++) {
    const speed = Math.hypot(vx, vy);
    if (speed < 1e-6 * span) return { points, rests: true };
    // No step longer than a fiftieth of the picture: the path is there to be seen.
    const size = Math.min(dt, span / 50 / speed);
    const [nextX, nextY] = [x + size * vx, y + size * vy];
    const next = field.energyAt(nextX, nextY);
    if (!(next <= energy + 1e-12 * Math.abs(energy))) {
      dt = size / 2;
      if (dt < 1e-12) return { points, rests: Number.isFinite(energy) };
      continue;
    }
    dt = Math.min(size * 1.5, 1);
    [x, y, energy] = [nextX, nextY, next];
    [vx, vy] = field.velocityAt(x, y);
    points.push([x, y]);
    if (Math.max(Math.abs(x), Math.abs(y)) > 4 * span) break;
  }
  return { points, rests: false };
}

/** Balls start from so many places along each side. */
const STARTS = 12;

/**
 * Where balls come to rest, without repeats: all that are known after every ball. They start on a grid,
 * which stands a little aside, since a ball right on a ridge would stay on it and end at a saddle.
 */
export function* restingPlaces(
  field: Field,
  { span }: Pick<Scene, "span">,
): Generator<readonly Point[]> {
  const along = (k: number, aside: number) => span * ((2 * k + 1 + aside) / STARTS - 1);
  let found: readonly Point[] = [];
  for (let cell = 0; cell < STARTS * STARTS; cell++) {
    const start: Point = [along(cell % STARTS, 0.0837), along(Math.floor(cell / STARTS), 0.0419)];
    const { points, rests } = pathFrom(field, start, span);
    const end = points.at(-1)!;
    const known = found.some(([x, y]) => Math.hypot(x - end[0], y - end[1]) < 0.02 * span);
    if (rests && points.length > 1 && !known) found = [...found, end];
    yield found;
  }
}
