import { expect, test } from "vitest";
import { closingLine, sameSamples, tally, type FinishedFile } from "../closing-line.ts";

type State = "passed" | "failed" | "skipped" | "pending";

function finished(states: readonly State[], ok = !states.includes("failed")): FinishedFile {
  return {
    children: { allTests: () => states.map((state) => ({ result: () => ({ state }) })) },
    ok: () => ok,
  };
}

test("the line names passed and failed tests always, skipped ones when there are any", () => {
  expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe("tests: 12 passed, 0 failed");
  expect(closingLine({ passed: 1, failed: 2, skipped: 3 })).toBe(
    "tests: 1 passed, 2 failed, 3 skipped",
  );
});

test("tests are counted over all files", () => {
  const modules = [finished(["passed", "failed", "skipped"]), finished(["passed", "pending"])];
  expect(tally(modules, 0)).toEqual({ passed: 2, failed: 1, skipped: 2 });
});

test("a file that broke before its tests counts as a failure", () => {
  expect(tally([finished([], false)], 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test("an error outside every file counts as a failure", () => {
  expect(tally([finished(["passed"])], 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test("a failed run says how to draw its samples again", () => {
  expect(sameSamples({ HAMLET_SEED: "7", HAMLET_SAMPLES: "2" })).toBe(
    "The same samples again: HAMLET_SEED=7 HAMLET_SAMPLES=2 pnpm vitest run FILE",
  );
  expect(sameSamples({ HAMLET_SEED: "7" })).toContain("HAMLET_SAMPLES=0.4");
});
