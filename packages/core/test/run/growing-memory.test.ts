// A worker that is told of a memory while it grows: V8 may leave it with the old end for good, beyond
// which nothing can be cleared or copied.

import { expect, test } from "vitest";
import { LEFT_BITS, type News, PLACES, SCRIPT, type Start } from "../../src/run/simd/worker.ts";
import { startWorker } from "../../src/run/simd/start-worker.ts";
import { assemble, clear, get, procedure } from "../../src/wasm/assembler.ts";
import { compiled, MOST_PAGES, PAGE } from "../../src/wasm/host.ts";
import { makeDraws } from "@hamlet/graph";
import { samples, seed } from "../../../../tools/samples.ts";

declare const WebAssembly: {
  readonly Memory: new (pages: { initial: number; maximum: number; shared: true }) => {
    grow(pages: number): number;
  };
};

test("whenever a memory grows, workers can clear all of it", async () => {
  const clearing = procedure("clearing", 2, ([at, bytes]) => [clear(get(at), get(bytes))]);
  let sent = 0;
  const module = compiled(assemble([clearing], [], MOST_PAGES))!;
  const post = startWorker(SCRIPT)!;
  const { uniform } = makeDraws(seed());
  // One in sixty goes wrong where a worker does not look.
  for (let trial = 0; trial < samples(400); trial++) {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
    const control = new Int32Array(new SharedArrayBuffer(4 * 2 ** 8));
    const tell = (calls: number) => {
      Atomics.store(control, PLACES.left, (++turn << LEFT_BITS) | calls);
      Atomics.notify(control, PLACES.left);
    };
    const send = (message: Start | News) => {
      post(message);
      Atomics.store(control, PLACES.sent, ++sent);
      tell(0);
    };
    let turn = 0;
    Atomics.store(control, PLACES.sent, sent);
    send({ worker: 0, control, memory });
    // Somewhere in what it takes to read a message.
    const until = performance.now() + 0.15 * uniform();
    while (performance.now() < until);
    memory.grow(1);
    send({ id: 0, module, imports: [] });
    control.set([0, 0, 2, 1, 2], PLACES.module);
    control.set([PAGE, PAGE], PLACES.calls);
    tell(1);
    await Atomics.waitAsync(control, PLACES.done, 0).value;
    expect(Atomics.load(control, PLACES.failed), `trial ${trial}`).toBe(0);
    // It leaves its memory for the next message.
    Atomics.store(control, PLACES.sent, sent + 1);
    tell(0);
  }
});
