// The same work on one thread and on several, until workers have taken some of it.

import { useThreads } from "@hamlet/core";
import { expect } from "vitest";
import { arena } from "../src/run/simd/arena.ts";
import { poolState } from "../src/run/simd/pool.ts";

/** Does work, which checks its results, on one thread and on three; it leaves nothing in the memory. */
export async function onThreads(work: () => void): Promise<void> {
  const { taken } = arena();
  useThreads(1);
  work();
  useThreads(3);
  const before = poolState().calls;
  // However long it takes: on a busy machine this thread is done first, again and again.
  while (poolState().calls === before) {
    work();
    // Workers and their messages get their turn.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  work();
  expect(arena().taken).toBe(taken);
}
