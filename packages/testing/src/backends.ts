import * as tf from "@tensorflow/tfjs-core";

/** The backends that run in Node without a browser or a graphics card. */
export type NodeBackend = "cpu" | "wasm";

/** Every backend that `useBackend` starts, for `describe.each`. */
export const NODE_BACKENDS: readonly NodeBackend[] = ["cpu", "wasm"];

/**
 * Makes a TensorFlow.js backend the current one. tfjs's banner about Node stays away.
 *
 * This package brings no backend: the test imports `@tensorflow/tfjs-backend-wasm` or another.
 * @throws Error when the backend does not start.
 */
export async function useBackend(name: NodeBackend): Promise<void> {
  tf.env().set("PROD", true);
  const registered = Object.keys(tf.engine().registryFactory);
  if (!registered.includes(name) || !(await tf.setBackend(name))) {
    throw new Error(
      `The backend "${name}" did not start. Registered: ${registered.join(", ") || "none"}. Import ` +
        `@tensorflow/tfjs-backend-${name} in the test, in the version of tfjs-core.`,
    );
  }
  await tf.ready();
}
