// `ham store`: patterns become weights that a model recalls them from.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readNpy } from "@hamlet/core";
import { hebb, pseudoInverse, storkey } from "@hamlet/ham";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  bench.writeArray("bits.npy", { shape: [3, 2, 4], dtype: "uint8", data: BITS });
});
afterAll(() => bench[Symbol.dispose]());

/** Three pictures of 2 × 4 pixels. */
const BITS = Uint8Array.from("111100001010101011001001", Number);
const SIGNS = { shape: [3, 8], data: Float64Array.from(BITS, (bit) => 2 * bit - 1) } as const;

const MODEL = `ham 1

dim D = 8
data W: [D, D] from "W.npy"
given query: sign[D] from "query.npy"

neuron v: [D] as sign

energy stored = -1/2 * sum[i, j] W[i, j] * v[i] * v[j]

recall settle {
  start v = query
  solver = async
  steps = 200
  stop when settled
}
`;

test.each([
  ["hebb", hebb],
  ["pseudo-inverse", pseudoInverse],
  ["storkey", storkey],
])("--rule %s writes that rule's weights, and a model recalls from them", async (name, rule) => {
  const { code, stdout, stderr } = await bench.inProcess(["store", "bits.npy", "--rule", name]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(`3 patterns of 8 units, stored by ${name}: 3 are fixed points`);
  const { shape, data } = readNpy(readFileSync(join(bench.folder, "W.npy")));
  expect(shape).toEqual([8, 8]);
  expect(data).toEqual(Float32Array.from(await rule(SIGNS)));

  bench.write("m.ham", MODEL);
  bench.writeArray("query.npy", { shape: [3, 8], data: Float32Array.from(SIGNS.data) });
  const run = await bench.inProcess(["run", "m.ham", "--json"]);
  expect(JSON.parse(run.stdout)).toMatchObject({ result: ["converged", "converged", "converged"] });
});

test("--take stores the first ones, --unlearn weakens what random starts find", async () => {
  const read = async (...args: string[]) => {
    expect((await bench.inProcess(["store", "bits.npy", ...args, "--out", "sub/W.npy"])).code).toBe(
      0,
    );
    return readNpy(readFileSync(join(bench.folder, "sub/W.npy"))).data;
  };
  const first = { shape: [1, 8], data: SIGNS.data.subarray(0, 8) } as const;
  const whole = await hebb(first);
  expect(await read("--take", "1")).toEqual(Float32Array.from(whole));
  const weak = await read("--take", "1", "--unlearn", "2", "--rate", "0.25");
  (weak as Float32Array).forEach((w, k) => expect(w).toBeCloseTo(whole[k] / 2, 6));
});

test("mistakes are explained, and leave no file behind", async () => {
  bench.writeArray("grey.npy", { shape: [2, 2], data: Float32Array.of(1, 0, 0.5, 1) });
  bench.writeArray("flat.npy", { shape: [4], data: Float32Array.of(1, 0, 1, 1) });
  bench.writeArray("mixed.npy", { shape: [2, 2], data: Float32Array.of(1, -1, 0, 1) });
  const fails = async (...args: string[]) => {
    const { code, stdout, stderr } = await bench.inProcess(["store", ...args, "--out", "none.npy"]);
    expect(stdout).toBe("");
    expect(existsSync(join(bench.folder, "none.npy"))).toBe(false);
    return `${code} ${stderr.split("\n")[0]}`;
  };
  expect(await fails("bit.npy")).toMatchInlineSnapshot(
    `"2 ham: cannot read bit.npy: there is no such file in this folder. Did you mean bits.npy?"`,
  );
  expect(await fails("bits.npy", "--take", "9")).toMatchInlineSnapshot(
    `"2 ham: bits.npy has 3 patterns, fewer than --take 9."`,
  );
  expect(await fails("grey.npy")).toMatchInlineSnapshot(
    `"2 ham: grey.npy: expected entries of -1 and 1, or of 0 and 1; found 0.5 in pattern 1."`,
  );
  expect(await fails("mixed.npy")).toMatchInlineSnapshot(
    `"2 ham: mixed.npy: expected entries of -1 and 1, or of 0 and 1; found 0 beside -1 in pattern 1."`,
  );
  expect(await fails("flat.npy")).toMatchInlineSnapshot(
    `"2 ham: flat.npy: expected patterns, one a row, such as [100, 28, 28]; found the shape [4]."`,
  );
  expect(await fails("bits.npy", "--rule", "hebbian")).toMatchInlineSnapshot(
    `"2 error: option '--rule <RULE>' argument 'hebbian' is invalid. Allowed choices are hebb, pseudo-inverse, storkey."`,
  );
  expect(await fails("bits.npy", "--rate", "-1")).toMatchInlineSnapshot(
    `"2 error: option '--rate <X>' argument '-1' is invalid. Expected a number above 0."`,
  );
});
