// The fixed points of a scene.

import type { Signal } from "@hamlet/core";
import { census, type FixedPointKind } from "@hamlet/ham";
import { gridOf } from "./field.ts";
import type { SearchedModel } from "./memory.ts";
import type { Point, Scene } from "./scene.ts";

/** A fixed point of the plane. */
export interface Mark {
  readonly kind: FixedPointKind;
  readonly at: Point;
  readonly energy: number;
  /** Its row in the list of the panel, where that is open. */
  readonly number?: number;
}

/** The fixed points that `ham fixed-points` lists. */
export async function marksOf(
  { graph, neuron, space }: SearchedModel,
  scene: Scene,
  signal: Signal | undefined,
): Promise<Mark[]> {
  const seeds = gridOf(scene);
  const { points } = await census(graph, space, { seeds, ...(signal && { signal }) });
  return points.map(({ kind, energy, states }) => {
    const [x, y] = states.get(neuron)!;
    return { kind, energy, at: [x, y] };
  });
}
