// Somebody else at work, in a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { printed, PYTHON } from "../python.ts";
import type { Other } from "./row.ts";

/** Who else does a job, when asked. */
export class Peer {
  readonly library: Other["library"];
  readonly #once: () => number;
  readonly #times: number;
  readonly #process: ChildProcess | null;
  readonly #lines: Interface | null;

  constructor({ library, args, times = 1, stays = false }: Other) {
    this.library = library;
    this.#times = times;
    this.#once = () => printed(args)[0];
    const program = args[0].endsWith(".py") ? PYTHON : process.execPath;
    this.#process = stays ? spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] }) : null;
    this.#lines = stays ? createInterface(this.#process!.stdout!) : null;
  }

  /** The seconds of the job, now. */
  async seconds(): Promise<number> {
    if (this.#process === null) return this.#times * this.#once();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const lost = () => reject(new Error(`${this.library} ended before its job did.`));
    this.#lines!.once("line", (line) => resolve(Number(line)));
    this.#process.once("exit", lost);
    this.#process.stdin!.write("\n");
    return await promise.finally(() => this.#process!.off("exit", lost));
  }

  end(): void {
    this.#process?.kill();
  }
}
