// The energy of a layer of two units, and the way down from a point of it.

import {
  type Dim,
  type EnergyGraph,
  inStates,
  makeClosures,
  type Neuron,
  type Tensor,
  totalEnergy,
  velocities,
} from "@hamlet/graph";
import type { Point } from "./scene.ts";

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
  const energy = closures.compile(inStates(graph, totalEnergy(graph)));
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

/** Energies at the middles of `n` by `n` cells of the square from −span to span, the lowest row first. */
export function energyGrid(field: Field, span: number, n: number): Float64Array {
  const middle = (k: number) => span * ((2 * k + 1) / n - 1);
  return Float64Array.from({ length: n * n }, (_, cell) =>
    field.energyAt(middle(cell % n), middle(Math.floor(cell / n))),
  );
}

/** The way of a ball. */
export interface Path {
  readonly points: readonly Point[];
  /** False where it left the picture or had not come to rest after many steps. */
  readonly rests: boolean;
}

const STEPS = 2000;

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
      if (dt < 1e-12) return { points, rests: true };
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

/**
 * Where balls from a grid of starts come to rest, without repeats. The grid stands a little aside: a ball
 * that starts right on a ridge would stay on it and end at a saddle.
 */
export function restingPlaces(field: Field, span: number, starts = 9): Point[] {
  const found: Point[] = [];
  for (let cell = 0; cell < starts * starts; cell++) {
    const along = (k: number, aside: number) => span * ((2 * k + 1 + aside) / starts - 1);
    const start: Point = [along(cell % starts, 0.0837), along(Math.floor(cell / starts), 0.0419)];
    const { points, rests } = pathFrom(field, start, span);
    const end = points.at(-1)!;
    const known = found.some(([x, y]) => Math.hypot(x - end[0], y - end[1]) < 0.02 * span);
    if (rests && points.length > 1 && !known) found.push(end);
  }
  return found;
}
