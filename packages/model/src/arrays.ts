// The files of a model: opened first, for their shapes; read when the model is known to fit them.
//
// What is wrong with a file is told where its name was written: in the model, or by the caller.

import { type ArrayEntry, type FileBytes, openDataFile } from "@hamlet/core";
import {
  collectDiagnostics,
  type Compilation,
  type Diagnostic,
  type Diagnostics,
  type MissingFile,
  type Places,
  type SourceFile,
  type Span,
  suggest,
} from "@hamlet/dsl";
import {
  badEntry,
  type FoundArray,
  layoutOf,
  noFile,
  notAnArray,
  rounded,
  takeOf,
} from "@hamlet/dsl/data";
import { type Dim, HamError, type Tensor } from "@hamlet/graph";
import type { Entries } from "@hamlet/ham";
import {
  asBits,
  type BadEntry,
  entriesOf,
  lossOf,
  reorder,
  type Stored,
  takeFirst,
} from "./entries.ts";
import { isMissing, type ModelFiles } from "./files.ts";
import { openStoredMemory } from "./stored-memory.ts";

/** A file's array, and the place that named it. */
export interface OpenArray {
  readonly entry: ArrayEntry;
  readonly header: FoundArray;
  readonly place: Place;
  /** The place in the model; another one where the caller named the file. */
  readonly declared: Place;
}

interface Place {
  readonly diagnostics: Diagnostics;
  readonly span: Span;
  readonly from: "model" | "caller";
}

