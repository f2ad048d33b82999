// Entries that a model takes, and that do not do there what they look like.

import type { Compilation, Diagnostics } from "@hamlet/dsl";
import { asymmetric, noSuchPosition } from "@hamlet/dsl/data";
import {
  asymmetryOf,
  type Dim,
  placeOf,
  positionUses,
  symmetricUses,
  type Tensor,
} from "@hamlet/graph";
import type { Entries } from "@hamlet/ham";

/** All entries of a model, and the params that came from a training. */
export interface KnownEntries {
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly entries: ReadonlyMap<Tensor, Entries>;
  readonly learned: ReadonlySet<Tensor>;
}

/** Warns of entries that their energy does not see as they are. */
export function warnOfEntries(
  compilation: Compilation,
  known: KnownEntries,
  diagnostics: Diagnostics,
): void {
  checkPositions(compilation, known, diagnostics);
  measureSymmetry(compilation, known, diagnostics);
}

/** W0612 for entries that are compared with positions, and are none. */
function checkPositions(
  { graph, places }: Compilation,
  { sizes, entries }: KnownEntries,
  diagnostics: Diagnostics,
): void {
  for (const { tensor, dim, shift } of positionUses(graph)) {
    const found = entries.get(tensor);
    const size = sizes.get(dim);
    if (found === undefined || size === undefined) continue;
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

/** W0611 for what came from files, and is not as symmetric as its energy. */
function measureSymmetry(
  { graph, places, file }: Compilation,
  { entries, learned }: KnownEntries,
  diagnostics: Diagnostics,
): void {
  for (const { tensor, order, isWritten } of symmetricUses(graph)) {
    const found = entries.get(tensor);
    // Who writes W[i, j] + W[j, i] knows.
    if (found === undefined || isWritten) continue;
    // Draws are not symmetric, and the own weights of a connection begin with one.
    const from = tensor.source?.from;
    const drawn = tensor.kind === "param" && (from === "draw" || from === "value");
    const own = file.items.some((item) => item.kind === "param" && item.name.text === tensor.name);
    if (drawn && !(own && learned.has(tensor))) continue;
    const asymmetry = asymmetryOf(found.data, found.shape, order);
    const span = places.files.get(tensor) ?? places.declared.get(tensor)!;
    if (asymmetry !== null) asymmetric(diagnostics, tensor.name, asymmetry, span);
  }
}
