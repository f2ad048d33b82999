// Answers what the page asks. Between the pieces of an answer it looks for a newer question.

import { answers, type Answer, type Asked, type Wishes } from "./answer.ts";

export interface Question {
  readonly id: number;
  readonly scene: Asked;
}

/** What is learned, or searched, for a question is so no further. */
export interface Enough {
  readonly enough: number;
  readonly of: "learning" | "search";
}

/** What the worker says: that it begins with a question, or what it knows of the answer. */
export interface Reply {
  readonly id: number;
  readonly answer: Answer | null;
}

/** Milliseconds of work between two looks for a newer question; then what is there is shown as well. */
const TURN = 30;

let asked: Question | null = null;
let working = false;
/** The questions of which enough is learned, and searched. */
const enough = { learning: 0, search: 0 };

addEventListener("message", ({ data }: MessageEvent<Question | Enough>) => {
  if ("enough" in data) {
    enough[data.of] = data.enough;
    return;
  }
  asked = data;
  if (!working) void work();
});

async function work(): Promise<void> {
  working = true;
  while (asked !== null) {
    const { id, scene }: Question = asked;
    asked = null;
    const reply = (answer: Answer | null) => postMessage({ id, answer } satisfies Reply, {});
    reply(null);
    try {
      await compute(scene, reply, {
        stopped: () => enough.learning === id,
        searched: () => enough.search === id,
      });
    } catch (error) {
      if (asked !== null) continue;
      const text = `This text breaks the page: ${error instanceof Error ? error.message : String(error)}`;
      reply({
        drawing: null,
        recall: null,
        learning: null,
        checks: null,
        messages: [text],
        diagnostics: [],
        whole: true,
      });
    }
  }
  working = false;
}

/** Computes an answer, or as much of it as there is when a newer question comes. */
async function compute(
  scene: Asked,
  reply: (answer: Answer) => void,
  wishes: Wishes,
): Promise<void> {
  const signal = {
    get aborted() {
      return asked !== null;
    },
  };
  const parts = answers(scene, signal, wishes);
  let shown: Answer | null = null;
  let began = performance.now();
  for (;;) {
    const { value, done } = await parts.next();
    if (done === true) return reply(value);
    if (performance.now() - began < TURN) continue;
    if (value !== shown) reply(value);
    shown = value;
    await othersTurn();
    if (asked !== null) {
      // What it owns is given back.
      await parts.return(value);
      return;
    }
    began = performance.now();
  }
}

/** Lets messages in; timers would wait longer. */
function othersTurn(): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.addEventListener("message", resolve, { once: true });
    port1.start();
    port2.postMessage(null, []);
  });
}
