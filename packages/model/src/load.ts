// Loading: text, data files and overrides become a model that is ready to run.

import { key } from "@hamlet/core";
import {
  collectDiagnostics,
  compile,
  type Compilation,
  type Diagnostic,
  type Diagnostics,
  type SourceFile,
  type Span,
  suggest,
  withoutAllowed,
} from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { badEntry, fitData } from "@hamlet/dsl/data";
import { checkSoundness, reportSettings } from "@hamlet/dsl/soundness";
import {
  type Dim,
  type Expr,
  HamError,
  invariant,
  type Refusal,
  refusalOf,
  type Registry,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
import { addInitialEntries, type Entries, exactScalar } from "@hamlet/ham";
import { openArrays, readEntries } from "./arrays.ts";
import { learnedEntries, readParams } from "./params.ts";
import { CATALOGUE } from "./catalogue.ts";
import { type ModelFiles, NO_FILES } from "./files.ts";
import { checkMemory, freeMemory } from "./memory.ts";
import { readUses } from "./uses.ts";
import { warnOfEntries } from "./warn-of-entries.ts";

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
   * A file with params by their names: safetensors, as a training writes it, or `.npz`; or `.npy` for a
   * model with a single param. They take the place of
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
  const { graph } = compilation;
  const found = collectDiagnostics(source);
  const learned = params === undefined ? null : await readParams(params, graph, files);
  await using arrays = await openArrays(compilation, data, files);
  const { sources, outside } = arrays;
  stopOnErrors([...compilation.diagnostics, ...arrays.diagnostics()], sources, outside);
  assertKnownNames(compilation, data);

  const headers = new Map([...arrays.opened].map(([tensor, { header }]) => [tensor, header]));
  const fit = fitData(compilation, headers);
  // Where sizes contradict each other, the file that the caller put in is the odd one.
  const contradicting = outside.length === 0 ? [] : fit.diagnostics.map(({ span }) => span);
  stopOnErrors(fit.diagnostics, compilation.sources, contradicting);
  const free = memory ?? freeMemory();
  const shapes = new Map([...headers].map(([tensor, { shape }]) => [tensor, shape]));
  checkMemory(found, compilation, { sizes: fit.sizes, shapes, free });
  stopOnErrors(found.list(), compilation.sources);
  const entries = new Map<Tensor, Entries>();
  for (const [tensor, array] of arrays.opened) {
    const read = readEntries(tensor, array, fit.sizes);
    if (read !== null) entries.set(tensor, read);
  }
  stopOnErrors(arrays.diagnostics(), sources, outside);
  for (const [tensor, array] of learned ?? []) {
    entries.set(tensor, learnedEntries(tensor, array, fit.sizes));
  }
  for (const tensor of graph.tensors) {
    addInitial(tensor, { sizes: fit.sizes, entries, seed }, compilation, found);
  }
  stopOnErrors(found.list(), compilation.sources);
  stopOnErrors(settingsThatNeedData(compilation, fit.sizes, entries), compilation.sources);
  warnOfEntries(
    compilation,
    { sizes: fit.sizes, entries, learned: new Set(learned?.keys()) },
    found,
  );
  for (const tensor of graph.tensors) {
    invariant(
      tensor.kind === "given" || tensor.kind === "data" || entries.has(tensor),
      `"${tensor.name}" has a value`,
    );
  }
  const warnings = withoutAllowed(compilation.file, [
    ...compilation.diagnostics,
    ...fit.diagnostics,
    ...arrays.diagnostics(),
    ...found.list(),
  ]);
  return { compilation, sizes: fit.sizes, entries, warnings, seed, memory: free };
}

/** What is to be said of a file, its settings known by the sizes and values of its data as well. */
function settingsThatNeedData(
  { checkLater }: Compilation,
  sizes: ReadonlyMap<Dim, number>,
  entries: ReadonlyMap<Tensor, Entries>,
): readonly Diagnostic[] {
  const tensors = new Map([...entries].map(([tensor, { data }]) => [tensor, data]));
  const isKnown = (expr: Expr) =>
    [...tensorsIn([expr])].every((tensor) => tensor.kind !== "given" && tensors.has(tensor));
  const valueOf = (expr: Expr) => (isKnown(expr) ? exactScalar(expr, { sizes, tensors }) : null);
  return checkLater([(graph, written) => reportSettings(graph, valueOf, written)]);
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

function assertKnownNames(
  { graph, places }: Compilation,
  data: Readonly<Record<string, string>>,
): void {
  const connections = new Set(places.stored.values());
  const takes = [
    ...graph.tensors.filter(({ kind }) => kind === "data" || kind === "given"),
    ...[...connections].map((name) => ({ name, kind: "connection" })),
  ];
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
