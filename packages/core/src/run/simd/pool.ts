// A pool of workers on the memory of compiled programs. Calls that do not touch each other's results
// are taken by whoever is free, this thread too. What a call computes does not depend on who it was,
// so the numbers are the same with any number of workers, and with those that have not started yet.

import { offerBenches } from "../../wasm/bench.ts";
import { functionsOf, PAGE } from "../../wasm/host.ts";
import type { Procedure } from "../../wasm/assembler.ts";
import { arena } from "./arena.ts";
import { hasSimd } from "./here.ts";
import { startWorker } from "./start-worker.ts";
import { threads } from "./threads.ts";
import { LEFT_BITS, type News, PLACES, SCRIPT, type Start } from "./worker.ts";

/** A module together with its functions on the memory of this process. */
export interface Compiled {
  readonly module: object;
  readonly functions: Readonly<Record<string, (...numbers: number[]) => void>>;
  /** Those whose functions it calls. */
  readonly imports: readonly Compiled[];
}

/** A module on the memory of this process, with the functions of the host and of others that it calls. */
export function compiledOf(
  module: object,
  host: Readonly<Record<string, (...numbers: number[]) => number>> = {},
  imports: readonly Compiled[] = [],
): Compiled {
  const called = Object.assign({}, host, ...imports.map(({ functions }) => functions));
  const functions = functionsOf(module, arena().memory, called) as Compiled["functions"];
  return { module, functions, imports };
}

/** Work that is worth waking somebody, in products of two numbers: some fifty microseconds. */
const WORTH = 2 ** 20;
/** Work after which workers are started: about what it takes to start them. */
const STARTS = 2 ** 28;
const LEFT = 2 ** LEFT_BITS - 1;
/** Whole numbers of the common array. */
const NUMBERS = 2 ** 14;
/** How often the end of what others do is looked for before this thread sleeps. */
const LOOKS = 30_000;

/** Whether work of so many products of two numbers is worth dividing. */
export const isLarge = (work: number): boolean => work >= WORTH;

/** Does calls of one function, whose results do not meet: on several threads, if that is worth it. */
export function inParts(
  compiled: Compiled,
  name: string,
  calls: readonly (readonly number[])[],
  work: number,
): void {
  const pool = calls.length > 1 && isLarge(work) ? poolFor(work) : null;
  if (pool !== null) pool.run(compiled, name, calls);
  else for (const call of calls) compiled.functions[name](...call);
}

/** Those of benches, by who writes them. */
const known = new Map<() => readonly Procedure[], Compiled>();

// What belongs to no program has our memory and our threads as well.
offerBenches((write, bytes) => {
  if (!hasSimd()) return null;
  const own = arena();
  if (!known.has(write)) known.set(write, compiledOf(own.compiled(write())!));
  let at: number;
  try {
    at = own.take(bytes);
  } catch {
    return null;
  }
  return {
    at,
    get buffer() {
      return own.memory.buffer;
    },
    run: (name, calls, work) => inParts(known.get(write)!, name, calls, work),
    free: () => own.give(at),
  };
});

let shared: Pool | undefined;
let untilStart = STARTS;

/** The pool of this process, once there has been enough to do; null where there is none. */
function poolFor(work: number): Pool | null {
  if (threads() === 1 || !arena().isShared) return null;
  untilStart -= work;
  if (shared === undefined && untilStart > 0) return null;
  return (shared ??= new Pool());
}

/** How many calls workers have done in this process, and how many workers were started. */
export function poolState(): { readonly calls: number; readonly workers: number } {
  return shared ?? { calls: 0, workers: 0 };
}

