// Layers, hypersynapses and connections become an energy graph, as the language makes it.

import {
  defaultRecall,
  type Dim,
  type EnergyGraph,
  HamError,
  type HypersynapseDefinition,
  type Neuron,
  type Recall,
  tensorsIn,
} from "@hamlet/graph";
import { connect, type Connected, type HypersynapseSetting } from "./connect.ts";

/** What a hypergraph consists of. */
export interface HypergraphParts {
  /** The nodes; see `makeNeuron`. */
  readonly neurons: readonly Neuron[];
  /** What connections are made of, by name: a definition, or one with its settings. */
  readonly hypersynapses: Readonly<Record<string, HypersynapseDefinition | HypersynapseSetting>>;
  /** The hyperedges: layers in the order of the signature, and the name of a hypersynapse. */
  readonly connections: readonly (readonly [neurons: readonly Neuron[], hypersynapse: string])[];
  /** How it runs; default: as a file without a recall block. */
  readonly recalls?: readonly Recall[];
}

/**
 * Makes the energy graph of a hypergraph, `E = Σ (⟨x, x̂⟩ − L(x)) + Σ E_s(x̂, …)`.
 *
 * A connection is called by its hypersynapse, and its weights `enc.W`, as in
 * `connect enc: dense(x, hidden)`. A hypersynapse that is connected again keeps its weights; that
 * connection is called `enc_2`, as in `connect enc_2: dense(y, hidden) share enc`.
 *
 * @throws HamError `ham/bad-connection` when a connection does not fit its signature, names no
 * hypersynapse, or joins a layer that is not among `neurons`.
 * @example
 * const graph = makeEnergyGraph({
 *   neurons: [x, hidden],
 *   hypersynapses: { enc: synDense },
 *   connections: [[[x, hidden], "enc"]],
 * });
 */
export function makeEnergyGraph({
  neurons,
  hypersynapses,
  connections,
  recalls = [defaultRecall(neurons)],
}: HypergraphParts): EnergyGraph {
  const first = new Map<string, Connected>();
  const uses = new Map<string, number>();
  const terms = connections.map(([joined, key]) => {
    const setting = settingOf(hypersynapses, key);
    for (const neuron of joined) assertListed(neurons, neuron, key);
    const use = (uses.get(key) ?? 0) + 1;
    uses.set(key, use);
    const shared = first.get(key)?.params ?? {};
    const bound = { ...setting, params: { ...setting.params, ...shared } };
    const connected = connect(use === 1 ? key : `${key}_${use}`, bound, joined);
    if (use === 1) first.set(key, connected);
    return { ...connected.term, hypersynapse: key };
  });
  const expressions = [
    ...terms.map((term) => term.energy),
    ...neurons.flatMap(({ lagrangian, tau }) => [lagrangian, tau]),
  ];
  const tensors = [...tensorsIn(expressions)].filter(
    ({ kind }) => kind !== "state" && kind !== "activation",
  );
  return { dims: dimsOf([...neurons, ...tensors]), tensors, neurons, terms, recalls };
}

function dimsOf(shaped: readonly { readonly axes: readonly Dim[] }[]): Dim[] {
  return [...new Set(shaped.flatMap(({ axes }) => axes))];
}

function settingOf(
  hypersynapses: HypergraphParts["hypersynapses"],
  key: string,
): HypersynapseSetting {
  const found = hypersynapses[key];
  if (found === undefined) {
    throw new HamError(
      "ham/bad-connection",
      `A connection names the hypersynapse "${key}", which is not given. Given: ${Object.keys(hypersynapses).join(", ") || "none"}.`,
    );
  }
  return "synapse" in found ? found : { synapse: found };
}

function assertListed(neurons: readonly Neuron[], neuron: Neuron, key: string): void {
  if (neurons.includes(neuron)) return;
  throw new HamError(
    "ham/bad-connection",
    `The connection "${key}" joins the layer "${neuron.name}", which is not among the neurons: ${neurons.map(({ name }) => name).join(", ")}. Add it there.`,
  );
}
