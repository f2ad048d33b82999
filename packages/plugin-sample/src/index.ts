// The code of the plugin: energies of the `extern` synapses of index.ham, by name. They return
// graph, not tensors, so gradients, checks and every backend follow by themselves.

import type { HypersynapseDefinition } from "@hamlet/graph";
import { maxPool } from "./max-pool.ts";

/** What Hamlet asks a plugin for. */
export const externs: Readonly<Record<string, HypersynapseDefinition["energy"]>> = {
  max_pool: maxPool,
};
