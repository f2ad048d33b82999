import * as tf from "@tensorflow/tfjs-core";

/** The backends that run in Node without a browser or a graphics card. */
export type NodeBackend = "cpu" | "wasm";

/** Every backend that `useBackend` starts, for `describe.each`. */
export const NODE_BACKENDS: readonly NodeBackend[] = ["cpu", "wasm"];

/**
 * Loads a TensorFlow.js backend and makes it the current one.
 *
 * The backend's package must be installed. tfjs's banner about Node stays away.
 * @throws Error when the backend is not installed or does not start.
 */
export async function useBackend(name: NodeBackend): Promise<void> {
  tf.env().set("PROD", true);
  // Not a literal: which backends are installed is up to whoever runs the tests.
  await import(/* @vite-ignore */ `@tensorflow/tfjs-backend-${name}`);
  if (!(await tf.setBackend(name))) {
    throw new Error(
      `The backend "${name}" did not start. Found ${Object.keys(tf.engine().registryFactory).join(", ")}; ` +
        `check that @tensorflow/tfjs-backend-${name} has the version of tfjs-core.`,
    );
  }
  await tf.ready();
}
