// Loading: text, data files and overrides become a model that is ready to run.

import { type ArrayData, type ArrayEntry, key, openArrayFile } from "@hamlet/core";
import {
  collectDiagnostics,
  compile,
  type Compilation,
  type Diagnostic,
  type Diagnostics,
  renderDiagnostic,
  type SourceFile,
  type Span,
  suggest,
  withoutAllowed,
} from "@hamlet/dsl";
import {
  badEntry,
  fitData,
  type FoundArray,
  layoutOf,
  noFile,
  notAnArray,
  takeOf,
} from "@hamlet/dsl/data";
import { checkSoundness } from "@hamlet/dsl/soundness";
import {
  type Dim,
  HamError,
  invariant,
  type Refusal,
  refusalOf,
  type Registry,
  type Tensor,
} from "@hamlet/graph";
import { addInitialEntries, type Entries } from "@hamlet/ham";
import { learnedEntries, readParams } from "./params.ts";
import { CATALOGUE } from "./catalogue.ts";
import { entriesOf, reorder, roundingError, takeFirst } from "./entries.ts";
import { type ModelFiles, NO_FILES } from "./files.ts";
import { checkMemory, freeMemory } from "./memory.ts";
import { readUses } from "./uses.ts";

/** How a model is loaded. */
export interface LoadOptions {
  /** Where data files come from; default: nowhere. */
  readonly files?: ModelFiles;
  /** The Lagrangians and hypersynapses that the file may name; default: the catalogue. */
  readonly registry?: Registry;
  /** `NAME=NUMBER` texts that override consts, dims and recall settings. */
  readonly set?: readonly string[];
  /** Files for `data` and `given` names: `FILE`, or `FILE.npz#key`. They override the model's. */
  readonly data?: Readonly<Record<string, string>>;
  /**
   * A safetensors file with params by their names, as a training writes it. They take the place of
   * what the model says; params that it does not hold stay.
   */
  readonly params?: string;
  /** Seed of everything that is drawn; default 0. */
  readonly seed?: number;
  /**
   * How many bytes the model may take; default: what is free. One that needs more is refused before
   * anything is read into memory (E0911).
   */
  readonly memory?: number;
}

/** Everything a model is made of, before tensors. */
export interface LoadedParts {
  readonly compilation: Compilation;
  readonly sizes: ReadonlyMap<Dim, number>;
  /** Every const, param and data, and every given that has a file. */
  readonly entries: ReadonlyMap<Tensor, Entries>;
  readonly warnings: readonly Diagnostic[];
  readonly seed: number;
  readonly memory: number;
}

