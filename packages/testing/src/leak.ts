/*
 * Counts tensors around a call. Hamlet's rule is that functions borrow what they are given and
 * return what the caller disposes; a call that returns nothing must leave nothing behind.
 */
import * as tf from "@tensorflow/tfjs-core";

/**
 * Runs `fn` and checks that it leaves as many tensors and bytes as it found, also when it throws
 * or rejects.
 *
 * Dispose in `fn` what it makes. Do not run two checks at once: all tensors share one count.
 * @returns what `fn` returns; a promise when `fn` returns one.
 * @throws Error naming the difference, with an error of `fn` as its cause.
 * @throws the error of `fn` itself when nothing leaked.
 * @example
 * expectNoLeak(() => tf.dispose(tf.square(3)));
 */
export function expectNoLeak<T>(fn: () => T): T;
export function expectNoLeak(fn: () => unknown): unknown {
  const before = tf.memory();
  let result: unknown;
  try {
    result = fn();
  } catch (error) {
    assertSame(before, error);
    throw error;
  }
  if (isPromise(result)) {
    return result.then(
      (value) => {
        assertSame(before);
        return value;
      },
      (error: unknown) => {
        assertSame(before, error);
        throw error;
      },
    );
  }
  assertSame(before);
  return result;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise;
}

function assertSame(before: tf.MemoryInfo, cause?: unknown): void {
  const after = tf.memory();
  const tensors = after.numTensors - before.numTensors;
  const bytes = after.numBytes - before.numBytes;
  if (tensors === 0 && bytes === 0) return;
  const how = cause === undefined ? "returned" : "failed";
  throw new Error(
    `The function ${how} with ${signed(tensors)} tensors and ${signed(bytes)} bytes: ` +
      `${before.numTensors} tensors and ${before.numBytes} bytes before, ` +
      `${after.numTensors} and ${after.numBytes} after. ` +
      (tensors < 0 || bytes < 0
        ? "It disposed a tensor it only borrowed."
        : "Wrap the body in tf.tidy, or dispose what it makes."),
    { cause },
  );
}

function signed(difference: number): string {
  return `${difference > 0 ? "+" : ""}${difference}`;
}
