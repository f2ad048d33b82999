// `node run-node.ts <backend>`: runs the suite on a backend of Node and prints the result as JSON; where
// `shaders` is wanted, not on its tensors.

import type { Choice } from "./choice.ts";
import { onWebgpu } from "./engine.ts";
import { printSuite } from "./node-backends.ts";
import { runSuite } from "./suite.ts";

await printSuite((backend, wanted) => {
  const { shaders = false, ...choice } = wanted as Choice & { readonly shaders?: boolean };
  return runSuite(backend, choice, shaders ? onWebgpu : undefined);
});
