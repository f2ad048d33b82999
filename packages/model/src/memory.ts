// How much memory a model needs, before any of it is taken.

import { type Diagnostics, type Places } from "@hamlet/dsl";
import { bytesText, layoutOf, type Sized, tooLarge } from "@hamlet/dsl/data";
import { type Dim, type EnergyGraph, HamError, sizeOfDim, type Tensor } from "@hamlet/graph";

/** Entries are kept as float32, on the CPU and as a tensor. */
const BYTES = 4;
const COPIES = 2;
/** A solver keeps the state, the activation, their changes and a candidate of each. */
const STATES = 6;
/** What an address of 32 bits reaches: all that a page can have. */
const WITHOUT_A_SYSTEM = 2 ** 32;

/** The bytes that this process may still take; in a page, what an address can reach. */
export function freeMemory(): number {
  const { process } = globalThis as { readonly process?: { availableMemory?: () => number } };
  return process?.availableMemory?.() ?? WITHOUT_A_SYSTEM;
}

/** Reports the largest part of a model, when all parts together need more memory than there is. */
export function checkMemory(
  diagnostics: Diagnostics,
  { graph, places }: { readonly graph: EnergyGraph; readonly places: Places },
  {
    sizes,
    shapes,
    free,
  }: {
    readonly sizes: ReadonlyMap<Dim, number>;
    /** The shapes of arrays that are read from files, as the files say. */
    readonly shapes: ReadonlyMap<Tensor, readonly number[]>;
    readonly free: number;
  },
): void {
  const tensors = graph.tensors.filter((tensor) => tensor.kind !== "given" || shapes.has(tensor));
  const batch = Math.max(
    1,
    ...tensors.map((tensor) => (tensor.kind === "given" ? shapes.get(tensor)![0] : 1)),
  );
  const parts = [
    ...tensors.map((tensor) => {
      const shape = shapes.get(tensor);
      const axes = shape === undefined ? sizesOf(tensor.axes, sizes) : fileSizes(tensor, shape);
      return { declared: tensor, copies: COPIES, ...sized(tensor.name, axes) };
    }),
    ...graph.neurons.map((neuron) => {
      const examples = batch === 1 ? [] : [{ name: "B", size: batch }];
      const axes = [...examples, ...sizesOf(neuron.axes, sizes)];
      return { declared: neuron, copies: STATES, ...sized(neuron.name, axes) };
    }),
  ];
  const all = parts.reduce((total, { bytes, copies }) => total + bytes * copies, 0);
  if (all <= free) return;
  const largest = parts.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  const span = places.declared.get(largest.declared);
  tooLarge(diagnostics, largest, { free, all }, span ?? { start: 0, end: 0 });
}

function sizesOf(axes: readonly Dim[], sizes: ReadonlyMap<Dim, number>): Sized["axes"] {
  return axes.map((dim) => ({ name: dim.name, size: sizeOfDim(dim, { sizes }) }));
}

function fileSizes(tensor: Tensor, shape: readonly number[]): Sized["axes"] {
  const layout = layoutOf(tensor);
  const lead = shape.length - layout.length;
  return shape.map((size, axis) => ({ name: layout[axis - lead]?.name ?? "B", size }));
}

function sized(name: string, axes: Sized["axes"]): Sized {
  return { name, axes, bytes: BYTES * axes.reduce((product, { size }) => product * size, 1) };
}

/**
 * Stops before an amount of memory is asked for that there is not.
 *
 * @param what - a sentence about what needs it: "1000000 × 1000000 weights".
 * @throws HamError `model/too-large`.
 */
export function assertMemory(what: string, bytes: number, free = freeMemory()): void {
  if (bytes <= free) return;
  throw new HamError(
    "model/too-large",
    `${what} need ${bytesText(bytes)}, but ${bytesText(free)} of memory are free.`,
    { bytes, free },
  );
}

/**
 * Stops before more states are computed at once than there is memory for.
 *
 * @param what - "A recall of 5 examples at once".
 * @throws HamError `model/too-large` that names the largest layer.
 */
export function assertBatch(
  { neurons }: EnergyGraph,
  batch: number,
  what: string,
  { sizes, free }: { readonly sizes: ReadonlyMap<Dim, number>; readonly free: number },
): void {
  const layers = neurons.map(({ name, axes }) =>
    sized(name, [{ name: "B", size: batch }, ...sizesOf(axes, sizes)]),
  );
  const bytes = STATES * layers.reduce((total, layer) => total + layer.bytes, 0);
  // Whoever computes says what is wrong with a number that is none.
  if (!(bytes > free)) return;
  const largest = layers.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  const shape = largest.axes.map((axis) => `${axis.name} = ${axis.size}`).join(", ");
  throw new HamError(
    "model/too-large",
    `${what} needs ${bytesText(bytes)}, but ${bytesText(free)} of memory are free; "${largest.name}" [${shape}] is the largest layer. Give fewer.`,
    { batch, bytes, free },
  );
}
