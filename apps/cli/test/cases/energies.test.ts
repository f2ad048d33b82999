// Energies of given states, without a step.

import { fileURLToPath } from "node:url";
import { loadModelFile } from "@hamlet/model/node";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, expect, test } from "vitest";

const CASE = fileURLToPath(
  new URL("../../../../fixtures/cases/13-energy-constants/", import.meta.url),
);

beforeAll(() => tf.setBackend("cpu"));

test("an energy with constants in it, for three examples", async () => {
  using model = await loadModelFile(`${CASE}e.ham`);
  const { batch, parts, total } = await model.energies({ recall: "look" });
  expect(batch).toBe(3);
  expect(parts.map(({ name, kind }) => `${kind} ${name}`)).toEqual(["leak v", "energy lse"]);
  [4.271152, 5.545532, 7.584233].forEach((right, b) => {
    expect(Math.abs(total[b] - right)).toBeLessThan(2e-6);
  });
});
