// `node run-node.ts <backend>`: runs every recall on a backend of Node, on tensors or on another engine,
// and prints them as JSON.

import type { RecallEngine } from "@hamlet/ham";
import { printSuite } from "../../core/conformance/node-backends.ts";
import type { Some } from "./recall-case.ts";
import { runRecalls } from "./run-recalls.ts";

await printSuite((_, wanted) => {
  const { engine, ...some } = wanted as Some & { readonly engine?: RecallEngine };
  return runRecalls(some, engine);
});
