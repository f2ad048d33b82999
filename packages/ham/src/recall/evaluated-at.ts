// What an evaluation of the dynamics leaves behind.

import type { Neuron, Tensor } from "@hamlet/graph";
import type { Place } from "../solvers/trace.ts";
import { activationName, ENERGY, mobilityName, targetName, velocityName } from "./dynamics.ts";

/** What an evaluation of the dynamics writes, by name; where `wanted` is given, no more than that. */
export function evaluatedAt(
  { velocity, target, mobility, activations, energy }: Place,
  neurons: readonly Neuron[],
  wanted: ReadonlySet<Tensor> | null,
): Map<string, Tensor> {
  const outputs = new Map<string, Tensor>();
  const add = (name: string, tensor: Tensor | undefined) => {
    if (tensor !== undefined && wanted?.has(tensor) !== false) outputs.set(name, tensor);
  };
  neurons.forEach((neuron, i) => {
    add(velocityName(neuron), velocity[i]);
    add(targetName(neuron), target[i]);
    add(mobilityName(neuron), mobility[i]);
    add(activationName(neuron), activations[i]);
  });
  add(ENERGY, energy);
  return outputs;
}
