// Newton steps at the end of a descent, for models of any size.

import { dot } from "@hamlet/core/numbers";
import type { Work } from "@hamlet/core";
import type { Landscape, Site, StateVector } from "./landscape.ts";

/**
 * At most `steps` Newton steps from `start` towards the minimum it is near. Each solves
 * `(H Λ + H S H) δ = −H g` by conjugate gradients, where `g = ∂E/∂x̂`, `S = ∂²E_synapses/∂x̂²`,
 * `H = ∂x̂/∂x`, and Λ is 1 where the layer's own energy counts: symmetric, and positive near a
 * minimum. A step that does not make `g` smaller, or raises the energy, ends it.
 */
export function* polish(landscape: Landscape, start: StateVector, steps: number): Work<Site> {
  let site = landscape.at(start);
  for (let step = 0; step < steps; step++) {
    const direction = yield* newtonDirection(landscape, site);
    const moved = site.states.map((x, i) => x + direction[i]);
    if (!moved.every(Number.isFinite)) return site;
    const next = landscape.at(moved);
    const rounding = 1e-12 * (1 + Math.abs(site.energy));
    const better = dot(next.slope, next.slope) < dot(site.slope, site.slope);
    if (!better || !(next.energy <= site.energy + rounding)) return site;
    site = next;
  }
  return site;
}

/** The Newton step by conjugate gradients; stops where the energy bends down. */
function* newtonDirection({ leak }: Landscape, site: Site): Work<StateVector> {
  const { slope } = site;
  const times = (u: StateVector): StateVector => {
    const moved = site.metricTimes(u);
    const bent = site.metricTimes(site.bendTimes(moved));
    return bent.map((value, i) => value + leak[i] * moved[i]);
  };
  const delta = new Float64Array(slope.length);
  let residual = site.metricTimes(slope).map((value) => -value);
  let direction = residual.slice();
  let norm = dot(residual, residual);
  const enough = 1e-24 * norm;
  for (let i = 0; i < slope.length && norm > enough; i++) {
    yield;
    const image = times(direction);
    const bend = dot(direction, image);
    if (!(bend > 0)) break;
    const scale = norm / bend;
    delta.forEach((value, k) => (delta[k] = value + scale * direction[k]));
    residual = residual.map((value, k) => value - scale * image[k]);
    const before = norm;
    norm = dot(residual, residual);
    direction = residual.map((value, k) => value + (norm / before) * direction[k]);
  }
  return delta;
}
