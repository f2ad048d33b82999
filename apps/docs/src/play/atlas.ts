// The atlas of a model as `ham atlas` charts it.

import type { ModelAtlas, Model } from "@hamlet/model";
import { type Ends, type Watched, watched } from "./watched.ts";

/** A fixed point as a row of a table. */
export interface Charted {
  readonly kind: ModelAtlas["points"][0]["kind"];
  readonly index: number;
  readonly energy: number;
  /** The states of all layers behind one another. */
  readonly states: Float64Array;
  /** Between these lies the part of all starts that end there. */
  readonly basin: readonly [low: number, high: number];
  /** What a minimum takes to be left, and for which; null where no pass leads out. */
  readonly barrier: { readonly height: number; readonly to: number } | null;
  /** The minima that a pass joins; −1 for none that is known. */
  readonly joins: readonly [number, number] | null;
  /** Whether it is proven in intervals, and why not. */
  readonly certified: "yes" | "exactly" | "no";
  readonly uncertified: string | null;
}

/** How far an atlas is. */
export type Charting = Watched<{
  readonly points: readonly Charted[];
  readonly morse: number | null;
}>;

/** As `ham atlas` begins. */
const STARTS = 100;

/** Charts a model. */
export async function* atlasOf(model: Model, ends: Ends): AsyncGenerator<Charting> {
  yield* watched(async (watch) => {
    const found = await model.atlas({ starts: STARTS, ...watch });
    return { points: found.points.map((_, i) => charted(found, i)), morse: found.morse };
  }, ends);
}

function charted(
  { points, basins, barriers, passes, certificates }: ModelAtlas,
  i: number,
): Charted {
  const { kind, index, energy, states } = points[i];
  const certificate = certificates[i];
  const isProven = typeof certificate !== "string";
  return {
    kind,
    index,
    energy,
    states: Float64Array.from([...states.values()].flatMap((values) => [...values])),
    basin: [basins[i].low, basins[i].high],
    barrier: barriers[i],
    joins: passes.find(({ point }) => point === i)?.ends ?? null,
    certified: isProven ? (certificate.exact === true ? "exactly" : "yes") : "no",
    uncertified: isProven ? null : certificate,
  };
}
