// Compiled programs on several threads: the same bits as on one, no worker for what is small, and
// nothing left behind.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { useThreads } from "@hamlet/core";
import * as fc from "fast-check";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { runInBrowser } from "../../conformance/browser.ts";
import { withoutChromium as reason } from "../../../../tools/chromium.ts";
import { arena } from "../../src/run/simd/arena.ts";
import { inParts, isLarge, poolState } from "../../src/run/simd/pool.ts";
import { compiledKernel } from "../../src/run/simd/products.ts";
import { law } from "../../../../tools/law.ts";
import { some } from "../../../../tools/samples.ts";
import { KINDS, prepare, untilHelped } from "./threaded-steps.ts";

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);

beforeAll(() => useThreads(3));
afterEach(() => useThreads(3));

describe("with workers", () => {
  beforeAll(async () => {
    using large = prepare("log-sum-exp", { K: 600, D: 500, batch: 16 });
    await untilHelped(large);
  });

  const expectSame = (kind: (typeof KINDS)[number], K: number, D: number, batch: number) => {
    const before = arena().taken;
    {
      using step = prepare(kind, { K, D, batch });
      useThreads(1);
      const right = step.bits();
      for (const threads of [2, 3]) {
        useThreads(threads);
        for (let again = 0; again < 3; again++) expect(step.bits()).toBe(right);
      }
    }
    expect(arena().taken).toBe(before);
  };

  // Parts of 16, of 256 and of 512 rows, and those that are too small to be divided.
  const divided = KINDS.flatMap((kind) => [40, 64, 65, 270].map((K) => [kind, K] as const));
  test.each(some(divided))("%s of %i rows has the same bits", (kind, K) => {
    expectSame(kind, K, 2048, 7);
    expectSame(kind, 8 * K, 128, 5);
  });

  test("any sizes have the same bits", () => {
    law(
      fc.property(
        fc.constantFrom(...KINDS),
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 1, max: 20 }),
        (kind, K, D, batch) => expectSame(kind, K, 1 + (D % Math.ceil(300_000 / K)), batch),
      ),
      12,
    );
  });

  // Of a matrix that is one part examples are shared, and so are those of small loops.
  test.each(some(KINDS))("%s: many examples have the same bits", (kind) => {
    expectSame(kind, 170, 130, 250);
    expectSame(kind, 40, 30, 1000);
  });

  test("they have helped, and are no more than there is use for", () => {
    expect(poolState().calls).toBeGreaterThan(0);
    expect(poolState().workers).toBe(2);
  });

  test("a call that fails is an error, and the next ones are as before", () => {
    const work = 2 ** 30;
    expect(isLarge(work)).toBe(true);
    const outside = Array.from({ length: 50 }, () => [2 ** 32 - 8, 0, 0, 1, 4]);
    // Whether a call fails here, in a worker or in both is a matter of who takes it.
    let failed = 0;
    for (let time = 0; time < 300; time++) {
      try {
        inParts(compiledKernel("pack"), "pack", outside, work);
      } catch {
        failed++;
      }
      inParts(compiledKernel("pack"), "pack", [[0, 0, 0, 0, 0]], work);
    }
    expect(failed).toBe(300);
    expectSame("log-sum-exp", 300, 2048, 7);
  });
});

test.each([0, -1, 1.5, Number.NaN])("%d threads are refused", (count) => {
  expect(() => useThreads(count)).toThrow(/whole number from 1 on/);
});

/** A program of its own: what it prints, when it has ended by itself. */
async function printed(threads: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, HAMLET_THREADS: threads };
  const script = join(ROOT, "test/run/threads-process.ts");
  const { stdout, stderr } = await run(process.execPath, [...args, script], { env, cwd: ROOT });
  expect(stderr).toBe("");
  return stdout;
}

describe("a process", () => {
  test("ends with its workers, and has the same numbers without", async () => {
    const [alone, helped] = [await printed("1"), await printed("3")];
    expect(JSON.parse(helped)).toEqual({ ...JSON.parse(alone), workers: 2 });
    expect(JSON.parse(alone)).toMatchObject({ workers: 0 });
    // Nothing small starts a worker, and neither do a few large steps.
    const none = { calls: 0, workers: 0 };
    expect(JSON.parse(helped)).toMatchObject({ afterSmall: none, afterFew: none });
  });

  test("runs on one thread where it may start none", async () => {
    const allowed = await printed("3", "--permission", "--allow-fs-read=*");
    expect(JSON.parse(allowed)).toMatchObject({ workers: 0 });
  });

  test("says what is wrong with the number of threads", async () => {
    await expect(printed("many")).rejects.toThrow(/The number of threads is many/);
  });
});

/** What a page tells: whether workers took calls, and what came out before and after. */
type Found = Readonly<Record<"isolated" | "helped", boolean> & Record<"before" | "bits", string>>;

describe.skipIf(reason)("in Chromium", () => {
  test("an isolated page has workers, others do without: the numbers are the same", async () => {
    const ISOLATED = {
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    };
    const POLICY = { "content-security-policy": "worker-src 'none'" };
    const found = await runInBrowser<Found, string>(
      join(ROOT, "test/run/threads-page.ts"),
      ["isolated", "plain", "without workers"],
      undefined,
      (way) => {
        if (way === "plain") return {};
        return way === "isolated" ? ISOLATED : { ...ISOLATED, ...POLICY };
      },
    );
    const isolated = found.get("isolated")!;
    expect(isolated).toMatchObject({ isolated: true, helped: true, before: isolated.bits });
    expect(found.get("plain")).toEqual({ ...isolated, isolated: false, helped: false });
    expect(found.get("without workers")).toEqual({ ...isolated, helped: false });
  }, 120_000);
});
