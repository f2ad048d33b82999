// `node run-node.ts <backend>`: runs the suite on a backend of Node and prints the result as JSON.

import { printSuite } from "./node-backends.ts";
import { runSuite } from "./suite.ts";

await printSuite(runSuite);
