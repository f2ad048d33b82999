// Everybody who does a job, in turns: Hamlet, other libraries of JavaScript, and those that Python has here.

import { setTimeout } from "node:timers/promises";
import { timeInRounds } from "../../apps/cli/src/timing.ts";
import { seconds, secondsOfTurn } from "../compare.ts";
import { hasLibrary } from "../python.ts";
import { Peer } from "./peer.ts";
import type { Job, Other } from "./row.ts";

/** Who else there may be. */
export const NAMES = {
  numpy: "NumPy",
  jax: "JAX",
  torch: "torch",
  tfjs: "tfjs",
  "jax-js": "jax-js",
} as const satisfies Record<Other["library"], string>;

/** Those of Python that are not here. */
export const MISSING = (["numpy", "jax", "torch"] as const).filter((one) => !hasLibrary(one));

/** Seconds of jobs before the first round. */
const WARM = 0.5;
/** Seconds after which somebody takes part in no further round of a job. */
const PATIENCE = 60;
/** Seconds of rest before a turn: the threads of whoever was before go on looking for work that long. */
const REST = 0.25;

/**
 * The medians of so many rounds, in seconds, by who it was. Where there are several ways of our own, each
 * prepares itself before its turn.
 */
export async function mediansOf(
  job: Job,
  rounds: number,
  ways: Readonly<Record<string, () => void>> = { Hamlet: () => undefined },
): Promise<Record<string, number>> {
  const peers = (job.others ?? [])
    .filter(({ library }) => !MISSING.some((missing) => missing === library))
    .map((other) => new Peer(other));
  const rested = (run: () => Promise<number>) => async () => {
    await setTimeout(1000 * REST);
    return await run();
  };
  const ours = Object.entries(ways).map(([name, prepare]) => {
    const run = async () => {
      prepare();
      return await secondsOfTurn(job.run);
    };
    return { name, run: rested(run) };
  });
  const theirs = peers.map((peer) => ({
    name: NAMES[peer.library],
    run: rested(() => peer.seconds()),
  }));
  try {
    // Code is optimised while it runs.
    for (let spent = 0; spent < WARM;) spent += await seconds(job.run);
    const all = await timeInRounds([...ours, ...theirs], { rounds, patience: PATIENCE });
    return Object.fromEntries([...all].map(([who, { median }]) => [who, median]));
  } finally {
    for (const peer of peers) peer.end();
  }
}
