// `node run-node.ts <backend>`: the numbers of the notebooks on a backend of Node, as JSON.

import { printSuite } from "../../core/conformance/node-backends.ts";
import { type NOTEBOOKS, runNotebooks } from "./run-notebooks.ts";

await printSuite((_, wanted) => runNotebooks(wanted as typeof NOTEBOOKS | undefined));
