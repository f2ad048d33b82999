// From a scene to an energy over the plane, or to what is wrong with its text.

import { key } from "@hamlet/core";
import {
  collectDiagnostics,
  type Compilation,
  compile,
  type Diagnostic,
  isSound,
  renderDiagnostic,
} from "@hamlet/dsl";
import { badEntry, fitData, type FoundArray } from "@hamlet/dsl/data";
import {
  activationOf,
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
import type { Scene } from "./scene.ts";

/** A text that was read. */
export interface Reading {
  /** Null when there is an error, or when the model is none for a plane. */
  readonly field: Field | null;
  /** The same model for a search: there where there is a field. */
  readonly model?: SearchedModel;
  /** True when activations are the states, so that memories and states can be compared. */
  readonly plain?: boolean;
  /** What the points and the ball are to the model. */
  readonly entries?: ReadonlyMap<Tensor, Entries>;
  /** True where its units have two values, so that a recall flips them and nothing flows. */
  readonly flips?: boolean;
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

/** Reads the text of a scene; its points are the rows of the data, its ball is what is given. */
export function readScene(scene: Scene): Reading {
  const compilation = compile({ name: "memory.ham", text: scene.text }, { registry: REGISTRY });
  if (!isSound(compilation)) return told(compilation, compilation.diagnostics);
  const neuron = planeOf(compilation);
  if (typeof neuron === "string") return { field: null, messages: [neuron], diagnostics: [] };
  const entries = entriesOf(compilation, neuron, scene);
  if (typeof entries === "string") return { field: null, messages: [entries], diagnostics: [] };
  const { sizes, diagnostics } = fitData(compilation, headersOf(entries));
  const refused = refusedIn(compilation, entries);
  const all = [...compilation.diagnostics, ...diagnostics, ...refused];
  if (all.some(({ severity }) => severity === "error")) return told(compilation, all);
  const [width] = neuron.axes.map((dim) => sizes.get(dim));
  if (width !== 2) {
    const message = `The layer \`${neuron.name}\` has ${width} units, and a plane has two directions: write \`dim ${neuron.axes[0].name} = 2\`.`;
    return { field: null, messages: [message], diagnostics: all };
  }
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
  const { graph } = compilation;
  const field = makeField(graph, neuron, { sizes, tensors });
  const model = { graph, neuron, space: { sizes, tensors } };
  const plain = activationOf(neuron).value.kind === "get";
  const flips = neuron.kind === "binary";
  return { ...told(compilation, all), field, model, plain, entries, flips };
}

function told(compilation: Compilation, diagnostics: readonly Diagnostic[]): Reading {
  const messages = diagnostics.map((one) => renderDiagnostic(one, compilation.sources));
  return { field: null, messages, diagnostics };
}

/** The one layer of a model, or why it has no plane. */
function planeOf({ graph }: Compilation): Neuron | string {
  const [neuron, other] = graph.neurons;
  if (neuron === undefined) return "Write a layer of two units: `neuron v: [D] as identity`.";
  if (other !== undefined) {
    return `A picture of a plane needs one layer; this model has \`${neuron.name}\` and \`${other.name}\`. \`ham landscape\` draws a layer of any model.`;
  }
  if (neuron.axes.length !== 1) {
    return `The layer \`${neuron.name}\` has ${neuron.axes.length} axes; a plane needs one of two units: \`neuron ${neuron.name}: [D]\`.`;
  }
  return neuron;
}

/** Points for data `[K, D]`, the ball for givens `[D]`; a text when something else is asked for. */
function entriesOf(
  { graph, places }: Compilation,
  { axes: [plane], name }: Neuron,
  { points, ball }: Scene,
): Map<Tensor, Entries> | string {
  const entries = new Map<Tensor, Entries>();
  for (const tensor of graph.tensors) {
    if (tensor.kind !== "data" && tensor.kind !== "given") {
      if (tensor.source?.from !== "file") continue;
      const reader = places.stored.get(tensor) ?? tensor.name;
      return `This page and its links hold a text, and no files: \`${reader}\` is read from \`${tensor.source.file}\`. \`ham landscape\` draws a model with its files.`;
    }
    const { axes } = tensor;
    const fits = axes.at(-1) === plane && axes.length === (tensor.kind === "data" ? 2 : 1);
    if (!fits) {
      const wanted = tensor.kind === "data" ? `[K, ${plane.name}]` : `[${plane.name}]`;
      return `This page has nothing to put into \`${tensor.kind} ${tensor.name}\`: points of the plane go into data ${wanted}, where \`${plane.name}\` is the axis of \`${name}\`.`;
    }
    const rows = tensor.kind === "data" ? points : [ball];
    if (rows.length === 0) {
      return `There is no memory for \`data ${tensor.name}\`: a double click into the picture adds one.`;
    }
    const data = new Float32Array(rows.flat());
    const areBits = tensor.elem === "sign" && !data.includes(-1);
    const entered = areBits ? data.map((entry) => (entry === 0 ? -1 : entry)) : data;
    entries.set(tensor, { shape: [rows.length, 2], data: entered });
  }
  return entries;
}

/** Points and the ball are held to what is declared of them, as entries of files are. */
function refusedIn(
  { source, places }: Compilation,
  entries: ReadonlyMap<Tensor, Entries>,
): Diagnostic[] {
  const diagnostics = collectDiagnostics(source);
  for (const [tensor, { shape, data }] of entries) {
    const refused = firstRefused(tensor, data);
    if (refused === null) continue;
    const at = placeOf(refused.offset, shape);
    const from = tensor.kind === "data" ? "the points of the picture have" : "the ball has";
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

function headersOf(entries: ReadonlyMap<Tensor, Entries>): Map<Tensor, FoundArray> {
  return new Map(
    [...entries].map(([tensor, { shape }]) => [
      tensor,
      { file: "the points of the picture", shape, dtype: "float32" },
    ]),
  );
}
