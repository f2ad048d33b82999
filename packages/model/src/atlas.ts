// The atlas of a model: its fixed points with the ways between them, each with its certificate.

import type { StopOptions } from "@hamlet/core";
import type { EnergyGraph, Recall } from "@hamlet/graph";
import type { CensusOptions, FixedPoint, LandscapeSpace } from "@hamlet/ham";
import { type Atlas, atlas } from "@hamlet/ham/atlas";
import type { RestPointEvidence } from "./certificates/certificate.ts";
import { restPointNear } from "./certificates/make.ts";

/** An atlas whose points have been proven where they can be. */
export interface ModelAtlas extends Atlas {
  /** One a point: evidence that the checker of certificates accepts, or why there is none. */
  readonly certificates: readonly (RestPointEvidence | string)[];
}

/** Charts a model and certifies every point. */
export async function certifiedAtlas(
  graph: EnergyGraph,
  space: LandscapeSpace,
  recall: Recall,
  options: CensusOptions,
): Promise<ModelAtlas> {
  const found = await atlas(graph, space, options);
  const certificates: (RestPointEvidence | string)[] = [];
  for (const point of found.points) {
    certificates.push(await certificateOf(point, { ...space, graph, recall }, options));
  }
  return { ...found, certificates };
}

async function certificateOf(
  { states, index, kind }: FixedPoint,
  space: Parameters<typeof restPointNear>[0],
  options: StopOptions,
): Promise<RestPointEvidence | string> {
  const end = Object.fromEntries([...states].map(([{ name }, values]) => [name, [...values]]));
  const found = await restPointNear(space, end, options);
  if (typeof found === "string" || found.index === index || kind === "degenerate") return found;
  return `the index is ${found.index} in intervals, where the search says ${index}`;
}
