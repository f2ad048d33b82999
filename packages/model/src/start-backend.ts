// Which backend of TensorFlow.js a model gets: the best that was imported and starts.

import { HamError } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";

/**
 * Waits until a backend is ready: of those that were imported the first that starts, graphics cards first.
 *
 * In a page the wasm backend stays on one thread, unless its flag `WASM_HAS_MULTITHREAD_SUPPORT` was set:
 * its workers do not start once a bundler has renamed what they call, and then it waits for ever.
 *
 * @throws HamError `model/no-backend`, with what each of them said.
 */
export async function startBackend(): Promise<void> {
  if (tf.findBackendFactory("wasm") !== null && !(THREADS in tf.env().getFlags())) {
    tf.env().set(THREADS, false);
  }
  listen();
  try {
    await tf.ready();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const tried = [...failures].map(([name, why]) => `${name} (${why})`).join(", ");
    const found = tried === "" ? "none was imported" : `tried: ${tried}`;
    throw new HamError(
      "model/no-backend",
      `TensorFlow.js has no backend that works here; ${found}. Import one, such as @tensorflow/tfjs-backend-wasm, of the version of your @tensorflow/tfjs-core.`,
      { reason },
    );
  }
}

const THREADS = "WASM_HAS_MULTITHREAD_SUPPORT";

/** Why backends did not start, by name: TensorFlow.js only prints it. */
const failures = new Map<string, string>();
const listened = new WeakSet<object>();

function listen(): void {
  for (const [name, entry] of Object.entries(tf.engine().registryFactory)) {
    if (listened.has(entry)) continue;
    listened.add(entry);
    const { factory } = entry;
    const failed = (error: unknown): never => {
      failures.set(name, error instanceof Error ? error.message : String(error));
      throw error;
    };
    entry.factory = () => {
      try {
        const made = factory();
        return made instanceof Promise ? made.catch(failed) : made;
      } catch (error) {
        return failed(error);
      }
    };
  }
}
