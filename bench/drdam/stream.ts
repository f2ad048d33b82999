// A million patterns streamed into one memory, with progress, stopped half-way and resumed.
// Prints one line of JSON; a process of its own, so that its memory is its own.

import { foldIn, key, uniform } from "../../packages/core/src/index.ts";
import { loadMemory, makeMemory } from "../../packages/drdam/src/index.ts";

const [PATTERNS, D, CHUNK] = [1_000_000, 64, 10_000];
const chunkAt = (from: number) => uniform(foldIn(key(6), from), [CHUNK, D]);
const megabytes = () => process.memoryUsage.rss() / 2 ** 20;

let memory = makeMemory({ D, Y: 1024, beta: 1, key: key(1), family: "structured" });
const began = performance.now();
const resident = [0, 0];
for (let from = 0; from < PATTERNS; from += CHUNK) {
  if (from === PATTERNS / 2) memory = loadMemory(memory.save());
  await memory.store(chunkAt(from), {
    onProgress: ({ done }) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${from + done} of ${PATTERNS} patterns`);
    },
  });
  const half = from < PATTERNS / 2 ? 0 : 1;
  resident[half] = Math.max(resident[half], megabytes());
}
if (process.stderr.isTTY) process.stderr.write("\n");
const seconds = (performance.now() - began) / 1000;
console.log(JSON.stringify({ count: memory.count, seconds, residentMegabytesByHalf: resident }));
