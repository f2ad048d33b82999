// What a worker of the pool runs: it takes calls of the work at hand until there are none, looks for
// more a little while, and sleeps.
//
// It is a text and no file, because a worker is then started the same way everywhere: from sources,
// from what is published, and from a bundle, which would have to find out that a file belongs to it.

import { HOST } from "./lanes.ts";

/** The places of what threads tell each other, in a common array of whole numbers. */
export const PLACES = {
  /** How many calls nobody has taken yet, and above these bits how often that was set. */
  left: 0,
  /** How many calls workers have done. */
  done: 1,
  /** Whether one of them failed. */
  failed: 2,
  /** The number of the module, the place of the function in it, and the numbers of a call. */
  module: 3,
  function: 4,
  parameters: 5,
  /** Workers from this one on stay out. */
  workers: 6,
  /** Pages of the memory. */
  pages: 7,
  /** How many messages each worker was sent. */
  sent: 16,
  /** The numbers of every call, one call after the other. */
  calls: 64,
} as const;

/** Bits of the number of calls in `left`. */
export const LEFT_BITS = 12;

/** How often a worker looks for more before it sleeps: some tens of microseconds. */
const LOOKS = 30_000;

/** The first message: what a worker needs to begin. */
export interface Start {
  readonly worker: number;
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly memory: object;
}

/** Further messages: a module, and the numbers of those whose functions it calls; or one that goes. */
export type News =
  | { readonly id: number; readonly module: object; readonly imports: readonly number[] }
  | { readonly id: number; readonly module: null };

const functions = Object.entries(HOST).map(([name, own]) => `${name}: ${String(own)}`);

/** The script of a worker. */
export const SCRIPT = `"use strict";
const port = typeof require === "function" ? require("node:worker_threads").parentPort : self;
const host = { ${functions.join(", ")} };
const modules = new Map();
let worker, control, received = 0, pages = 0;

port.onmessage = ({ data }) => {
  received++;
  if (data.control !== undefined) {
    ({ worker, control } = data);
    host.memory = data.memory;
    pages = 0;
  } else if (data.module === null) modules.delete(data.id);
  else {
    const called = Object.assign({}, host, ...data.imports.map((id) => modules.get(id)));
    modules.set(data.id, new WebAssembly.Instance(data.module, { host: called }).exports);
  }
  work();
};

function work() {
  // Messages are received between two turns only.
  while (Atomics.load(control, ${PLACES.sent} + worker) <= received) {
    const seen = Atomics.load(control, ${PLACES.left});
    const left = seen & ${2 ** LEFT_BITS - 1};
    const own = modules.get(Atomics.load(control, ${PLACES.module}));
    if (left > 0 && own !== undefined && worker < Atomics.load(control, ${PLACES.workers})) {
      if (Atomics.compareExchange(control, ${PLACES.left}, seen, seen - 1) !== seen) continue;
      // A memory that grows while it is on its way here keeps its old end for V8, until it grows here.
      if (control[${PLACES.pages}] !== pages) {
        host.memory.grow(0);
        pages = control[${PLACES.pages}];
      }
      const count = control[${PLACES.parameters}];
      const at = ${PLACES.calls} + (left - 1) * count;
      try {
        Object.values(own)[control[${PLACES.function}]](...control.subarray(at, at + count));
      } catch {
        Atomics.store(control, ${PLACES.failed}, 1);
      }
      Atomics.add(control, ${PLACES.done}, 1);
      Atomics.notify(control, ${PLACES.done});
      continue;
    }
    for (let n = 0; n < ${LOOKS} && Atomics.load(control, ${PLACES.left}) === seen; n++);
    Atomics.wait(control, ${PLACES.left}, seen);
  }
}
`;
