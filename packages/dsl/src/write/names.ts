// What the things of a graph are called in a flat file.
//
// Names of parts and connections have dots (`enc.W`); a flat file has one name space without
// dots, so they become underscores. Where that makes two names one, the later gets a number.

import type { Dim, EnergyGraph, Neuron, Tensor } from "@hamlet/graph";
import { spelled } from "@hamlet/graph";
import { RESERVED } from "../1-parse/tokens.ts";

/** Words with a meaning of their own inside expressions of a recall. */
const QUANTITIES = ["t", "change", "energy", "step", "settled"];

/** The names of a flat file. */
export interface FileNames {
  /** Everything that an index may not be called. */
  readonly taken: ReadonlySet<string>;
  /** Undefined for a dim without a declaration, such as `[H / 2]`. */
  dim(dim: Dim): string | undefined;
  tensor(tensor: Tensor): string;
  neuron(neuron: Neuron): string;
  /** Names for the terms, by their place in the graph. */
  readonly terms: readonly string[];
}

/** Gives every declared thing of a graph a name of its own. */
export function fileNames({ dims, tensors, neurons, terms }: EnergyGraph): FileNames {
  const taken = new Set(RESERVED);
  const unique = (name: string): string => {
    const first = spelled(name);
    let text = first;
    for (let n = 2; taken.has(text); n++) text = `${first}_${n}`;
    taken.add(text);
    return text;
  };
  const dimNames = new Map(dims.map((dim) => [dim, unique(dim.name)]));
  const tensorNames = new Map(tensors.map((tensor) => [tensor, unique(tensor.name)]));
  const neuronNames = new Map(neurons.map((neuron) => [neuron, unique(neuron.name)]));
  for (const [{ activation, before }, name] of neuronNames) {
    tensorNames.set(activation, name);
    tensorNames.set(before, `before ${name}`);
  }
  const termNames = terms.map(({ name }) => unique(name));
  return {
    taken: new Set([...taken, ...QUANTITIES]),
    dim: (dim) => dimNames.get(dim),
    // What the graph does not have is a quantity of a recall.
    tensor: (tensor) => tensorNames.get(tensor) ?? tensor.name,
    neuron: (neuron) => neuronNames.get(neuron)!,
    terms: termNames,
  };
}
