import { defineConfig } from "vitest/config";
import { ClosingLine } from "./tools/closing-line.ts";

export default defineConfig({
  test: {
    projects: ["packages/*", "apps/*", "tools"],
    reporters: ["default", new ClosingLine()],
  },
});
