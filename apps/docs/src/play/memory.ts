// From a scene to an energy over the plane, or to what is wrong with its text.

import { key } from "@hamlet/core";
import {
  collectDiagnostics,
  type Compilation,
  compile,
  type Diagnostic,
  isSound,
} from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { badEntry, fitData, type FoundArray } from "@hamlet/dsl/data";
import {
  activationOf,
  type Dim,
  type EnergyGraph,
  firstRefused,
  HamError,
  makeRegistry,
  type Neuron,
  placeOf,
  type Tensor,
} from "@hamlet/graph";
import { addInitialEntries, type Entries, HYPERSYNAPSES, type LandscapeSpace } from "@hamlet/ham";
import { LAGRANGIANS } from "@hamlet/lagrangians";
import { type Field, makeField } from "./field.ts";
import type { Dropped, Scene } from "./scene.ts";

/** A text that was read. */
export interface Reading {
  /** Null when there is an error, or when the model is none for a plane. */
  readonly field: Field | null;
  /** The same model for a search: there where there is a field. */
  readonly model?: SearchedModel;
  /** True when activations are the states, so that memories and states can be compared. */
  readonly plain?: boolean;
  /** What the points and the ball are to the model; there where it can run, also without a plane. */
  readonly entries?: ReadonlyMap<Tensor, Entries>;
  /** True where its units have two values, so that a recall flips them and nothing flows. */
  readonly flips?: boolean;
  /** Why a text that runs has no picture; one of the messages. */
  readonly withoutPlane?: string;
  /** What is to be said, as the command line would. */
  readonly messages: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What a census takes. */
export interface SearchedModel {
  readonly graph: EnergyGraph;
  readonly neuron: Neuron;
  readonly space: LandscapeSpace;
}

const REGISTRY = makeRegistry(...LAGRANGIANS, ...HYPERSYNAPSES);

/** A text with the catalogue of Hamlet. */
export function compileText(text: string): Compilation {
  return compile({ name: "memory.ham", text }, { registry: REGISTRY });
}

/** Reads the text of a scene; its points are the rows of the data, its ball is what is given. */
export function readScene(scene: Scene): Reading {
  const compilation = compileText(scene.text);
  if (!isSound(compilation)) return told(compilation, compilation.diagnostics);
  const { graph } = compilation;
  if (graph.neurons.length === 0) {
    const message = "Write a layer of two units: `neuron v: [D] as identity`.";
    return { field: null, messages: [message], diagnostics: [] };
  }
  const neuron = planeOf(compilation);
  const entries = entriesOf(
    compilation,
    typeof neuron === "string" ? neuron : neuron.axes[0],
    scene,
  );
  if (typeof entries === "string") return { field: null, messages: [entries], diagnostics: [] };
  const { sizes, diagnostics } = fitData(compilation, headersOf(entries, scene));
  const refused = refusedIn(compilation, entries, scene);
  const all = [...compilation.diagnostics, ...diagnostics, ...refused];
  if (all.some(({ severity }) => severity === "error")) return told(compilation, all);
  const why = typeof neuron === "string" ? neuron : otherWidth(neuron, sizes);
  if (why !== null) {
    const { messages, ...rest } = told(compilation, all);
    return { ...rest, messages: [...messages, why], withoutPlane: why, entries };
  }
  const layer = neuron as Neuron;
  const values = new Map(
    [...entries].map(([tensor, { shape, data }]) => [
      tensor,
      { shape: tensor.kind === "given" ? shape.slice(1) : shape, data },
    ]),
  );
  try {
    addInitialEntries(compilation.graph.tensors, sizes, values, key(0));
  } catch (error) {
    if (!HamError.isInstance(error)) throw error;
    return { field: null, messages: [error.message], diagnostics: all };
  }
  const tensors = new Map([...values].map(([tensor, { data }]) => [tensor, data]));
  const field = makeField(graph, layer, { sizes, tensors });
  const model = { graph, neuron: layer, space: { sizes, tensors } };
  const plain = activationOf(layer).value.kind === "get";
  const flips = layer.kind === "binary";
  return { ...told(compilation, all), field, model, plain, entries, flips };
}

function told(compilation: Compilation, diagnostics: readonly Diagnostic[]): Reading {
  const messages = diagnostics.map((one) => renderDiagnostic(one, compilation.sources));
  return { field: null, messages, diagnostics };
}

/** The one layer of a model, or why it has no plane. */
function planeOf({ graph }: Compilation): Neuron | string {
  const [neuron, other] = graph.neurons;
  if (other !== undefined) {
    return `A picture of a plane needs one layer; this model has \`${neuron.name}\` and \`${other.name}\`. \`ham landscape\` draws a layer of any model.`;
  }
  if (neuron.axes.length !== 1) {
    return `The layer \`${neuron.name}\` has ${neuron.axes.length} axes; a plane needs one of two units: \`neuron ${neuron.name}: [D]\`.`;
  }
  return neuron;
}

/** Why a layer of another size than two has no plane. */
function otherWidth({ name, axes: [dim] }: Neuron, sizes: ReadonlyMap<Dim, number>): string | null {
  const width = sizes.get(dim);
  if (width === 2) return null;
  return `The layer \`${name}\` has ${width} units, and a plane has two directions: write \`dim ${dim.name} = 2\`.`;
}

/**
 * Points for data `[K, D]`, the ball for givens `[D]`, where they bring no entries of their own; a text when
 * something else is asked for. `plane` is the axis of two units, or why there is none.
 */
function entriesOf(
  { graph, places }: Compilation,
  plane: Dim | string,
  { points, ball, data = {} }: Scene,
): Map<Tensor, Entries> | string {
  const entries = new Map<Tensor, Entries>();
  for (const tensor of graph.tensors) {
    const { kind, source } = tensor;
    const dropped = kind === "data" || kind === "given" ? data[tensor.name] : undefined;
    if (dropped !== undefined) {
      const found = entriesOfFile(tensor, dropped);
      if (typeof found === "string") return found;
      entries.set(tensor, found);
      continue;
    }
    // Entries that the text writes out are its own.
    if (source?.from === "entries") continue;
    if (kind !== "data" && kind !== "given") {
      if (source?.from !== "file") continue;
      const reader = places.stored.get(tensor) ?? tensor.name;
      return `This page and its links hold a text, and no files: \`${reader}\` is read from \`${source.file}\`. \`ham landscape\` draws a model with its files.`;
    }
    if (typeof plane === "string") {
      return `${plane} Without a plane this page has nothing to put into \`${kind} ${tensor.name}\`: drop a file for it onto this page, or write its entries out, as in \`= [[1, -1], [-1, 1]]\`.`;
    }
    const { axes } = tensor;
    const fits = axes.at(-1) === plane && axes.length === (kind === "data" ? 2 : 1);
    if (!fits) {
      const wanted = kind === "data" ? `[K, ${plane.name}]` : `[${plane.name}]`;
      return `This page has nothing to put into \`${kind} ${tensor.name}\`: points of the plane go into data ${wanted}, where \`${plane.name}\` is the axis of \`${graph.neurons[0].name}\`. Drop a file for it onto this page.`;
    }
    const rows = kind === "data" ? points : [ball];
    if (rows.length === 0) {
      return `There is no memory for \`data ${tensor.name}\`: a double click into the picture adds one.`;
    }
    entries.set(tensor, {
      shape: [rows.length, 2],
      data: signsOf(tensor, new Float32Array(rows.flat())),
    });
  }
  return entries;
}

/** What a file of the reader is to a tensor, as `ham run` takes it; a text where only a link names it. */
function entriesOfFile(tensor: Tensor, { shape, values }: Dropped): Entries | string {
  const { kind, name, axes } = tensor;
  if (values === null) {
    return `The numbers of \`${name}\` [${shape.join(", ")}] were too many for the link: drop their file onto this page.`;
  }
  // A given has its examples first. What was typed or drawn may be one row or one picture.
  const rank = axes.length + (kind === "given" ? 1 : 0);
  const fitting =
    shape.length === rank - 1 && kind === "given"
      ? [1, ...shape]
      : shape.length === rank + 1 && shape[0] === 1
        ? shape.slice(1)
        : shape;
  return { shape: fitting, data: signsOf(tensor, blackAndWhite(tensor, values)) };
}

/** The brightest level of a black and white picture is 1 to units with two values. */
function blackAndWhite({ elem }: Tensor, values: Float32Array): Float32Array {
  const brightest = values.reduce((a, b) => Math.max(a, b), 0);
  const isPicture = brightest > 1 && values.every((level) => level === 0 || level === brightest);
  if (!isPicture || (elem !== "sign" && elem !== "bit")) return values;
  return values.map((level) => level / brightest);
}

/** 0 is −1 to signs that never say so. */
function signsOf({ elem }: Tensor, data: Float32Array): Float32Array {
  const areBits = elem === "sign" && !data.includes(-1);
  return areBits ? data.map((entry) => (entry === 0 ? -1 : entry)) : data;
}

/** Points and the ball are held to what is declared of them, as entries of files are. */
function refusedIn(
  { source, places }: Compilation,
  entries: ReadonlyMap<Tensor, Entries>,
  { data: files = {} }: Scene,
): Diagnostic[] {
  const diagnostics = collectDiagnostics(source);
  for (const [tensor, { shape, data }] of entries) {
    const refused = firstRefused(tensor, data);
    if (refused === null) continue;
    const at = placeOf(refused.offset, shape);
    const from =
      files[tensor.name] !== undefined
        ? `the file of ${tensor.name} has`
        : tensor.kind === "data"
          ? "the points of the picture have"
          : "the ball has";
    const span = places.types.get(tensor) ?? places.declared.get(tensor)!;
    badEntry(
      diagnostics,
      tensor,
      { from, at, value: refused.value, because: refused.because },
      span,
    );
  }
  return diagnostics.list();
}

function headersOf(
  entries: ReadonlyMap<Tensor, Entries>,
  { data = {} }: Scene,
): Map<Tensor, FoundArray> {
  return new Map(
    [...entries].map(([tensor, { shape }]) => [
      tensor,
      {
        file:
          data[tensor.name] === undefined
            ? "the points of the picture"
            : `the file of ${tensor.name}`,
        shape,
        dtype: "float32",
      },
    ]),
  );
}
