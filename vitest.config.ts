import { availableParallelism } from "node:os";
import { join } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import { ClosingLine } from "./tools/closing-line.ts";
import { readSampling } from "./tools/sampling.ts";
import { LongestFirst } from "./tools/longest-first.ts";

// Whatever reads this file again shares the seed of the first reading.
if (process.env.HAMLET_SEED === undefined) {
  process.env.HAMLET_SEED = String(readSampling(process.env).seed);
  console.info(`Laws are tested on samples of HAMLET_SEED=${process.env.HAMLET_SEED}`);
}

// Programs that tests start load the same modules again and again: what Node makes of them is made once.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/compiled");

// By it npx says how something was called, and commands that are tested would propose the same.
delete process.env.npm_command;

/** Whoever watches is at work on the same machine: a core stays free, and no browser starts. */
const watching = process.argv.includes("watch");
const IN_BROWSERS = [
  "**/conformance/{browser,webgpu-in-node}.test.ts",
  "**/docs/test/{home,landscape,site,use}.test.ts",
];

const HALF_AN_HOUR = 1_800_000;

export default defineConfig({
  test: {
    include: ["{packages,apps}/*/test/**/*.test.ts", "tools/test/**/*.test.ts"],
    // A limit only ends what hangs, and there is no other: on a busy machine an honest test takes minutes.
    testTimeout: HALF_AN_HOUR,
    hookTimeout: HALF_AN_HOUR,
    teardownTimeout: HALF_AN_HOUR,
    // Files share workers, and with them what they import: a project for each package would begin anew.
    isolate: false,
    // Every core has a file to test; the usual rule keeps one back, which is half of two.
    maxWorkers: watching ? Math.max(1, availableParallelism() - 1) : "100%",
    exclude: [...configDefaults.exclude, ...(watching ? IN_BROWSERS : [])],
    provide: { ...readSampling(process.env) },
    sequence: { sequencer: LongestFirst },
    reporters: ["default", new ClosingLine()],
  },
});
