// The TensorFlow.js backend of a run. The backends themselves are in backends/.

import { suggest } from "@hamlet/dsl";
import * as tf from "@tensorflow/tfjs-core";
import type { Backend } from "./backends/backend.ts";
import { BACKEND_NAMES, BACKENDS, DEFAULT_BACKEND } from "./backends/catalogue.ts";
import { CommandError, EXIT } from "./exit.ts";

/** The backend of that name; an unknown one is a usage error. */
export function findBackend(name: string): Backend {
  const found = BACKENDS.find((backend) => backend.name === name);
  if (found !== undefined) return found;
  const near = suggest(name, BACKEND_NAMES);
  throw new CommandError(
    EXIT.usage,
    `there is no backend "${name}".${near === undefined ? "" : ` Did you mean ${near}?`} Backends here: ${BACKEND_NAMES.join(", ")}.`,
  );
}

/**
 * Starts a backend.
 * @throws CommandError for an unknown backend, one that is not installed, or one that finds no
 * device.
 */
export async function startBackend(name: string): Promise<void> {
  const backend = findBackend(name);
  // Keeps the cpu backend from advertising another package on the first operation.
  tf.env().set("PROD", true);
  await backend.load();
  if (!(await tf.setBackend(backend.registered))) {
    throw new CommandError(
      EXIT.failed,
      `the backend "${name}" is installed but did not start: it found no device or driver that it can use. ${backend.needs} In the meantime, --backend ${DEFAULT_BACKEND} runs everywhere.`,
    );
  }
  await tf.ready();
}
