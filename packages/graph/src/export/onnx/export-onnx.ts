// One step of a model as an ONNX file: from states and arrays to activations, velocity and energy.
//
// ONNX has no notion of a dim that several inputs share, so all sizes but the number of examples
// are fixed by the export.

import {
  activationOf,
  type EnergyGraph,
  type Neuron,
  totalEnergy,
  velocities,
} from "../../model/energy-graph.ts";
import { HamError } from "../../error.ts";
import type { Environment } from "../../expr/evaluate.ts";
import { add, get, mul } from "../../expr/expr.ts";
import { makeTensor } from "../../expr/tensor.ts";
import type { Tensor } from "../../expr/types.ts";
import { assertNoPast } from "../assert-no-past.ts";
import { Batch } from "./batch.ts";
import { encodeOnnx } from "./encode.ts";
import { OnnxBody, OnnxScope } from "./emit.ts";
import type { OnnxModel } from "./model.ts";
import { initialiserOf, namesRead, type OnnxOptions, portOf } from "./ports.ts";

/** What the export of one step needs to know. */
export interface OnnxStepOptions extends OnnxOptions {
  /**
   * Adds the states after one Euler step, `update/NAME`, and the input `dt`, which is this number
   * where none is given.
   */
  readonly update?: { readonly dt: number };
}

/**
 * The model as plain data. Inputs are `state/NAME` and `array/NAME`, outputs `energy`,
 * `activation/NAME` and `velocity/NAME`; all are float32 and have the axes of their tensors.
 *
 * @throws HamError `graph/size-unknown` for a dim without a size; `graph/export-unsupported` for an
 * update of a layer that jumps, or a drive that looks back.
 */
export function onnxModel(
  graph: EnergyGraph,
  {
    sizes: known = new Map(),
    values = new Map(),
    batch: many = false,
    update,
  }: OnnxStepOptions = {},
): OnnxModel {
  assertNoPast(graph, "ONNX");
  const { neurons } = graph;
  const sizes: Environment = { sizes: known };
  const body = new OnnxBody();
  let count: string | null = null;
  const size = () =>
    (count ??= body.node("Shape", [`state/${neurons[0].name}`], { start: 0, end: 1 }));
  const batch = new Batch(many ? size : null);
  const hats = new Map(neurons.map(({ activation, name }) => [activation, `hat/${name}`]));
  const read: [Tensor, string][] = [
    ...neurons.map(({ state, name }): [Tensor, string] => [state, `state/${name}`]),
    ...graph.tensors.map((tensor): [Tensor, string] => [tensor, `array/${tensor.name}`]),
    ...(update === undefined ? [] : [[DT, "dt"] as [Tensor, string]]),
  ];
  const scope = new OnnxScope({ body, sizes, batch, names: new Map([...hats, ...read]) });
  for (const neuron of neurons) {
    const { indices, value } = activationOf(neuron);
    scope.output(value, indices, hats.get(neuron.activation)!);
  }
  for (const [{ name }, { indices, value }] of velocities(graph)) {
    scope.output(value, indices, `velocity/${name}`);
  }
  scope.output(totalEnergy(graph), [], "energy");
  for (const [neuron, { indices, value }] of update === undefined ? [] : velocities(graph)) {
    assertMoves(neuron);
    const moved = add(get(neuron.state, indices), mul(get(DT), value));
    scope.output(moved, indices, `update/${neuron.name}`);
  }
  for (const [{ name }, hat] of hats) body.node("Identity", [hat], {}, `activation/${name}`);

  const used = namesRead(body.nodes);
  const held = new Map(values);
  if (update !== undefined) held.set(DT, [update.dt]);
  const port = (name: string, tensor: Tensor) => portOf(name, tensor, { sizes, batch });
  return {
    name: "step",
    // An input that nothing reads would have to be given all the same. An initialiser that is an
    // input as well is the value of an input that is left out.
    inputs: read.flatMap(([tensor, name]) =>
      used.has(name) && (tensor === DT || !values.has(tensor)) ? [port(name, tensor)] : [],
    ),
    outputs: [
      port("energy", ENERGY),
      ...neurons.flatMap(({ name, state }) => [
        port(`activation/${name}`, state),
        port(`velocity/${name}`, state),
        ...(update === undefined ? [] : [port(`update/${name}`, state)]),
      ]),
    ],
    constants: [
      ...body.constants,
      ...[...held].flatMap(([tensor, entries]) => {
        const name = tensor === DT ? "dt" : `array/${tensor.name}`;
        return used.has(name) ? [initialiserOf(name, tensor, { entries, sizes })] : [];
      }),
    ],
    nodes: body.nodes,
  };
}

/** The step of an update. */
const DT = makeTensor("dt", "const");
/** One number for every example. */
const ENERGY = makeTensor("energy", "state");

function assertMoves({ kind, name }: Neuron): void {
  if (kind !== "binary") return;
  throw new HamError(
    "graph/export-unsupported",
    `The layer "${name}" jumps between two values and has no Euler step. Export without an update.`,
  );
}

/** The model as the bytes of an `.onnx` file; see {@link onnxModel}. */
export async function exportOnnx(
  graph: EnergyGraph,
  options: OnnxStepOptions = {},
): Promise<Uint8Array> {
  return encodeOnnx(onnxModel(graph, options));
}
