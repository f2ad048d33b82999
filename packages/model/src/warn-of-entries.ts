// Entries that a model takes, and that do not do there what they look like.

import type { Compilation, Diagnostics, Span } from "@hamlet/dsl";
import { asymmetric, noSuchActivation, noSuchPosition } from "@hamlet/dsl/data";
import {
  asymmetryOf,
  type Dim,
  type EnergyGraph,
  type Entrywise,
  evaluate,
  makeClosures,
  type Neuron,
  pinnedBy,
  placeOf,
  positionUses,
  printText,
  type Recall,
  sizeOfDim,
  symmetricProducts,
  symmetricUses,
  type Tensor,
  tensorsIn,
  unattained,
} from "@hamlet/graph";
import type { Entries } from "@hamlet/ham";

/** Entries of a model, and what is new among them. */
export interface KnownEntries {
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly entries: ReadonlyMap<Tensor, Entries>;
  /** Params that came from a training. */
  readonly learned: ReadonlySet<Tensor>;
  /** The recall that these are given, where nothing else is new; default: all is. */
  readonly given?: { readonly recall: Recall; readonly tensors: ReadonlySet<Tensor> };
}

/** Warns of entries that their energy or their layer does not take as they are. */
export function warnOfEntries(
  compilation: Compilation,
  known: KnownEntries,
  diagnostics: Diagnostics,
): void {
  checkPositions(compilation, known, diagnostics);
  const told = measureSymmetry(compilation, known, diagnostics);
  measureProducts(compilation, { ...known, told }, diagnostics);
  checkPins(compilation, known, diagnostics);
}

/** Whether anything is new of what is read. */
function isNew({ given }: KnownEntries, reads: Iterable<Tensor>): boolean {
  return given === undefined || [...reads].some((tensor) => given.tensors.has(tensor));
}

/** What an analysis of a graph finds, once. */
function once<Found>(analyse: (graph: EnergyGraph) => Found): (graph: EnergyGraph) => Found {
  const known = new WeakMap<EnergyGraph, { readonly found: Found }>();
  return (graph) => {
    let one = known.get(graph);
    if (one === undefined) known.set(graph, (one = { found: analyse(graph) }));
    return one.found;
  };
}

const positionsOf = once(positionUses);
const usesOf = once(symmetricUses);
const productsOf = once(symmetricProducts);

/** W0612 for entries that are compared with positions, and are none. */
function checkPositions(
  { graph, places }: Compilation,
  known: KnownEntries,
  diagnostics: Diagnostics,
): void {
  for (const { tensor, dim, shift } of positionsOf(graph)) {
    const found = known.entries.get(tensor);
    const size = known.sizes.get(dim);
    if (found === undefined || size === undefined || !isNew(known, [tensor])) continue;
    const { data, shape } = found;
    const first = data.findIndex((entry) => !isPosition(entry + shift, size));
    if (first < 0) continue;
    const span = places.files.get(tensor) ?? places.declared.get(tensor)!;
    const value = data[first];
    const place = { value, at: placeOf(first, shape), position: value + shift };
    noSuchPosition(diagnostics, tensor.name, place, { name: dim.name, size }, span);
  }
}

function isPosition(value: number, size: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < size;
}

/** W0611 for what came from files, and is not as symmetric as its energy; returns what it was told of. */
function measureSymmetry(
  { graph, places, file }: Compilation,
  known: KnownEntries,
  diagnostics: Diagnostics,
): ReadonlySet<Tensor> {
  const told = new Set<Tensor>();
  for (const { tensor, order, isWritten } of usesOf(graph)) {
    const found = known.entries.get(tensor);
    // Who writes W[i, j] + W[j, i] knows.
    if (found === undefined || isWritten || !isNew(known, [tensor])) continue;
    const own = file.items.some((item) => item.kind === "param" && item.name.text === tensor.name);
    if (isBegun(tensor) && !(own && known.learned.has(tensor))) continue;
    const asymmetry = asymmetryOf(found.data, found.shape, order);
    const span = places.files.get(tensor) ?? places.declared.get(tensor)!;
    if (asymmetry === null) continue;
    asymmetric(diagnostics, tensor.name, asymmetry, span);
    told.add(tensor);
  }
  return told;
}

/** Draws are not symmetric, and the own weights of a connection begin with one. */
function isBegun({ kind, source }: Tensor): boolean {
  return kind === "param" && (source?.from === "draw" || source?.from === "value");
}

