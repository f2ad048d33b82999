import { defineProject } from "vitest/config";

// Every test starts the real command, often several times.
export default defineProject({ test: { testTimeout: 120_000, hookTimeout: 120_000 } });
