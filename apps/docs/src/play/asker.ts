// Asks the worker: one question at a time, and of those that wait only the last.

import type { Answer, Question } from "./answer.ts";

/** Milliseconds after which a question is given up. */
const PATIENCE = 6000;

/** Called with what was asked and the answer; null when it took too long. */
export type OnAnswer = (question: Question, answer: Answer | null) => void;

export class Asker {
  readonly #onAnswer: OnAnswer;
  #worker = makeWorker();
  /** The first message of a worker says that it has loaded; patience begins then. */
  #ready = nextMessage(this.#worker);
  #asked: Question | null = null;
  #waiting: Question | null = null;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(onAnswer: OnAnswer) {
    this.#onAnswer = onAnswer;
  }

  ask(question: Question): void {
    if (this.#asked === null) this.#send(question);
    else this.#waiting = question;
  }

  #send(question: Question): void {
    this.#asked = question;
    void this.#ready.then(() => {
      void nextMessage(this.#worker).then((found) => this.#done(found as Answer));
      this.#patience = setTimeout(() => this.#giveUp(), PATIENCE);
      this.#worker.postMessage(question, []);
    });
  }

  #giveUp(): void {
    this.#worker.terminate();
    this.#worker = makeWorker();
    this.#ready = nextMessage(this.#worker);
    this.#done(null);
  }

  #done(answer: Answer | null): void {
    clearTimeout(this.#patience);
    const asked = this.#asked!;
    const next = this.#waiting;
    this.#asked = null;
    this.#waiting = null;
    this.#onAnswer(asked, answer);
    if (next !== null && !(answer === null && next.scene.text === asked.scene.text)) {
      this.#send(next);
    }
  }
}

function nextMessage(worker: Worker): Promise<unknown> {
  return new Promise((resolve) => {
    worker.addEventListener("message", ({ data }) => resolve(data), { once: true });
  });
}

function makeWorker(): Worker {
  return new Worker(new URL("worker.ts", import.meta.url), { type: "module" });
}