/** Compiles a file and reads its data. Throws `model/file-has-errors` with all messages. */
export async function loadParts(
  source: SourceFile,
  {
    files = NO_FILES,
    registry = CATALOGUE,
    set = [],
    data = {},
    params,
    seed = 0,
    memory,
  }: LoadOptions,
): Promise<LoadedParts> {
  const resolve = await readUses(source, files);
  const compilation = compile(source, { registry, resolve, set, checks: [checkSoundness] });
  assertAllRun(compilation);
  const { graph, places } = compilation;
  const found = collectDiagnostics(source);
  const arrays = new Map<Tensor, { header: FoundArray; entry: ArrayEntry }>();
  const outside: Span[] = [];
  const learned = params === undefined ? null : await readParams(params, graph, files);
  for (const tensor of graph.tensors) {
    const given = data[tensor.name];
    if (given === undefined && tensor.source?.from !== "file") continue;
    const path = given ?? [pathOf(tensor), keyOf(tensor)].filter((part) => part !== null).join("#");
    const span = places.files.get(tensor) ?? places.declared.get(tensor)!;
    if (given !== undefined) outside.push(span, places.declared.get(tensor)!);
    const entry = await openArray(
      tensor.name,
      path,
      given === undefined ? "model" : "caller",
      files,
      found,
      span,
    );
    if (entry === null) continue;
    arrays.set(tensor, { entry, header: { file: path, ...entry.header } });
  }
  stopOnErrors([...compilation.diagnostics, ...found.list()], compilation.sources, outside);
  assertKnownNames(compilation, data);

  const fit = fitData(
    compilation,
    new Map([...arrays].map(([tensor, { header }]) => [tensor, header])),
  );
  // Where sizes contradict each other, the file that the caller put in is the odd one.
  const contradicting = outside.length === 0 ? [] : fit.diagnostics.map(({ span }) => span);
  stopOnErrors(fit.diagnostics, compilation.sources, contradicting);
  const free = memory ?? freeMemory();
  const shapes = new Map([...arrays].map(([tensor, { header }]) => [tensor, header.shape]));
  checkMemory(found, compilation, { sizes: fit.sizes, shapes, free });
  stopOnErrors(found.list(), compilation.sources);
  const entries = new Map<Tensor, Entries>();
  for (const [tensor, { entry, header }] of arrays) {
    const span = places.files.get(tensor) ?? places.declared.get(tensor)!;
    const array = orReport(found, header.file, span, () => entry.read());
    const read = array && fromFile(tensor, array, header, fit.sizes, compilation, found);
    if (read !== null) entries.set(tensor, read);
  }
  stopOnErrors(found.list(), compilation.sources, outside);
  for (const [tensor, array] of learned ?? []) {
    entries.set(tensor, learnedEntries(tensor, array, fit.sizes));
  }
  for (const tensor of graph.tensors) {
    addInitial(tensor, { sizes: fit.sizes, entries, seed }, compilation, found);
  }
  stopOnErrors(found.list(), compilation.sources);
  for (const tensor of graph.tensors) {
    invariant(
      tensor.kind === "given" || tensor.kind === "data" || entries.has(tensor),
      `"${tensor.name}" has a value`,
    );
  }
  const warnings = withoutAllowed(compilation.file, [
    ...compilation.diagnostics,
    ...fit.diagnostics,
    ...found.list(),
  ]);
  return { compilation, sizes: fit.sizes, entries, warnings, seed, memory: free };
}

function pathOf(tensor: Tensor): string | null {
  return tensor.source?.from === "file" ? tensor.source.file : null;
}

function keyOf(tensor: Tensor): string | null {
  return tensor.source?.from === "file" ? tensor.source.key : null;
}

/** What was left out of a graph may be checked, but not computed with. */
function assertAllRun({ leftOut }: Compilation): void {
  if (leftOut.length === 0) return;
  throw new HamError(
    "model/plugin-not-run",
    `This model needs the code of ${leftOut.map((name) => `"${name}"`).join(", ")}, which may only be checked here. Load it with \`pluginCode: "run"\`.`,
    { leftOut },
  );
}

/**
 * Throws when there is an error among the messages. `outside` are the places of arrays that the
 * caller named: errors about these alone are the caller's, and `details.ofArguments` says so.
 */
export function stopOnErrors(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceFile[],
  outside: readonly Span[] = [],
): void {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return;
  const text = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, sources)).join("\n\n");
  const ofArguments = errors.every(
    ({ file, span }) =>
      file.startsWith("--") ||
      outside.some(({ start, end }) => start === span.start && end === span.end),
  );
  throw new HamError("model/file-has-errors", text, { diagnostics, sources, ofArguments });
}

function assertKnownNames({ graph }: Compilation, data: Readonly<Record<string, string>>): void {
  const takes = graph.tensors.filter(({ kind }) => kind === "data" || kind === "given");
  for (const name of Object.keys(data)) {
    if (takes.some((tensor) => tensor.name === name)) continue;
    const names = takes.map((tensor) => tensor.name);
    const near = suggest(name, names);
    throw new HamError(
      "model/unknown-data",
      `This model has no data or given called "${name}".${near === undefined ? "" : ` Did you mean ${near}?`} ${
        names.length === 0
          ? "It takes no files"
          : `It takes: ${takes.map((tensor) => `${tensor.name} (${tensor.kind})`).join(", ")}`
      }.`,
    );
  }
}

/** Reads a file and the header of its array; the entries come when the model is known to fit. */
async function openArray(
  name: string,
  path: string,
  from: "model" | "caller",
  files: ModelFiles,
  diagnostics: Diagnostics,
  span: { start: number; end: number },
): Promise<ArrayEntry | null> {
  const hash = path.lastIndexOf("#");
  const file = hash < 0 ? path : path.slice(0, hash);
  const bytes = await files.read(file, from);
  if (!(bytes instanceof Uint8Array)) {
    noFile(diagnostics, name, bytes, span);
    return null;
  }
  return orReport(diagnostics, file, span, () => openArrayFile(path, bytes));
}

