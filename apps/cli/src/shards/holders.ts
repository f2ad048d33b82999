// Patterns in processes that hold some each. One that dies is replaced, and asked again.

import { type ChildProcess, fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import {
  emptySoftmaxPart,
  mergeSoftmaxParts,
  type SoftmaxPart,
  type SoftmaxQueries,
} from "@hamlet/core/numbers";
import { openRows } from "@hamlet/core/rows";
import { openCallersFile } from "@hamlet/model/disk";
import { CommandError, EXIT } from "../exit.ts";
import { fileOf } from "../files/patterns.ts";
import { errorOf, type Problem } from "../threads/messages.ts";
import { sharing } from "../threads/pool.ts";

/** Rows of a file. */
interface HeldShard {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/** What a process is asked. */
export interface ShardQuestion {
  readonly id: number;
  readonly shard: HeldShard;
  readonly asked: SoftmaxQueries;
  /** Bytes of a shard that are held; more are read from the disk each time. */
  readonly largest: number;
}

/** What it says. */
export type ShardAnswer =
  | { readonly id: number; readonly part: SoftmaxPart }
  | { readonly id: number; readonly problem: Problem };

/** All patterns, wherever they are. */
export interface Holders {
  readonly count: number;
  /** Numbers of a pattern. */
  readonly width: number;
  /** What all patterns say; the same bits however often a process was replaced. */
  ask(asked: SoftmaxQueries): Promise<SoftmaxPart>;
  /** The processes of now. */
  pids(): number[];
  close(): void;
}

/** How patterns are held. */
export interface HoldOptions {
  /** Processes; with fewer files each of them is cut. */
  readonly workers: number;
  /** See {@link ShardQuestion.largest}. */
  readonly largest?: number;
}

const LARGEST = 2 ** 29;
/** Deaths of processes until it is given up. */
const MOST_DEATHS = 5;

/**
 * Opens files of patterns of one width.
 * @throws CommandError, HamError as `openRows` does.
 */
export async function holdShards(
  paths: readonly string[],
  { workers, largest = LARGEST }: HoldOptions,
): Promise<Holders> {
  const { shards, width } = await cut(paths, workers);
  const processes = Array.from({ length: Math.min(workers, shards.length) }, () => null);
  return new ProcessHolders(shards, { width, largest, processes });
}

async function cut(paths: readonly string[], workers: number) {
  const parts = Math.ceil(workers / paths.length);
  const shards: HeldShard[] = [];
  let width: number | null = null;
  for (const path of paths) {
    const file = await openCallersFile(fileOf(path));
    const rows = await openRows(path, file);
    await file.close();
    width ??= rows.width;
    if (rows.width !== width) {
      throw new CommandError(
        EXIT.usage,
        `${paths[0]} has patterns of ${width} numbers, and ${path} of ${rows.width}.`,
      );
    }
    for (let i = 0; i < parts; i++) {
      const [from, to] = [i, i + 1].map((end) => Math.floor((rows.count * end) / parts));
      if (to > from) shards.push({ path, from, to });
    }
  }
  return { shards, width: width! };
}

interface Waiting {
  readonly question: ShardQuestion;
  readonly resolve: (part: SoftmaxPart) => void;
  readonly reject: (error: unknown) => void;
}

class ProcessHolders implements Holders {
  readonly width: number;
  readonly count: number;
  readonly #shards: readonly HeldShard[];
  readonly #largest: number;
  readonly #processes: (ChildProcess | null)[];
  readonly #waiting: Map<number, Waiting>[];
  #questions = 0;
  #deaths = 0;
  #isClosed = false;

  constructor(
    shards: readonly HeldShard[],
    about: { width: number; largest: number; processes: (ChildProcess | null)[] },
  ) {
    this.#shards = shards;
    this.count = shards.reduce((sum, { from, to }) => sum + to - from, 0);
    this.width = about.width;
    this.#largest = about.largest;
    this.#processes = about.processes;
    this.#waiting = about.processes.map(() => new Map());
  }

  async ask(asked: SoftmaxQueries): Promise<SoftmaxPart> {
    const parts = await Promise.all(
      this.#shards.map(
        (shard, i) =>
          new Promise<SoftmaxPart>((resolve, reject) => {
            const question = { id: this.#questions++, shard, asked, largest: this.#largest };
            this.#send(i % this.#processes.length, { question, resolve, reject });
          }),
      ),
    );
    const whole = emptySoftmaxPart(asked);
    // In the order of the files, whoever was ready first.
    for (const part of parts) mergeSoftmaxParts(whole, part);
    return whole;
  }

  #send(at: number, waiting: Waiting): void {
    this.#waiting[at].set(waiting.question.id, waiting);
    const process = (this.#processes[at] ??= this.#start(at));
    // Where it has died its end says so.
    process.send(waiting.question, () => undefined);
  }

  #start(at: number): ChildProcess {
    const file = new URL(`./worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);
    const env = sharing(this.#processes.length);
    const child = fork(file, { execArgv: [], serialization: "advanced", env });
    const waiting = this.#waiting[at];
    child.on("message", (answer: ShardAnswer) => {
      const asker = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ("part" in answer) asker?.resolve(answer.part);
      else asker?.reject(errorOf(answer.problem));
    });
    child.once("exit", (code, signal) => {
      if (this.#isClosed) return;
      this.#processes[at] = null;
      const again = [...waiting.values()];
      waiting.clear();
      if (++this.#deaths > MOST_DEATHS) {
        const how = signal === null ? `code ${code}` : signal;
        const files = [...new Set(again.map(({ question }) => question.shard.path))].join(", ");
        const why = `processes that hold patterns died ${this.#deaths} times, the last by ${how} with ${files}. Where memory is short, use fewer --workers.`;
        for (const { reject } of again) reject(new CommandError(EXIT.failed, why));
        return;
      }
      for (const one of again) this.#send(at, one);
    });
    return child;
  }

  pids(): number[] {
    return this.#processes.flatMap((process) => process?.pid ?? []);
  }

  close(): void {
    this.#isClosed = true;
    for (const process of this.#processes) process?.kill("SIGKILL");
  }
}
