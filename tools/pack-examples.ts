// Puts the examples into the command's package before it is packed, and takes them out again.

import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const inside = join(root, "apps/cli/examples");

rmSync(inside, { recursive: true, force: true });
if (!process.argv.includes("--remove")) {
  cpSync(join(root, "examples"), inside, { recursive: true });
}
