// What stands on a terminal while a command works: bars of 24 parts, and what is told beside them.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { countBar, recallBar, searchBar, trainBar, workBar } from "../src/progress.ts";

const { stderr } = process;
const before = stderr.isTTY;
let written: string[];

beforeEach(() => {
  written = [];
  Object.assign(stderr, { isTTY: true });
  vi.spyOn(stderr, "write").mockImplementation((part) => {
    written.push(String(part));
    return true;
  });
  // The library draws at most ten times a second.
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  Object.assign(stderr, { isTTY: before });
});

/** What stood there, in turn, a second each. */
function* shown(steps: readonly (() => void)[]): Generator<string> {
  for (const step of steps) {
    step();
    vi.advanceTimersByTime(1000);
    yield written.findLast((part) => /[█░]/.test(part)) ?? "";
  }
}

test("cases, and the part of a search", async () => {
  const cases = await countBar("cases");
  const search = await searchBar("search");
  const lines = shown([
    () => cases.onProgress({ done: 1, of: 4 }),
    () => cases.onProgress({ done: 3, of: 4 }),
    () => search.onProgress({ done: 0.5, of: 1 }),
  ]);
  expect([...lines]).toEqual([
    "cases ██████░░░░░░░░░░░░░░░░░░ 1/4",
    "cases ██████████████████░░░░░░ 3/4",
    "search ████████████░░░░░░░░░░░░ 50%",
  ]);
  cases.done();
  search.done();
});

test("a recall", async () => {
  const bar = await recallBar("settle");
  const lines = shown([
    () => bar.onProgress({ done: 1, of: 8, active: 3, energy: -1.23456789 }),
    () => bar.onProgress({ done: 2, of: 8, active: 1, energy: -20 }),
  ]);
  expect([...lines]).toEqual([
    "settle ███░░░░░░░░░░░░░░░░░░░░░ step 1/8  moving 3  energy -1.23457",
    "settle ██████░░░░░░░░░░░░░░░░░░ step 2/8  moving 1  energy -20.0000",
  ]);
  bar.done();
});

test("a training, with what was last measured on what is held back", async () => {
  const bar = await trainBar("learn");
  const rest = { of: 8, epochs: 4, unsettled: 0, unsolved: 0 };
  const metrics = new Map([["overlap", 0.5]]);
  const told = { ...rest, metrics, validation: null, validationMetrics: null };
  const lines = shown([
    () => bar.onProgress({ ...told, done: 1, epoch: 0.5, loss: 2.34567 }),
    () =>
      bar.onProgress({
        ...told,
        done: 2,
        epoch: 1,
        loss: 1.5,
        validation: 0.123456,
        validationMetrics: new Map([["overlap", 0.25]]),
      }),
    () => bar.onProgress({ ...told, done: 3, epoch: 1.5, loss: 1 }),
  ]);
  expect([...lines]).toEqual([
    "learn ███░░░░░░░░░░░░░░░░░░░░░ step 1/8  epoch 1/4  loss 2.346  overlap 0.500  0s left",
    "learn ██████░░░░░░░░░░░░░░░░░░ step 2/8  epoch 1/4  loss 1.500  overlap 0.500  held back 0.1235  overlap 0.250  6s left",
    "learn █████████░░░░░░░░░░░░░░░ step 3/8  epoch 2/4  loss 1.000  overlap 0.500  held back 0.1235  overlap 0.250  5s left",
  ]);
  bar.done();
});

test("jobs of known weight", async () => {
  const bar = await workBar("pages");
  const lines = shown([() => bar.advance(0.25, "first"), () => bar.advance(0.5, "second")]);
  expect([...lines]).toEqual([
    "pages ██████░░░░░░░░░░░░░░░░░░ 25%  1s, 0s to go  first",
    "pages ██████████████████░░░░░░ 75%  2s, 1s to go  second",
  ]);
  bar.done();
});

test("nothing where nobody looks", async () => {
  Object.assign(stderr, { isTTY: false });
  const bars = [
    await countBar("a"),
    await searchBar("b"),
    await recallBar("c"),
    await trainBar("d"),
  ];
  for (const bar of bars) bar.done();
  const bar = await workBar("e");
  bar.advance(1, "all");
  bar.done();
  expect(written).toEqual([]);
});
