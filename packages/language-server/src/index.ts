export { COMMANDS } from "./code-lenses.ts";
export type { ServerFiles } from "./files.ts";
export { serve, type ServeOptions } from "./server.ts";
