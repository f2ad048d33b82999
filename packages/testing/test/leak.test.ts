import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

describe.each(NODE_BACKENDS)("expectNoLeak on %s", (backend) => {
  beforeEach(async () => {
    await useBackend(backend);
    tf.engine().startScope();
  });
  afterEach(() => tf.engine().endScope());

  test("returns what a tidy function returns", () => {
    expect(expectNoLeak(() => tf.tidy(() => tf.square(tf.scalar(3)).dataSync()[0]))).toBe(9);
  });

  test("fails when a tensor is left", () => {
    expect(() => expectNoLeak(() => void tf.zeros([2]))).toThrow("+1 tensors and +8 bytes");
  });

  test("fails when a larger tensor takes the place of one", () => {
    const small = tf.zeros([2]);
    const swap = () => {
      small.dispose();
      tf.zeros([8]);
    };
    expect(() => expectNoLeak(swap)).toThrow("0 tensors and +24 bytes");
  });

  test("fails when a borrowed tensor is disposed", () => {
    const borrowed = tf.zeros([2]);
    expect(() => expectNoLeak(() => borrowed.dispose())).toThrow(
      "disposed a tensor it only borrowed",
    );
  });

  test("passes an error on when nothing leaked", () => {
    const error = new Error("on purpose");
    expect(() =>
      expectNoLeak(() => {
        throw error;
      }),
    ).toThrow(error);
  });

  test("fails when a function throws and leaks, with its error as the cause", () => {
    const error = new Error("on purpose");
    const leak = () =>
      expectNoLeak(() => {
        tf.zeros([2]);
        throw error;
      });
    expect(leak).toThrow(expect.objectContaining({ cause: error }));
    expect(leak).toThrow("failed with +1 tensors");
  });

  test("waits for a promise before it counts", async () => {
    const value = expectNoLeak(async () => {
      const x = tf.scalar(2);
      const [two] = await x.data();
      x.dispose();
      return two;
    });
    await expect(value).resolves.toBe(2);
  });

  test("fails when a promise leaks, fulfilled or rejected", async () => {
    await expect(
      expectNoLeak(async () => {
        await Promise.resolve();
        tf.zeros([2]);
      }),
    ).rejects.toThrow("returned with +1 tensors");
    await expect(
      expectNoLeak(async () => {
        tf.zeros([2]);
        await Promise.reject(new Error("on purpose"));
      }),
    ).rejects.toThrow("failed with +1 tensors");
  });

  test("passes a rejection on when nothing leaked", async () => {
    const rejection = expectNoLeak(() => Promise.reject(new Error("on purpose")));
    await expect(rejection).rejects.toThrow("on purpose");
  });
});
