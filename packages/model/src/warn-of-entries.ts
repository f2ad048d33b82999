// Entries that a model takes, and that do not do there what they look like.

import type { Compilation, Diagnostics } from "@hamlet/dsl";
import { asymmetric } from "@hamlet/dsl/data";
import { asymmetryOf, type Dim, symmetricUses, type Tensor } from "@hamlet/graph";
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
  measureSymmetry(compilation, known, diagnostics);
}

/** W0611 for what came from files, and is not as symmetric as its energy. */
function measureSymmetry(
  { graph, places, file }: Compilation,
  { entries, learned }: KnownEntries,
  diagnostics: Diagnostics,
): void {
  for (const { tensor, order } of symmetricUses(graph)) {
    const found = entries.get(tensor);
    if (found === undefined) continue;
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
