// The examples of the repository as data: what fixtures/models holds, and how it is read back.

import {
  type EnergyGraph,
  fromJson,
  type HamIr,
  invariant,
  type NumberArray,
  type Tensor,
} from "@hamlet/graph";

/** A file of `fixtures/models`. */
export interface ExampleFile {
  /** The graph, every dim with a size. */
  readonly ir: HamIr;
  /** How many examples a given and a state hold, along their first axis. */
  readonly batch: number;
  /** The length of one Euler step. */
  readonly dt: number;
  /** By name: every const, param, data and given, and the state of every layer. */
  readonly inputs: Readonly<Record<string, NumberArray<readonly number[]>>>;
  /** What the float64 interpreter gives, one example after the other. */
  readonly expected: {
    readonly energy: readonly number[];
    /** By layer, as `states`. */
    readonly velocities: Readonly<Record<string, readonly number[]>>;
    /** After {@link EXAMPLE_STEPS} Euler steps; null for binary layers, which jump. */
    readonly states: Readonly<Record<string, readonly number[]>> | null;
  };
}

/** Entries of a tensor; those of a batched one are `[batch, …axes]`. */
export interface ExampleEntries {
  readonly batched: boolean;
  readonly values: readonly number[];
}

/** A file with its graph. */
export interface ExampleModel extends ExampleFile {
  readonly graph: EnergyGraph;
  readonly entries: ReadonlyMap<Tensor, ExampleEntries>;
}

/** How many Euler steps `expected.states` comes after. */
export const EXAMPLE_STEPS = 20;

/** Builds the graph of a file and finds the entries of its tensors. */
export function readExample(file: ExampleFile): ExampleModel {
  const { graph } = fromJson(file.ir);
  const tensors = [...graph.tensors, ...graph.neurons.map(({ state }) => state)];
  const entries = new Map(
    tensors.map((tensor) => {
      const array = file.inputs[tensor.name];
      invariant(array !== undefined, `the file holds entries for "${tensor.name}"`);
      const batched = tensor.kind === "given" || tensor.kind === "state";
      return [tensor, { batched, values: array.data }] as const;
    }),
  );
  return { ...file, graph, entries };
}

/** The entries of one example, as the interpreter takes them. */
export function exampleTensors(
  { batch, entries }: ExampleModel,
  example: number,
): Map<Tensor, readonly number[]> {
  return new Map(
    [...entries].map(([tensor, { batched, values }]) => {
      const size = values.length / batch;
      return [tensor, batched ? values.slice(example * size, (example + 1) * size) : values];
    }),
  );
}
