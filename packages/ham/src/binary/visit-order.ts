// In which order the layers of a binary recall are visited, wherever they stand in the file.

import { type EnergyGraph, type Neuron, neuronsOf, type Recall } from "@hamlet/graph";

/** A layer, and whether the recall starts it somewhere. */
export interface VisitedLayer {
  readonly neuron: Neuron;
  readonly cued: boolean;
}

/**
 * The moving layers: first those without a cue, so that they are computed from the others before
 * they act on them; of these the ones that are fewest terms away from a cue; then by name.
 */
export function visitOrder(
  graph: EnergyGraph,
  recall: Recall,
  moving: ReadonlySet<Neuron>,
): VisitedLayer[] {
  const cued = new Set<Neuron>([
    ...recall.starts.map(({ neuron }) => neuron),
    ...recall.clamps.map(({ neuron }) => neuron),
  ]);
  const distance = distances(graph, cued);
  return [...moving]
    .map((neuron) => ({ neuron, cued: cued.has(neuron) }))
    .toSorted(
      (a, b) =>
        Number(a.cued) - Number(b.cued) ||
        distance(a.neuron) - distance(b.neuron) ||
        (a.neuron.name < b.neuron.name ? -1 : 1),
    );
}

/** How many terms lie between a layer and the nearest of `sources`. */
function distances(graph: EnergyGraph, sources: ReadonlySet<Neuron>): (neuron: Neuron) => number {
  const joined = graph.terms.map((term) => neuronsOf(graph, term));
  const found = new Map([...sources].map((neuron) => [neuron, 0]));
  for (const [neuron, steps] of found) {
    for (const others of joined) {
      if (!others.includes(neuron)) continue;
      for (const other of others) if (!found.has(other)) found.set(other, steps + 1);
    }
  }
  return (neuron) => found.get(neuron) ?? graph.neurons.length;
}