/** W0611 for couplings that are a product, such as `M[i, j] * W[i, j]`, of what was not told of by itself. */
function measureProducts(
  { graph, places }: Compilation,
  known: KnownEntries & { readonly told: ReadonlySet<Tensor> },
  diagnostics: Diagnostics,
): void {
  for (const { couplings, order } of productsOf(graph)) {
    const reads = [...tensorsIn([couplings])];
    const isRead = reads.every((tensor) => known.entries.has(tensor));
    const isOpen = reads.some((tensor) => isBegun(tensor) && !known.learned.has(tensor));
    const isTold = reads.some((tensor) => known.told.has(tensor));
    if (!isRead || isOpen || isTold || !isNew(known, reads)) continue;
    const shape = couplings.free.map(({ dim }) => sizeOfDim(dim, known));
    for (const tensors of examplesOf(reads, known)) {
      const data = new Float64Array(shape.reduce((a, b) => a * b, 1));
      makeClosures({ sizes: known.sizes, tensors }).fill(couplings, couplings.free)(data);
      const asymmetry = asymmetryOf(data, shape, order);
      if (asymmetry === null) continue;
      // Whoever is to blame alone, else the first.
      const isBlamed = (tensor: Tensor) =>
        tensor.axes.length === shape.length &&
        asymmetryOf(tensors.get(tensor)!, shape, order) !== null;
      const blamed = reads.find(isBlamed) ?? reads[0];
      asymmetric(diagnostics, printText(couplings), asymmetry, placeOfTensor(places, blamed));
      break;
    }
  }
}

function placeOfTensor({ files, declared }: Compilation["places"], tensor: Tensor): Span {
  return files.get(tensor) ?? declared.get(tensor)!;
}

/** The entries of some tensors, for every example where givens are among them. */
function* examplesOf(
  reads: readonly Tensor[],
  { entries }: KnownEntries,
): Generator<Map<Tensor, ArrayLike<number>>> {
  const isGiven = ({ kind }: Tensor) => kind === "given";
  const given = reads.find(isGiven);
  const batch = given === undefined ? 1 : entries.get(given)!.shape[0];
  for (let example = 0; example < batch; example++) {
    yield new Map(
      reads.map((tensor) => {
        const { data } = entries.get(tensor)!;
        const count = data.length / batch;
        const own = () => data.subarray(example * count, (example + 1) * count);
        return [tensor, isGiven(tensor) ? own() : data];
      }),
    );
  }
}

/** W0617 for layers that a clamp holds where they have no state. */
function checkPins(
  { graph, places, file }: Compilation,
  known: KnownEntries,
  diagnostics: Diagnostics,
): void {
  for (const recall of known.given === undefined ? graph.recalls : [known.given.recall]) {
    for (const [neuron, pin] of pinnedBy(recall)) {
      const reads = [...tensorsIn([pin.value])];
      if (!reads.every((tensor) => known.entries.has(tensor)) || !isNew(known, reads)) continue;
      const values = valuesOf(pin, reads, known);
      const { sizes } = known;
      const tensors = new Map(
        [...known.entries].flatMap(([tensor, { data }]) =>
          tensor.kind === "given" ? [] : [[tensor, data] as const],
        ),
      );
      const found = unattained(neuron, values, { sizes, tensors });
      if (found === null) continue;
      const shape = neuron.axes.map((dim) => sizeOfDim(dim, known));
      const at = found.unit === null ? [] : placeOf(found.unit, shape);
      const span = clampSpan(file, recall, neuron) ?? places.declared.get(neuron)!;
      noSuchActivation(diagnostics, neuron, found, at, span);
    }
  }
}

/** Where a recall says what a layer is held at. */
function clampSpan({ items }: Compilation["file"], recall: Recall, neuron: Neuron): Span | null {
  for (const item of items) {
    if (item.kind !== "recall" || item.name.text !== recall.name) continue;
    for (const step of item.steps) {
      if (step.kind !== "clamp" || step.value === undefined) continue;
      const { segments } = step.target.path;
      if (segments.map(({ text }) => text).join(".") === neuron.name) return step.value.span;
    }
  }
  return null;
}

/** What a layer is held at, `[B, …axes]`. */
function valuesOf({ value, indices }: Entrywise, reads: readonly Tensor[], known: KnownEntries) {
  const { sizes } = known;
  if (value.kind === "get" && value.at.every((index, axis) => index === indices[axis])) {
    return known.entries.get(value.tensor)!.data;
  }
  return [...examplesOf(reads, known)].flatMap((tensors) => [
    ...evaluate(value, { sizes, tensors }, indices).data,
  ]);
}
