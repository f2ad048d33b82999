import type { Point, StepFrom, StepTo } from "./solver.ts";

/** Puts the layers of one group after the other to where they stand still given the rest. */
export function sweep(from: StepFrom): StepTo {
  let point: Point = from;
  from.groups.forEach((group, turn) => {
    const states = point.states.map((x, i) => (group.includes(i) ? point.target[i] : x));
    point = turn === from.groups.length - 1 ? { ...point, states } : from.at(states, 0);
  });
  return { states: point.states };
}