/** What a file gives, or null after a message about what is wrong with it. */
function orReport<T>(
  diagnostics: Diagnostics,
  file: string,
  span: { start: number; end: number },
  read: () => T,
): T | null {
  try {
    return read();
  } catch (error) {
    if (!HamError.isInstance(error)) throw error;
    notAnArray(diagnostics, arrayProblem(error, file), span);
    return null;
  }
}

/** What is wrong with an array file, in the words of the language. */
function arrayProblem(error: HamError, file: string): { message: string; help: string } {
  const { keys, wanted } = error.details as { keys?: readonly string[]; wanted?: string };
  if (error.code === "core/unknown-array" && keys !== undefined && wanted !== undefined) {
    const near = suggest(wanted, keys);
    const has = keys.length === 0 ? "The file has no arrays" : `The file has: ${keys.join(", ")}`;
    return {
      message: `\`${file}\` has no array called \`${wanted}\``,
      help: near === undefined ? has : `did you mean \`${near}\`? ${has}`,
    };
  }
  const [message, ...help] = error.message.split(/(?<=\.) /);
  return { message: message.replace(/\.$/, ""), help: help.join(" ") };
}

/** Whether the declaration of a tensor silences a warning. */
function isAllowed({ file }: Compilation, tensor: Tensor, rule: string): boolean {
  const item = file.items.find(
    (other) =>
      (other.kind === "data" || other.kind === "given" || other.kind === "param") &&
      other.name.text === tensor.name,
  );
  return (item?.attributes ?? []).some(
    ({ name, args }) => name.text === "allow" && args.some((arg) => arg.text === rule),
  );
}

/** What a formula or a draw gives; reports what the declaration rules out. */
function addInitial(
  tensor: Tensor,
  known: { sizes: ReadonlyMap<Dim, number>; entries: Map<Tensor, Entries>; seed: number },
  { places, graph }: Compilation,
  diagnostics: Diagnostics,
): void {
  try {
    addInitialEntries([tensor], known.sizes, known.entries, key(known.seed));
  } catch (error) {
    if (!HamError.isInstance(error) || error.code !== "ham/value-refused") throw error;
    const { name, at, value } = error.details as { name: string; at: number[]; value: number };
    // A formula may read a tensor that is to blame itself; that one is reported when its turn comes.
    const blamed = graph.tensors.find((other) => other.name === name);
    if (blamed !== tensor) return;
    const drawn = tensor.source?.from === "draw" ? tensor.source.distribution : null;
    const from = drawn === null ? "its formula gives" : `\`${drawn}\` gives`;
    const because: Refusal = refusalOf(tensor, value) ?? "bound";
    const span = places.types.get(tensor) ?? places.declared.get(tensor)!;
    badEntry(diagnostics, tensor, { at, value, because, from }, span);
  }
}

function fromFile(
  tensor: Tensor,
  array: ArrayData,
  { file }: FoundArray,
  sizes: ReadonlyMap<Dim, number>,
  compilation: Compilation,
  diagnostics: Diagnostics,
): Entries | null {
  const { places } = compilation;
  const span = places.files.get(tensor) ?? places.declared.get(tensor)!;
  const taken = takeFirst(array, takeOf(tensor, sizes));
  const data = entriesOf(taken, tensor);
  if (!(data instanceof Float32Array)) {
    badEntry(diagnostics, tensor, { ...data, from: `\`${file}\` has` }, span);
    return null;
  }
  const rounding = roundingError(taken);
  if (rounding > 0 && !isAllowed(compilation, tensor, "dtype")) {
    diagnostics.report("W0903", span, {
      message: `\`${file}\` holds float64; it is read as float32`,
      label: `largest rounding error ${rounding.toExponential(1)}`,
      help: ["silence with `@allow(dtype)`"],
    });
  }
  const layout = layoutOf(tensor);
  const lead = taken.shape.length - layout.length;
  const order = [
    ...Array.from({ length: lead }, (_, axis) => axis),
    ...placesIn(layout, tensor.axes).map((axis) => lead + axis),
  ];
  const shape = order.map((axis) => taken.shape[axis]);
  return { shape, data: reorder(data, taken.shape, order) };
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
