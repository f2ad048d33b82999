// One step of a model as an ONNX file: from states and arrays to activations, velocity and energy.
//
// ONNX has no notion of a dim that several inputs share, so all sizes are fixed by the export.

import { activationOf, type EnergyGraph, totalEnergy, velocities } from "../energy-graph.ts";
import { type Environment, sizeOfDim } from "../evaluate.ts";
import type { Dim, Tensor } from "../types.ts";
import { encodeOnnx } from "./encode.ts";
import { OnnxBody } from "./emit.ts";
import type { OnnxModel, OnnxPort } from "./model.ts";

/** What an export needs to know. */
export interface OnnxOptions {
  /** Sizes of dims that do not carry their own. */
  readonly sizes?: ReadonlyMap<Dim, number>;
}

/**
 * The model as plain data. Inputs are `state/NAME` and `array/NAME`, outputs `energy`,
 * `activation/NAME` and `velocity/NAME`; all are float32 and have the axes of their tensors.
 *
 * @throws HamError `graph/size-unknown` for a dim without a size.
 */
export function onnxModel(graph: EnergyGraph, { sizes = new Map() }: OnnxOptions = {}): OnnxModel {
  const known: Environment = { sizes };
  const hats = new Map(graph.neurons.map(({ activation, name }) => [activation, `hat/${name}`]));
  const states = new Map(graph.neurons.map(({ state, name }) => [state, `state/${name}`]));
  const nameOf = (tensor: Tensor) =>
    hats.get(tensor) ?? states.get(tensor) ?? `array/${tensor.name}`;
  const port = (name: string, axes: readonly Dim[]): OnnxPort => ({
    name,
    shape: axes.map((dim) => sizeOfDim(dim, known)),
  });
  const body = new OnnxBody(known, nameOf);
  for (const neuron of graph.neurons) {
    const { indices, value } = activationOf(neuron);
    body.output(value, indices, hats.get(neuron.activation)!);
  }
  for (const [{ name }, { indices, value }] of velocities(graph)) {
    body.output(value, indices, `velocity/${name}`);
  }
  body.output(totalEnergy(graph), [], "energy");
  for (const [activation, hat] of hats) {
    const output = `activation/${activation.name}`;
    body.nodes.push({ op: "Identity", inputs: [hat], output, attributes: {} });
  }
  const used = new Set(body.nodes.flatMap(({ inputs }) => inputs));
  const inputs = [...graph.neurons.map(({ state }) => state), ...graph.tensors].map((tensor) =>
    port(nameOf(tensor), tensor.axes),
  );
  return {
    // An input that nothing reads would have to be given all the same.
    inputs: inputs.filter(({ name }) => used.has(name)),
    outputs: [
      { name: "energy", shape: [] },
      ...graph.neurons.flatMap(({ name, axes }) => [
        port(`activation/${name}`, axes),
        port(`velocity/${name}`, axes),
      ]),
    ],
    constants: body.constants,
    nodes: body.nodes,
  };
}

/** The model as the bytes of an `.onnx` file; see {@link onnxModel}. */
export async function exportOnnx(
  graph: EnergyGraph,
  options: OnnxOptions = {},
): Promise<Uint8Array> {
  return encodeOnnx(onnxModel(graph, options));
}
