// The worker of the landscape page on machines of all speeds: the last word is always the same.

import "@tensorflow/tfjs-backend-cpu";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Answer, answers } from "../src/play/answer.ts";
import { PRESETS } from "../src/play/presets.ts";
import type { Scene } from "../src/play/scene.ts";
import type { Question, Reply } from "../src/play/worker.ts";

const [TRIANGLE] = Object.values(PRESETS);

let replies: Reply[];
let ask: (question: Question) => void;

/** A worker in this process, on a machine where so many milliseconds pass between two looks at the clock. */
async function startWorker(milliseconds: number): Promise<void> {
  let time = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (time += milliseconds));
  await import("../src/play/worker.ts");
}

beforeEach(() => {
  vi.resetModules();
  replies = [];
  vi.stubGlobal("postMessage", (reply: Reply) => replies.push(reply));
  vi.stubGlobal("addEventListener", (_: string, listen: (event: { data: Question }) => void) => {
    ask = (data) => listen({ data });
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function wholeAnswer(scene: Scene): Promise<Answer> {
  const parts = answers(scene);
  for (;;) {
    const { value, done } = await parts.next();
    if (done === true) return value;
  }
}

const wholes = () => replies.filter(({ answer }) => answer?.whole === true);

test.each([0, 1, 20, 3_600_000])("with %d ms between two looks the answer is whole", async (ms) => {
  await startWorker(ms);
  ask({ id: 1, scene: TRIANGLE });
  await vi.waitFor(() => expect(wholes()).toHaveLength(1), { timeout: 600_000 });
  expect(replies[0]).toEqual({ id: 1, answer: null });
  expect(replies.at(-1)).toEqual({ id: 1, answer: await wholeAnswer(TRIANGLE) });
});

test("a newer question ends an older one, of which a picture is shown", async () => {
  await startWorker(3_600_000);
  const newer = { ...TRIANGLE, ball: [-1, 1] } as const;
  ask({ id: 1, scene: TRIANGLE });
  ask({ id: 2, scene: newer });
  await vi.waitFor(() => expect(wholes()).toHaveLength(1), { timeout: 600_000 });
  const first = replies.filter(({ id }) => id === 1);
  expect(first).toHaveLength(2);
  expect(first[1].answer!.drawing!.n).toBe(16);
  expect(replies.at(-1)).toEqual({ id: 2, answer: await wholeAnswer(newer) });
});

test("a scene that breaks the program is answered too", async () => {
  await startWorker(1);
  ask({ id: 1, scene: { ...TRIANGLE, points: null as unknown as Scene["points"] } });
  await vi.waitFor(() => expect(wholes()).toHaveLength(1), { timeout: 600_000 });
  expect(replies.at(-1)!.answer!.messages.join()).toContain("This text breaks the page");
});
