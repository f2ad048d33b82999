// The rows on a backend against their matrix, as the interpreter would multiply with them.

import { key, normal } from "@hamlet/core";
import { makeFeatures } from "@hamlet/drdam";
import { expectClose, expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, test } from "vitest";
import { makeTensorProjection } from "../src/tensors/projection.ts";

const [B, Y] = [3, 50];

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeEach(() => useBackend(backend));

  // Structured rows are padded to a power of two: to one, to an even and to odd ones.
  test.each(
    (["gaussian", "orthogonal", "structured"] as const).flatMap((family) =>
      [1, 2, 5, 16, 20].map((D) => [family, D] as const),
    ),
  )("%s rows of %i", (family, D) => {
    const features = makeFeatures({ D, Y, beta: 1, key: key(8), family });
    const rows = features.projection.matrix();
    const [x, weights] = [normal(key(2), [B, D]), normal(key(3), [B, Y])];
    expectNoLeak(() =>
      tf.tidy(() => {
        const projection = makeTensorProjection(features);
        const phases = projection.project(tf.tensor2d(x, [B, D])).dataSync();
        const sums = projection.transposed(tf.tensor2d(weights, [B, Y])).dataSync();
        projection.dispose();
        const near = { tolerance: 1e-5, floor: 1 };
        expectClose(
          phases,
          Array.from({ length: B * Y }, (_, n) => {
            const [b, i] = [Math.floor(n / Y), n % Y];
            return Array.from({ length: D }, (_, d) => x[b * D + d] * rows[i * D + d]).reduce(plus);
          }),
          { ...near, what: "phases" },
        );
        expectClose(
          sums,
          Array.from({ length: B * D }, (_, n) => {
            const [b, d] = [Math.floor(n / D), n % D];
            return Array.from({ length: Y }, (_, i) => weights[b * Y + i] * rows[i * D + d]).reduce(
              plus,
            );
          }),
          { ...near, what: "sums" },
        );
      }),
    );
  });
});

const plus = (a: number, b: number) => a + b;
