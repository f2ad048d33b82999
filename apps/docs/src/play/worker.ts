// Answers what the page asks, one question after the other.

import { answer, type Question } from "./answer.ts";

addEventListener("message", ({ data }: MessageEvent<Question>) => {
  const found = answer(data);
  // The energies are handed over, not copied.
  const handed = found.drawing === null ? [] : [found.drawing.energies.buffer as ArrayBuffer];
  postMessage(found, { transfer: handed });
});
postMessage("ready", {});
