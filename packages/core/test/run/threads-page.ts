// A step inside a browser, until workers have helped, or might have.

import { poolState } from "../../src/run/simd/pool.ts";
import { prepare, untilHelped } from "./threaded-steps.ts";

async function conform(way: string): Promise<string> {
  using step = prepare("log-sum-exp", { K: 300, D: 500, batch: 16 });
  const before = step.bits();
  if (way === "isolated") await untilHelped(step);
  else {
    for (let n = 0; n < 200; n++) {
      step.bits();
      await pause();
    }
  }
  const helped = poolState().calls > 0;
  return JSON.stringify({ isolated: crossOriginIsolated, helped, before, bits: step.bits() });
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 0));

declare const crossOriginIsolated: boolean;

Object.assign(globalThis, { conform });
