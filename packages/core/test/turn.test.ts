// Work gives others their turn by the clock, and stops as its signal says.

import { atOnce, inTurns, makeTurn, throwIfAborted, type Work } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { afterEach, describe, expect, test, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A clock that goes on by so many milliseconds at every look. */
function clock(step: number): void {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += step));
}

/** How many of so many steps gave others their turn. */
async function turnsIn(steps: number): Promise<number> {
  const turn = makeTurn();
  let turns = 0;
  for (let step = 0; step < steps; step++) {
    const others = turn();
    if (others === undefined) continue;
    turns++;
    await others;
  }
  return turns;
}

describe("a turn", () => {
  test("is due after 20 ms of work, counted anew from every turn", async () => {
    clock(10);
    // Two steps of 10 ms; the look when the turn is over begins anew.
    expect(await turnsIn(20)).toBe(10);
  });

  test("never comes while there is little work", async () => {
    clock(0);
    expect(await turnsIn(1000)).toBe(0);
  });

  test("lets a timer, a message and an immediate through", async () => {
    clock(25);
    const came = new Set<string>();
    setTimeout(() => came.add("timer"), 1);
    setImmediate(() => came.add("immediate"));
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => came.add("message"));
    port1.start();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has none
    port2.postMessage(null);
    const turn = makeTurn();
    while (came.size < 3) await turn();
    port1.close();
    expect([...came].sort()).toEqual(["immediate", "message", "timer"]);
  });

  test("does not wait for the timers of a test", async () => {
    vi.useFakeTimers();
    clock(25);
    expect(await turnsIn(3)).toBe(3);
  });
});

describe("a signal", () => {
  test("of the platform: its reason is thrown, before and after a turn", async () => {
    const gone = new AbortController();
    gone.abort();
    const turn = makeTurn(gone.signal);
    expect(() => turn()).toThrow(expect.objectContaining({ name: "AbortError" }));

    clock(25);
    const controller = new AbortController();
    const reason = new Error("enough");
    setImmediate(() => controller.abort(reason));
    const other = makeTurn(controller.signal);
    const work = async () => {
      for (;;) await other();
    };
    await expect(work()).rejects.toBe(reason);
  });

  test("without a reason: a HamError", () => {
    expect(() => throwIfAborted({ aborted: true })).toThrow(
      new HamError("core/aborted", "The work was stopped by its signal."),
    );
    throwIfAborted({ aborted: false });
    throwIfAborted(undefined);
  });
});

describe("work in parts", () => {
  function* sum(freed: string[]): Work<number> {
    try {
      let total = 0;
      for (let i = 1; i <= 10; i++) {
        total += i;
        yield;
      }
      return total;
    } finally {
      freed.push("freed");
    }
  }

  test("is the same at once and in turns", async () => {
    clock(25);
    const freed: string[] = [];
    expect(atOnce(sum(freed))).toBe(55);
    expect(await inTurns(sum(freed), makeTurn())).toBe(55);
    expect(freed).toEqual(["freed", "freed"]);
  });

  test("frees what it owns when it is stopped", async () => {
    const freed: string[] = [];
    const signal = { aborted: true };
    await expect(inTurns(sum(freed), makeTurn(signal))).rejects.toThrow("was stopped");
    expect(freed).toEqual(["freed"]);
  });
});
