export { NODE_BACKENDS, useBackend, type NodeBackend } from "./backends.ts";
export { expectNoLeak } from "./leak.ts";
