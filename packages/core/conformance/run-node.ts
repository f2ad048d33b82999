// `node run-node.ts <backend>`: runs the suite on a backend of Node and prints the result as JSON.

import { printSuite } from "./node-backends.ts";
import type { Choice } from "./choice.ts";
import { runSuite } from "./suite.ts";

await printSuite((backend, choice) => runSuite(backend, choice as Choice | undefined));
