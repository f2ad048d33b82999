/*
 * Lets every TensorFlow.js operation of a call fail, one after the other: what a full graphics
 * card, a lost device or a missing kernel does at a place that nobody thought of.
 */
import * as tf from "@tensorflow/tfjs-core";
import { expectNoLeak } from "./leak.ts";

/** The error of an operation that was made to fail. */
export class InjectedFailure extends Error {
  constructor(operation: string, count: number) {
    super(`operation ${count}, ${operation}, was made to fail`);
  }
}

/** What makes tensors; both are methods of the engine, so that one place sees every operation. */
type Engine = Record<"runKernel" | "makeTensor", (...args: unknown[]) => unknown>;

/** Which operations are made to fail. */
export interface FailureOptions {
  /** Every so many operations one fails; default 1, which is all of them. */
  readonly stride?: number;
  /** The first that fails, counted from 0; below the stride. Default 0. */
  readonly offset?: number;
}

/**
 * Runs `fn` once for every operation in it, with that operation failing, and once without a
 * failure. Every run must leave as many tensors and bytes as it found; `fn` need not fail with its
 * operation, but when it does it must be with the operation's own error.
 *
 * @returns the number of operations that `fn` runs when nothing fails.
 * @throws Error naming the operation after whose failure something leaked.
 * @example
 * await expectNoLeakOnFailure(async () => {
 *   using result = await model.recall({ givens });
 * });
 */
export async function expectNoLeakOnFailure(
  fn: () => unknown,
  { stride = 1, offset = 0 }: FailureOptions = {},
): Promise<number> {
  for (let failing = 1 + offset; ; failing += stride) {
    const ran = await expectNoLeak(() => runFailing(fn, failing));
    if (ran < failing) return ran;
  }
}

/** Runs `fn` with one operation failing; gives how many it came to. */
async function runFailing(fn: () => unknown, failing: number): Promise<number> {
  const engine = tf.engine() as unknown as Engine;
  const own = { runKernel: engine.runKernel, makeTensor: engine.makeTensor };
  let count = 0;
  let inside = false;
  const counted =
    (run: Engine["runKernel"], nameOf: (first: unknown) => string): Engine["runKernel"] =>
    (...args) => {
      // An operation makes its own tensors; only the outermost call counts.
      if (inside) return run.apply(engine, args);
      count++;
      if (count === failing) throw new InjectedFailure(nameOf(args[0]), count);
      inside = true;
      try {
        return run.apply(engine, args);
      } finally {
        inside = false;
      }
    };
  engine.runKernel = counted(own.runKernel, String);
  engine.makeTensor = counted(own.makeTensor, () => "tensor");
  try {
    await fn();
  } catch (error) {
    if (!(error instanceof InjectedFailure)) throw error;
  } finally {
    Object.assign(engine, own);
  }
  return count;
}
