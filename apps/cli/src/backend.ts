// The TensorFlow.js backend of a run.

import * as tf from "@tensorflow/tfjs-core";
import { suggest } from "@hamlet/dsl";
import { CommandError, EXIT } from "./exit.ts";

/** Backends by name, loaded only when asked for. */
const BACKENDS: Readonly<Record<string, () => Promise<unknown>>> = {
  wasm: () => import("@tensorflow/tfjs-backend-wasm"),
  cpu: () => import("@tensorflow/tfjs-backend-cpu"),
};

export const DEFAULT_BACKEND = "wasm";
export const BACKEND_NAMES: readonly string[] = Object.keys(BACKENDS);

/** Starts a backend; an unknown one is a usage error. */
export async function startBackend(name: string): Promise<void> {
  const load = BACKENDS[name];
  if (load === undefined) {
    const near = suggest(name, BACKEND_NAMES);
    throw new CommandError(
      EXIT.usage,
      `there is no backend "${name}".${near === undefined ? "" : ` Did you mean ${near}?`} Backends here: ${BACKEND_NAMES.join(", ")}.`,
    );
  }
  // Keeps the cpu backend from advertising another package on the first operation.
  tf.env().set("PROD", true);
  await load();
  await tf.setBackend(name);
  await tf.ready();
}
