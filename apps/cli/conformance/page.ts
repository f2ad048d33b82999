// Every loop inside a browser: bundled into one script and run on an empty page.

import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { LOOPS, stop, type Stopped } from "./loops.ts";

/** A tab that nobody looks at puts timers off, and draws nothing: nobody may wait for either. */
function hide(): void {
  const refuse = () => {
    throw new Error("waits for what a hidden tab puts off");
  };
  Object.assign(globalThis, { setTimeout: refuse, requestAnimationFrame: refuse });
}

/** Stops every loop by a timer of 100 ms, in a tab that is seen and in a hidden one. */
async function conform(): Promise<string> {
  await tf.setBackend("cpu");
  const timer = globalThis.setTimeout;
  const stopped: Stopped[] = [];
  for (const place of ["seen", "hidden"]) {
    if (place === "hidden") hide();
    for (const loop of LOOPS) {
      const { name, ending } = await stop(loop, (abort) => timer(abort, 100));
      stopped.push({ name: `${name}, ${place}`, ending });
    }
  }
  return JSON.stringify(stopped);
}

Object.assign(globalThis, { conform });
