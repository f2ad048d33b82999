import { loadModel } from "@hamlet/model";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const source = { name: "m.ham", text: "ham 1\ndim D = 2\nneuron v: [D] as identity\n" };

test("without a backend a model says what to import, and with one it starts it", async () => {
  await expect(loadModel(source)).rejects.toMatchObject({
    code: "model/no-backend",
    message: expect.stringContaining("Import one, such as @tensorflow/tfjs-backend-wasm"),
  });
  await import("@tensorflow/tfjs-backend-wasm");
  using model = await loadModel(source);
  expect(model.graph.neurons).toHaveLength(1);
  expect(tf.getBackend()).toBe("wasm");
});
