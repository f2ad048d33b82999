// `node run-node.ts <backend>`: runs every recall on a backend of Node and prints them as JSON.

import { printSuite } from "../../core/conformance/node-backends.ts";
import type { Some } from "./recall-case.ts";
import { runRecalls } from "./run-recalls.ts";

await printSuite((_, some) => runRecalls(some as Some | undefined));
