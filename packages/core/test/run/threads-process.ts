// A process that computes on as many threads as HAMLET_THREADS says, prints what it found, and ends.
// First what is too small for workers, then a few large steps, then many.

import { poolState } from "../../src/run/simd/pool.ts";
import { prepare } from "./threaded-steps.ts";

using small = prepare("log-sum-exp", { K: 200, D: 60, batch: 5 });
for (let n = 0; n < 500; n++) small.bits();
const afterSmall = poolState();
using step = prepare("log-sum-exp", { K: 300, D: 500, batch: 16 });
let bits = step.bits();
const afterFew = poolState();
for (let n = 0; n < 200; n++) bits = step.bits();
console.log(JSON.stringify({ afterSmall, afterFew, bits, workers: poolState().workers }));
