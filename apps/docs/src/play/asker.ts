// Asks the worker: a newer question takes the place of an older one.

import type { Answer, Asked } from "./answer.ts";
import type { Enough, Question, Reply } from "./worker.ts";

/**
 * A worker that is inside one long sum hears nothing. When a newer question has waited for so many
 * milliseconds the worker is replaced: what is lost is an answer that nobody waits for. Twice as long
 * the next time, so that a slow machine gets to an answer.
 */
const GRACE = 1000;

/** Called with what was asked and what is known of the answer. */
export type OnAnswer = (scene: Asked, answer: Answer) => void;

export class Asker {
  readonly #onAnswer: OnAnswer;
  #worker = this.#makeWorker();
  readonly #scenes = new Map<number, Asked>();
  #last: Question | null = null;
  /** False while a new worker loads: it computes nothing yet that would have to end. */
  #began = false;
  #grace = GRACE;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onAnswer: OnAnswer) {
    this.#onAnswer = onAnswer;
  }

  ask(scene: Asked): void {
    this.#last = { id: (this.#last?.id ?? 0) + 1, scene };
    this.#scenes.set(this.#last.id, scene);
    this.#worker.postMessage(this.#last, []);
    if (this.#began && this.#scenes.size > 1) this.#timer ??= this.#replaceLater();
  }

  /** What is learned, or searched, for the last question is so no further; the rest of its answer comes. */
  enough(of: Enough["of"]): void {
    const enough: Enough = { enough: this.#last!.id, of };
    this.#worker.postMessage(enough, []);
  }

  /** Computes no longer; the next question starts anew. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#scenes.clear();
    this.#began = false;
    this.#worker.terminate();
    this.#worker = this.#makeWorker();
  }

  #hear({ id, answer }: Reply): void {
    this.#began = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const older of this.#scenes.keys()) if (older < id) this.#scenes.delete(older);
    const scene = this.#scenes.get(id);
    if (scene === undefined) return;
    if (answer?.whole === true) this.#scenes.delete(id);
    if (answer !== null) {
      this.#grace = GRACE;
      this.#onAnswer(scene, answer);
    }
    // It is alive, and a newer question waits.
    if (this.#last!.id !== id) this.#timer ??= this.#replaceLater();
  }

  #replaceLater(): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#grace *= 2;
      this.stop();
      this.ask(this.#last!.scene);
    }, this.#grace);
  }

  #makeWorker(): Worker {
    const worker = new Worker(new URL("worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => this.#hear(data));
    worker.addEventListener("error", ({ message }) => {
      const messages = [`The program behind this picture did not load or broke: ${message}`];
      this.#onAnswer(this.#last!.scene, {
        drawing: null,
        recall: null,
        learning: null,
        checks: null,
        messages,
        diagnostics: [],
        whole: true,
      });
    });
    return worker;
  }
}
