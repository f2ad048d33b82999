// A process that computes on as many threads as HAMLET_THREADS says, prints what it found, and ends.

import { poolState } from "../../src/run/simd/pool.ts";
import { prepare } from "./threaded-steps.ts";

using step = prepare("log-sum-exp", { K: 300, D: 500, batch: 16 });
let bits = "";
for (let n = 0; n < 200; n++) bits = step.bits();
console.log(JSON.stringify({ bits, workers: poolState().workers }));
