// Lanes of 256 bits: the same numbers, in a process of its own, since it is a matter of a whole one.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);

/** What a process prints that computes with wider lanes, or without. */
async function printed(script: string, turbo: string): Promise<unknown> {
  const env = { ...process.env, HAMLET_THREADS: "2", HAMLET_TURBO: turbo };
  const { stdout, stderr } = await run(process.execPath, [join(ROOT, "test/run", script)], {
    env,
    cwd: ROOT,
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

test("steps have the same bits, on several threads too", async () => {
  const [plain, wide] = [
    await printed("threads-process.ts", ""),
    await printed("threads-process.ts", "1"),
  ];
  expect(wide).toEqual(plain);
});

test("it says whether it is on, and why", async () => {
  const told = await printed("turbo-process.ts", "");
  expect(told).toEqual({
    first: { isOn: expect.any(Boolean), why: expect.stringMatching(/^[a-z].*[^.]$/) },
    isKept: true,
    elsewhere: "it needs a processor with AVX2, found arm64",
    before: "it needs Node.js 24 or newer",
    page: "only Node.js can tell its engine to",
  });
});
