// The page and its worker, however slow the machine: no answer that somebody waits for is given up.

import "@tensorflow/tfjs-backend-cpu";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Answer } from "../src/play/answer.ts";
import { Asker } from "../src/play/asker.ts";
import { PRESETS } from "../src/play/presets.ts";
import type { Scene } from "../src/play/scene.ts";
import type { Question } from "../src/play/worker.ts";

const HOUR = 3_600_000;
const [TRIANGLE] = Object.values(PRESETS);
const scenes = Array.from({ length: 4 }, (_, k): Scene => ({ ...TRIANGLE, ball: [k, k] }));

/** A worker that does what the test says. */
class FakeWorker extends EventTarget {
  static readonly all: FakeWorker[] = [];
  readonly asked: Question[] = [];
  ended = false;
  constructor() {
    super();
    FakeWorker.all.push(this);
  }
  postMessage(question: Question): void {
    this.asked.push(question);
  }
  terminate(): void {
    this.ended = true;
  }
  /** Begins with the question that came last, or tells some of its answer. */
  say(whole?: boolean, { id } = this.asked.at(-1)!): void {
    const answer: Answer | null =
      whole === undefined
        ? null
        : {
            drawing: null,
            recall: null,
            learning: null,
            checks: null,
            messages: [],
            diagnostics: [],
            whole,
          };
    this.dispatchEvent(new MessageEvent("message", { data: { id, answer } }));
  }
}

let heard: (readonly [scene: number, whole: boolean])[];
let asker: Asker;
const now = () => FakeWorker.all.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("Worker", FakeWorker);
  FakeWorker.all.length = 0;
  heard = [];
  asker = new Asker((scene, { whole }) => heard.push([scenes.indexOf(scene), whole]));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("an answer that takes an hour is shown", () => {
  vi.advanceTimersByTime(HOUR);
  asker.ask(scenes[0]);
  vi.advanceTimersByTime(HOUR);
  now().say();
  vi.advanceTimersByTime(HOUR);
  now().say(false);
  vi.advanceTimersByTime(HOUR);
  now().say(true);
  expect(heard).toEqual([
    [0, false],
    [0, true],
  ]);
  expect(FakeWorker.all).toHaveLength(1);
});

test("a worker that loads for an hour is not replaced, however much is asked", () => {
  for (const scene of scenes) {
    asker.ask(scene);
    vi.advanceTimersByTime(HOUR);
  }
  now().say(true);
  expect(heard).toEqual([[3, true]]);
  expect(FakeWorker.all).toHaveLength(1);
});

test("a worker that looks up takes the newer question by itself", () => {
  asker.ask(scenes[0]);
  now().say();
  asker.ask(scenes[1]);
  now().say(false, now().asked[0]);
  now().say();
  vi.advanceTimersByTime(HOUR);
  now().say(true);
  expect(heard).toEqual([
    [0, false],
    [1, true],
  ]);
  expect(FakeWorker.all).toHaveLength(1);
});

test("one that does not look up is replaced, each time later, and the newest is asked", () => {
  asker.ask(scenes[0]);
  now().say();
  for (const [k, patience] of [1000, 2000, 4000].entries()) {
    asker.ask(scenes[k + 1]);
    vi.advanceTimersByTime(patience - 1);
    expect(FakeWorker.all).toHaveLength(k + 1);
    vi.advanceTimersByTime(1);
    expect(FakeWorker.all).toHaveLength(k + 2);
    expect(FakeWorker.all[k].ended).toBe(true);
    expect(now().asked.map(({ scene }) => scene)).toEqual([scenes[k + 1]]);
    now().say();
  }
  now().say(true);
  expect(heard).toEqual([[3, true]]);
  // Who has answered is waited for as shortly as at first.
  asker.ask(scenes[0]);
  asker.ask(scenes[1]);
  vi.advanceTimersByTime(1000);
  expect(FakeWorker.all).toHaveLength(5);
});

test("what is stopped is not heard, and the next question begins anew", () => {
  asker.ask(scenes[0]);
  now().say();
  asker.ask(scenes[1]);
  const before = now();
  asker.stop();
  expect(before.ended).toBe(true);
  vi.advanceTimersByTime(HOUR);
  expect(FakeWorker.all).toHaveLength(2);
  asker.ask(scenes[2]);
  expect(now().asked.map(({ scene }) => scene)).toEqual([scenes[2]]);
  now().say(true);
  expect(heard).toEqual([[2, true]]);
});

test("a worker that breaks says so", () => {
  asker.ask(scenes[0]);
  now().dispatchEvent(Object.assign(new Event("error"), { message: "404" }));
  expect(heard).toEqual([[0, true]]);
});
