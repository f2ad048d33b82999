export { serve, type ServeOptions } from "./server.ts";
export type { FilesOf } from "./files.ts";
