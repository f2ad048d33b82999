import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { ClosingLine } from "./tools/closing-line.ts";
import { LongestFirst } from "./tools/longest-first.ts";

const folders = ["packages", "apps"].flatMap((room) =>
  readdirSync(room).map((name) => `${room}/${name}`),
);

/** A folder as a project that goes by its package's name and shares the settings below. */
function project(root: string) {
  const { name } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as { name: string };
  return { extends: true as const, root, test: { name } };
}

const HALF_AN_HOUR = 1_800_000;

export default defineConfig({
  test: {
    projects: [...folders.map(project), { extends: true, root: "tools", test: { name: "tools" } }],
    // A limit only ends what hangs, and there is no other: on a busy machine an honest test takes minutes.
    testTimeout: HALF_AN_HOUR,
    hookTimeout: HALF_AN_HOUR,
    teardownTimeout: HALF_AN_HOUR,
    // Every core has a file to test; the usual rule keeps one back, which is half of two.
    maxWorkers: "100%",
    sequence: { sequencer: LongestFirst },
    reporters: ["default", new ClosingLine()],
  },
});
