// Numbers of blocks, on both sides of their ranges: what a run would refuse is refused where the
// text or its data say it, with its place.

import { writeNpy } from "@hamlet/core";
import { loadModel } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => useBackend("wasm"));

const blocks = ({ steps = "3", dt = "0.1", seed = "7" }) => `ham 1
dim N
const c = 0.1
data w: [N] from "w.npy"
neuron v: [N] as identity
energy pull = -sum[i] w[i] * v[i]
recall go { start v = w solver = euler(dt = ${dt}) steps = ${steps} }
test "t" { seed = ${seed} run go expect steps == 3 }
`;

const w = writeNpy({ shape: [3], dtype: "float32", data: Float32Array.of(1, 2, 3) });
const load = (text: string, set: string[] = []) =>
  loadModel({ name: "m.ham", text }, { files: { read: () => Promise.resolve(w) }, set });

test("counts follow from consts by the numbers that were written, not by their float32", async () => {
  using model = await load(blocks({ steps: "30 * c", seed: "10 * c" }));
  const [{ passed }] = await model.runTests();
  expect(passed).toBe(true);
});

test.each([
  [{ steps: "N / 2" }, "`steps` must be a whole number from 0 up", "1.5"],
  [{ dt: "w[0] - 1" }, "`dt` must be above 0", "0"],
  [{ seed: "1 - w[2]" }, "`seed` must be a whole number from 0 to 9007199254740991", "-2"],
])("%o is known with its data, and refused before anything runs", async (given, text, found) => {
  const error = await load(blocks(given)).catch((problem: Error) => problem);
  expect((error as Error).message).toContain(`E0405] value_out_of_bounds: ${text}`);
  expect((error as Error).message).toContain(`this is ${found}`);
});

test("what is set from outside is told at the block that it is for", async () => {
  const error = await load(blocks({}), ["recall.go.steps=-3"]).catch((problem: Error) => problem);
  expect((error as Error).message).toContain("`steps` must be a whole number from 0 up");
  expect((error as Error).message).toContain("m.ham:7:8");
  expect((error as Error).message).toContain("`--set` makes it -3 here");
});