class Pool {
  /** Calls that workers have done. */
  calls = 0;
  readonly #control = new Int32Array(new SharedArrayBuffer(NUMBERS * Int32Array.BYTES_PER_ELEMENT));
  readonly #workers: ((message: Start | News) => void)[] = [];
  /** The number of a module, and how many workers have been sent it. */
  readonly #known = new WeakMap<Compiled, { readonly id: number; workers: number }>();
  readonly #forgotten = new FinalizationRegistry<number>((id) => {
    this.#workers.forEach((_, n) => this.#send(n, { id, module: null }));
  });
  #modules = 0;
  /** False when a worker could not be started. */
  #starts = true;
  readonly #sleeps: boolean;

  constructor() {
    this.#sleeps = maySleep(this.#control);
  }

  /** The workers that were started. */
  get workers(): number {
    return this.#workers.length;
  }

  run(compiled: Compiled, name: string, calls: readonly (readonly number[])[]): void {
    while (this.#starts && this.workers < threads() - 1) this.#starts = this.#start();
    const control = this.#control;
    const count = calls[0].length;
    const most = Math.min(LEFT, Math.floor((NUMBERS - PLACES.calls) / count));
    control[PLACES.module] = this.#idOf(compiled);
    control[PLACES.function] = Object.keys(compiled.functions).indexOf(name);
    control[PLACES.parameters] = count;
    control[PLACES.workers] = threads() - 1;
    control[PLACES.pages] = arena().bytes / PAGE;
    for (let first = 0; first < calls.length; first += most) {
      const some = calls.slice(first, first + most);
      some.forEach((call, n) => control.set(call, PLACES.calls + n * count));
      this.#share(compiled.functions[name], some);
    }
  }

  /** Does calls together with those workers that have the module. */
  #share(run: (...numbers: number[]) => void, calls: readonly (readonly number[])[]): void {
    const control = this.#control;
    Atomics.store(control, PLACES.done, 0);
    this.#tell(calls.length);
    let own = 0;
    let failed: boolean;
    try {
      for (;;) {
        const seen = Atomics.load(control, PLACES.left);
        const left = seen & LEFT;
        if (left === 0) break;
        if (Atomics.compareExchange(control, PLACES.left, seen, seen - 1) !== seen) continue;
        own++;
        run(...calls[left - 1]);
      }
    } finally {
      // None are left, unless a call has failed here.
      const others = calls.length - own - (Atomics.and(control, PLACES.left, ~LEFT) & LEFT);
      this.#wait(others);
      this.calls += others;
      failed = Atomics.exchange(control, PLACES.failed, 0) !== 0;
    }
    if (failed) throw new Error("a call of compiled code failed in a worker");
  }

  /** Says how many calls there are to take, and wakes those who sleep. */
  #tell(calls: number): void {
    const turn = (Atomics.load(this.#control, PLACES.left) >> LEFT_BITS) + 1;
    Atomics.store(this.#control, PLACES.left, (turn << LEFT_BITS) | calls);
    Atomics.notify(this.#control, PLACES.left);
  }

  /** Until workers have done so many calls. */
  #wait(calls: number): void {
    for (let looks = 0; ; looks++) {
      const done = Atomics.load(this.#control, PLACES.done);
      if (done === calls) return;
      if (looks >= LOOKS && this.#sleeps) Atomics.wait(this.#control, PLACES.done, done);
    }
  }

  #idOf(compiled: Compiled): number {
    let known = this.#known.get(compiled);
    if (known === undefined) {
      known = { id: this.#modules++, workers: 0 };
      this.#known.set(compiled, known);
      this.#forgotten.register(compiled, known.id);
    }
    const imports = compiled.imports.map((other) => this.#idOf(other));
    for (; known.workers < this.workers; known.workers++) {
      this.#send(known.workers, { id: known.id, module: compiled.module, imports });
    }
    return known.id;
  }

  #start(): boolean {
    const worker = this.#workers.length;
    const send = startWorker(SCRIPT);
    if (send === null) return false;
    this.#workers.push(send);
    this.#send(worker, { worker, control: this.#control, memory: arena().memory });
    return true;
  }

  /** A worker reads messages only when it does not wait for calls. */
  #send(worker: number, message: Start | News): void {
    this.#workers[worker](message);
    Atomics.add(this.#control, PLACES.sent + worker, 1);
    this.#tell(0);
  }
}

/** Whether this thread may sleep: that of a page may not. */
function maySleep(control: Int32Array<SharedArrayBuffer>): boolean {
  try {
    Atomics.wait(control, PLACES.failed, 1, 0);
    return true;
  } catch {
    return false;
  }
}
