// One step of a model as an ONNX file: from states and arrays to activations, velocity and energy.
//
// ONNX has no notion of a dim that several inputs share, so all sizes are fixed by the export.

import {
  activationOf,
  type EnergyGraph,
  type Entrywise,
  type Neuron,
  type Recall,
  totalEnergy,
  velocities,
} from "../energy-graph.ts";
import { HamError } from "../error.ts";
import { add, get, mul, select } from "../expr.ts";
import { substituteIndices } from "../substitute.ts";
import { makeTensor } from "../tensor.ts";
import { type Environment, sizeOfDim } from "../evaluate.ts";
import type { Dim, Expr, Tensor } from "../types.ts";
import { encodeOnnx } from "./encode.ts";
import { OnnxBody } from "./emit.ts";
import type { OnnxModel, OnnxPort } from "./model.ts";

/** What an export needs to know. */
export interface OnnxOptions {
  /** Sizes of dims that do not carry their own. */
  readonly sizes?: ReadonlyMap<Dim, number>;
  /** Entries of arrays that the file holds itself, as initialisers; the others are inputs. */
  readonly values?: ReadonlyMap<Tensor, ArrayLike<number>>;
  /**
   * Adds the states after one Euler step, `update/NAME`, with the clamps of a recall that keep units
   * where they are, and the input `dt`, which is this number where none is given.
   */
  readonly update?: { readonly dt: number; readonly recall?: Recall };
}

/**
 * The model as plain data. Inputs are `state/NAME` and `array/NAME`, outputs `energy`,
 * `activation/NAME` and `velocity/NAME`; all are float32 and have the axes of their tensors.
 *
 * @throws HamError `graph/size-unknown` for a dim without a size; `graph/export-unsupported` for an
 * update under a clamp that holds units at given values, or of a layer that jumps.
 */
export function onnxModel(
  graph: EnergyGraph,
  { sizes = new Map(), values = new Map(), update }: OnnxOptions = {},
): OnnxModel {
  const known: Environment = { sizes };
  const hats = new Map(graph.neurons.map(({ activation, name }) => [activation, `hat/${name}`]));
  const states = new Map(graph.neurons.map(({ state, name }) => [state, `state/${name}`]));
  const nameOf = (tensor: Tensor) =>
    tensor === DT ? "dt" : (hats.get(tensor) ?? states.get(tensor) ?? `array/${tensor.name}`);
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
  for (const [neuron, { indices, value }] of update === undefined ? [] : velocities(graph)) {
    const moved = add(get(neuron.state, indices), mul(get(DT), value));
    const next = held(neuron, { indices, value: moved }, update?.recall);
    body.output(next, indices, `update/${neuron.name}`);
  }
  for (const [activation, hat] of hats) {
    const output = `activation/${activation.name}`;
    body.nodes.push({ op: "Identity", inputs: [hat], output, attributes: {} });
  }
  const used = new Set(body.nodes.flatMap(({ inputs }) => inputs));
  const given = graph.tensors.filter((tensor) => !values.has(tensor));
  const inputs = [...graph.neurons.map(({ state }) => state), ...given].map((tensor) =>
    port(nameOf(tensor), tensor.axes),
  );
  // An initialiser that is an input as well is the value of an input that is left out.
  if (update !== undefined) inputs.push(port("dt", []));
  const initialisers = [...values, ...(update === undefined ? [] : [[DT, [update.dt]] as const])];
  return {
    // An input that nothing reads would have to be given all the same.
    inputs: inputs.filter(({ name }) => used.has(name)),
    outputs: [
      { name: "energy", shape: [] },
      ...graph.neurons.flatMap(({ name, axes }) => [
        port(`activation/${name}`, axes),
        port(`velocity/${name}`, axes),
        ...(update === undefined ? [] : [port(`update/${name}`, axes)]),
      ]),
    ],
    constants: [
      ...body.constants,
      ...initialisers.flatMap(([tensor, entries]) => {
        const { name, shape } = port(nameOf(tensor), tensor.axes);
        const type = "float" as const;
        return used.has(name) ? [{ name, type, shape, values: Array.from(entries) }] : [];
      }),
    ],
    nodes: body.nodes,
  };
}

/** The step of an update. */
const DT = makeTensor("dt", "const");

/** `value` where a unit may move, and its state where a clamp of the recall holds it. */
function held(neuron: Neuron, { indices, value }: Entrywise, recall: Recall | undefined): Expr {
  const state = get(neuron.state, indices);
  if (neuron.kind === "binary") {
    throw new HamError(
      "graph/export-unsupported",
      `The layer "${neuron.name}" jumps between two values and has no Euler step. Export without an update.`,
    );
  }
  return (recall?.clamps ?? [])
    .filter((clamp) => clamp.neuron === neuron)
    .reduce((moved, clamp) => {
      if (clamp.value !== null) {
        throw new HamError(
          "graph/export-unsupported",
          `"${recall!.name}" holds "${neuron.name}" at a given value, which this export cannot. Hold it at its start instead.`,
        );
      }
      if (clamp.where === null) return state;
      const own = new Map(clamp.indices.map((index, axis) => [index, indices[axis]]));
      return select(substituteIndices(clamp.where, own), state, moved);
    }, value);
}

/** The model as the bytes of an `.onnx` file; see {@link onnxModel}. */
export async function exportOnnx(
  graph: EnergyGraph,
  options: OnnxOptions = {},
): Promise<Uint8Array> {
  return encodeOnnx(onnxModel(graph, options));
}
