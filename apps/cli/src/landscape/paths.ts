// Ways down from a grid of starts, and the fixed points that they end in.

import { makeTurn, type Progress } from "@hamlet/core";
import { ENERGY_ROUNDING } from "@hamlet/ham";
import type { Field } from "./field.ts";

/** The way of one start, one state after the other, and whether it came to rest. */
export interface Path {
  readonly states: readonly Float64Array[];
  readonly energy: number;
  readonly rests: boolean;
}

/** Where paths end. */
export interface RestPoint {
  readonly state: Float64Array;
  readonly energy: number;
  /** How many of the paths end there. */
  readonly paths: number;
}

export interface PathOptions {
  /** The size of the picture, which steps and distances are measured by. */
  readonly extent: number;
  readonly onProgress: (progress: Progress) => void;
}

const STEPS = 600;
/** A state rests when it moves slower than this part of the extent in a unit of time. */
const STILL = 1e-4;
/** States closer than this part of the extent are one fixed point. */
const SAME = 0.01;

/** Follows the dynamics from all starts `[B, N]`; a step that would raise the energy is halved. */
export async function followDown(
  field: Pick<Field, "size" | "at">,
  starts: Float64Array,
  { extent, onProgress }: PathOptions,
): Promise<Path[]> {
  const N = field.size;
  const B = starts.length / N;
  const row = (all: Float64Array, b: number) => all.subarray(b * N, (b + 1) * N);
  let states = starts.slice();
  let here = await field.at(states);
  const longest = (values: Float64Array) => values.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  const first = longest(here.velocities) || 1;
  // Near a minimum energies differ by less than the rounding of the large terms they are made of.
  const rounding = ENERGY_ROUNDING * (1 + longest(here.energies));
  const dt = new Float64Array(B).fill((0.02 * extent) / first);
  const paths = Array.from({ length: B }, (_, b) => [row(states, b).slice()]);
  const rests = (b: number) => longest(row(here.velocities, b)) < STILL * extent;
  const turn = makeTurn();
  for (let step = 0; step < STEPS; step++) {
    await turn();
    if (dt.every((_, b) => rests(b))) break;
    const tried = states.map((x, i) => x + dt[Math.floor(i / N)] * here.velocities[i]);
    const there = await field.at(tried);
    for (let b = 0; b < B; b++) {
      const rise = there.energies[b] - here.energies[b];
      if (!(rise <= rounding)) {
        dt[b] /= 2;
        continue;
      }
      dt[b] = Math.min(dt[b] * 1.2, 0.5);
      row(states, b).set(row(tried, b));
      row(here.velocities, b).set(row(there.velocities, b));
      here.energies[b] = there.energies[b];
      paths[b].push(row(tried, b).slice());
    }
    onProgress({ done: step + 1, of: STEPS });
  }
  return paths.map((states, b) => ({ states, energy: here.energies[b], rests: rests(b) }));
}

/** How many starts stand still because the energy around them is flat. */
export function flatStarts(paths: readonly Path[]): number {
  return paths.filter(({ states }) => states.length === 1).length;
}

/** The different ends of paths that moved and came to rest, lowest first. */
export function restPoints(paths: readonly Path[], extent: number): RestPoint[] {
  const found: { state: Float64Array; energy: number; paths: number }[] = [];
  for (const { states, energy, rests } of paths) {
    if (!rests || states.length === 1) continue;
    const state = states.at(-1)!;
    const known = found.find((other) => distance(other.state, state) < SAME * extent);
    if (known === undefined) found.push({ state, energy, paths: 1 });
    else known.paths++;
  }
  return found.sort((a, b) => a.energy - b.energy);
}

function distance(a: Float64Array, b: Float64Array): number {
  return Math.sqrt(a.reduce((sum, entry, d) => sum + (entry - b[d]) ** 2, 0));
}
