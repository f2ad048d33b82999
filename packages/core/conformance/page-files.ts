import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../../../apps/docs/src/content/docs/reference");

/** Where the two generated pages live. */
export const PAGES = {
  operations: join(FOLDER, "operations.md"),
  precision: join(FOLDER, "precision.md"),
};
