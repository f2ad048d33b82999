// What every part of the energy is worth where a recall starts, without a step.

import { type Output, throwIfAborted } from "@hamlet/core";
import { type EnergyGraph, invariant, layerEnergy, pinnedBy, type Recall } from "@hamlet/graph";
import { makeRecall } from "./make-recall.ts";
import type { RecallOptions, RecallSetup } from "./recall.ts";

/** One part of an energy, for every example. */
export interface EnergyPart {
  /** The name of the energy, or of the neuron whose leak it is. */
  readonly name: string;
  /** `leak` is `⟨x, x̂⟩ − L(x)` of a layer. */
  readonly kind: "energy" | "leak";
  readonly values: Float64Array;
}

/** The energies of given states. */
export interface StartEnergies {
  /** The number of examples. */
  readonly batch: number;
  /** The layers with a leak, then the energies, in the order of the file. */
  readonly parts: readonly EnergyPart[];
  /** The whole energy, as a recall reports it. */
  readonly total: Float64Array;
}

/**
 * The energy `E = Σ (⟨x, x̂⟩ − L(x)) + Σ Eₛ` of the states in which a recall starts, part by part, for
 * every example. Consts on a schedule have their first value.
 *
 * @throws HamError as `makeRecall`, and the reason of an aborted signal.
 */
export async function startEnergies(
  graph: EnergyGraph,
  recall: Recall,
  setup: RecallSetup,
  options: RecallOptions = {},
): Promise<StartEnergies> {
  throwIfAborted(options.signal);
  using compiled = makeRecall(graph, recall, setup);
  const iterator = compiled.descend(options);
  try {
    const { value: start } = iterator.next();
    invariant(start !== undefined, "a recall has a start");
    const total = new Float64Array(await start.energy.data());
    const pinned = pinnedBy(recall);
    const parts = [
      ...graph.neurons
        // A layer that is held by its clamp is no state any more, and its leak no part of the energy.
        .filter((neuron) => neuron.leak && !pinned.has(neuron))
        .map(
          (neuron) => ({ name: neuron.name, kind: "leak", value: layerEnergy(neuron) }) as const,
        ),
      ...graph.terms.map(({ name, energy }) => ({ name, kind: "energy", value: energy }) as const),
    ];
    const outputs = parts.map(({ value }, k): Output => ({
      name: String(k),
      value,
      indices: [],
      batched: true,
    }));
    const found = await start.evaluate(outputs);
    return {
      batch: total.length,
      parts: parts.map(({ name, kind }, k) => ({
        name,
        kind,
        values: new Float64Array(found.get(String(k))!),
      })),
      total,
    };
  } finally {
    iterator.return();
  }
}