/** What all files of a model gave. */
export interface OpenArrays {
  readonly opened: ReadonlyMap<Tensor, OpenArray>;
  /** Everything found so far. */
  readonly diagnostics: () => Diagnostic[];
  /** The texts that these messages point into. */
  readonly sources: readonly SourceFile[];
  /** The places in the model of arrays whose files the caller named. */
  readonly outside: readonly Span[];
  /** Closes files that were not read as a whole. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens the file of every tensor that has one, and each file once; `data` has those of the caller, by
 * name.
 */
export async function openArrays(
  compilation: Compilation,
  data: Readonly<Record<string, string>>,
  files: ModelFiles,
): Promise<OpenArrays> {
  const { graph, places, source } = compilation;
  const opened = new Map<Tensor, OpenArray>();
  const inModel = collectDiagnostics(source);
  const collected = [inModel];
  const sources = [...compilation.sources];
  const outside: Span[] = [];
  const read = new Map<string, FileBytes | MissingFile>();
  const close = async () => {
    for (const file of read.values()) {
      if (!isMissing(file) && !(file instanceof Uint8Array)) await file.close();
    }
  };
  const failed = new Set<string>();
  for (const tensor of graph.tensors) {
    const given = givenFor(tensor, data, places);
    const path = given?.path ?? pathOf(tensor);
    if (path === null) continue;
    const declared: Place = {
      diagnostics: inModel,
      span: places.files.get(tensor) ?? places.declared.get(tensor)!,
      from: "model",
    };
    let place = declared;
    const name = places.stored.get(tensor) ?? tensor.name;
    // All arrays of a connection come from one file, and what is wrong with it is said once.
    if (failed.has(name)) continue;
    if (given !== undefined) {
      const written = argument(given);
      sources.push(written.source);
      outside.push(declared.span, places.declared.get(tensor)!);
      const diagnostics = collectDiagnostics(written.source);
      collected.push(diagnostics);
      place = { diagnostics, span: written.span, from: "caller" };
    }
    const file = path.replace(/#[^#]*$/, "");
    const key = `${place.from} ${file}`;
    const bytes = read.get(key) ?? (await files.read(file, place.from));
    read.set(key, bytes);
    const entry = await open(name, path, bytes, { ...place, stored: namesOf(places, name) });
    if (entry === null) {
      failed.add(name);
      continue;
    }
    const shape = fittingShape(entry, tensor);
    const isOutside = place.from === "caller";
    const header = { file: path, ...entry.header, shape, isOutside };
    opened.set(tensor, { entry, place, declared, header });
  }
  const diagnostics = () => collected.flatMap((each) => each.list());
  return { opened, diagnostics, sources, outside, [Symbol.asyncDispose]: close };
}

function pathOf({ source }: Tensor): string | null {
  return source?.from === "file" ? withKey(source) : null;
}

function withKey({ file, key }: { readonly file: string; readonly key: string | null }): string {
  return key === null ? file : `${file}#${key}`;
}

/** What the caller named for a tensor, or for all that a connection reads from its file. */
interface Given {
  readonly name: string;
  readonly option: "--given" | "--data";
  /** As it is written on a command line. */
  readonly written: string;
  readonly path: string;
}

function givenFor(
  tensor: Tensor,
  data: Readonly<Record<string, string>>,
  places: Places,
): Given | undefined {
  const connection = places.stored.get(tensor);
  const name = connection ?? tensor.name;
  if (!Object.hasOwn(data, name)) return undefined;
  const written = data[name];
  const option = tensor.kind === "given" ? "--given" : "--data";
  if (connection === undefined || namesOf(places, connection).length === 1) {
    return { name, option, written, path: written };
  }
  const [file, group] = written.split("#", 2);
  const param = tensor.name.slice(connection.length + 1);
  const path = withKey({ file, key: group === undefined ? param : `${group}.${param}` });
  return { name, option, written, path };
}

function argument({ name, option, written }: Given): { source: SourceFile; span: Span } {
  const text = `${option} ${name}=${written}`;
  const span = { start: text.length - written.length, end: text.length };
  return { source: { name: `${option} ${name}`, text }, span };
}

/** What a connection reads from its file, by the names of the arrays. */
function namesOf({ stored }: Places, connection: string): string[] {
  return [...stored].flatMap(([{ name }, owner]) =>
    owner === connection ? [name.slice(connection.length + 1)] : [],
  );
}

async function open(
  name: string,
  path: string,
  bytes: FileBytes | MissingFile,
  place: Place & { readonly stored: readonly string[] },
): Promise<ArrayEntry | null> {
  if (isMissing(bytes)) {
    noFile(place.diagnostics, place.from === "model" ? name : null, bytes, place.span);
    return null;
  }
  try {
    return (await openStoredMemory(path, bytes)) ?? (await openDataFile(path, bytes));
  } catch (error) {
    return report(error, path.replace(/#[^#]*$/, ""), place);
  }
}

/** Tells what is wrong with a file. */
function report(
  error: unknown,
  file: string,
  { diagnostics, span, stored = [] }: Place & { readonly stored?: readonly string[] },
): null {
  if (!HamError.isInstance(error)) throw error;
  const code = error.code === "core/unknown-array" ? "E0902" : "E0908";
  const problem = arrayProblem(error, file);
  const reads = `the connection reads ${stored.join(", ")} from its file`;
  const help =
    stored.length > 1 && "keys" in error.details ? `${problem.help}; ${reads}` : problem.help;
  notAnArray(diagnostics, code, { ...problem, help }, span);
  return null;
}

/**
 * The shape of what people type or draw, as the declaration wants it: one picture, row or column is
 * an array without that axis as well, and one example needs no axis for examples.
 */
function fittingShape({ typed, header }: ArrayEntry, tensor: Tensor): number[] {
  const wanted = layoutOf(tensor).length + (tensor.kind === "given" ? 1 : 0);
  const shape = [...header.shape];
  if (typed !== true) return shape;
  while (shape.length > wanted && shape[0] === 1) shape.shift();
  while (shape.length > wanted && shape.at(-1) === 1) shape.pop();
  if (tensor.kind === "given" && shape.length === wanted - 1) shape.unshift(1);
  return shape;
}

/** What is wrong with an array file, in the words of the language. */
function arrayProblem(error: HamError, file: string): { message: string; help: string } {
  const { keys, wanted } = error.details as { keys?: readonly string[]; wanted?: string };
  if (error.code === "core/unknown-array" && keys !== undefined && wanted !== undefined) {
    const near = suggest(wanted, keys);
    const has =
      keys.length === 0 ? "The file has no arrays with names" : `The file has: ${keys.join(", ")}`;
    return {
      message: `\`${file}\` has no array called \`${wanted}\``,
      help: near === undefined ? has : `did you mean \`${near}\`? ${has}`,
    };
  }
  const [message, ...help] = error.message.split(/(?<=\.) /);
  return { message: message.replace(/\.$/, ""), help: help.join(" ") };
}

/** The entries of an opened array, or null after a message. */
export function readEntries(
  tensor: Tensor,
  { entry, header: { file, shape }, place, declared }: OpenArray,
  sizes: ReadonlyMap<Dim, number>,
): Entries | null {
  let taken: Stored;
  let data: Float32Array | BadEntry;
  try {
    const { dtype, pieces } = storedIn(entry, tensor);
    taken = takeFirst({ shape, pieces }, takeOf(tensor, sizes));
    data = entriesOf(taken, tensor);
    if (data instanceof Float32Array) {
      const loss = lossOf(taken);
      if (loss !== null) rounded(declared.diagnostics, { file, dtype, loss }, declared.span);
    }
  } catch (error) {
    return report(error, file, place);
  }
  if (!(data instanceof Float32Array)) {
    badEntry(declared.diagnostics, tensor, { ...data, from: `\`${file}\` has` }, declared.span);
    return null;
  }
  const layout = layoutOf(tensor);
  const lead = taken.shape.length - layout.length;
  const order = [
    ...Array.from({ length: lead }, (_, axis) => axis),
    ...placesIn(layout, tensor.axes).map((axis) => lead + axis),
  ];
  return {
    shape: order.map((axis) => taken.shape[axis]),
    data: reorder(data, taken.shape, order),
  };
}

/** The elements of an entry; those of a picture as what the tensor wants. */
function storedIn(
  entry: ArrayEntry,
  { elem }: Tensor,
): Pick<Stored, "pieces"> & { readonly dtype: string } {
  const { pieces, header, brightest } = entry;
  if (pieces !== undefined) return { pieces, dtype: header.dtype };
  const array = entry.read();
  const { data, dtype } = brightest === undefined ? array : asBits(array, elem, brightest);
  return { pieces: [data], dtype };
}

/** Where each axis stands in a layout; axes of one dim keep their order. */
function placesIn(layout: readonly Dim[], axes: readonly Dim[]): number[] {
  const free = layout.map((dim): Dim | null => dim);
  return axes.map((dim) => {
    const place = free.indexOf(dim);
    free[place] = null;
    return place;
  });
}
