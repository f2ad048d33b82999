// Imported before all else by what runs in Node alone: an older one would fail in the middle.

import { needsNode } from "../needs-node.ts";

const problem = needsNode("@hamlet/model", new URL("../../package.json", import.meta.url));
if (problem !== null) throw new Error(problem);
