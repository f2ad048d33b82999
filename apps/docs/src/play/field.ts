// The energy of a layer of two units, and the way down from a point of it.

import {
  assertNoDrive,
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
  assertNoDrive(graph, "A landscape is drawn");
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

/** Searches for fixed points start from so many places along each side, beside those of the model. */
const STARTS = 12;

/** Where searches start: a grid, a little aside, since what is right on a ridge stays on it. */
export function gridOf({ span }: Pick<Scene, "span">): Point[] {
  const along = (k: number, aside: number) => span * ((2 * k + 1 + aside) / STARTS - 1);
  return Array.from({ length: STARTS * STARTS }, (_, cell) => [
    along(cell % STARTS, 0.0837),
    along(Math.floor(cell / STARTS), 0.0419),
  ]);
}
