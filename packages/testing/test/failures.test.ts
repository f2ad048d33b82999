import { expectNoLeakOnFailure, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => useBackend("cpu"));

test("a tidy function leaves nothing, whichever operation fails", async () => {
  const count = await expectNoLeakOnFailure(() =>
    tf.tidy(() => {
      tf.add(tf.square(tf.tensor1d([1, 2])), 1);
    }),
  );
  // The array, the number, the square and the sum.
  expect(count).toBe(4);
});

test("what a failure leaves behind is found", async () => {
  const leaky = () => {
    const a = tf.tensor1d([1, 2]);
    tf.square(a).dispose();
    a.dispose();
  };
  const before = tf.memory().numTensors;
  await expect(expectNoLeakOnFailure(leaky)).rejects.toThrow("+1 tensors");
  expect(tf.memory().numTensors).toBe(before + 1);
});

test("an error of the call's own ends the check, and the engine works again", async () => {
  await expect(
    expectNoLeakOnFailure(() => {
      throw new RangeError("mine");
    }),
  ).rejects.toThrow("mine");
  expect(tf.tidy(() => tf.add(1, 2).dataSync()[0])).toBe(3);
});

test("a call that catches the failure is checked to its end", async () => {
  let caught = 0;
  const count = await expectNoLeakOnFailure(() => {
    try {
      tf.tidy(() => void tf.square(tf.scalar(2)));
    } catch {
      caught++;
    }
  });
  expect([count, caught]).toEqual([2, 2]);
});

test.each([
  [1, 0, [1, 2, 3, 4, 5]],
  [2, 0, [1, 3, 5]],
  [2, 1, [2, 4]],
  [7, 6, []],
])("with a stride of %d from %d the operations %j fail", async (stride, offset, expected) => {
  const failed: number[] = [];
  const five = () =>
    tf.tidy(() => {
      for (let operation = 1; operation <= 5; operation++) {
        try {
          tf.scalar(operation);
        } catch {
          failed.push(operation);
        }
      }
    });
  expect(await expectNoLeakOnFailure(five, { stride, offset })).toBe(5);
  expect(failed).toEqual(expected);
});
