// Expectations of a test are formulas like those of an energy: sums, `where`, lets, indices.

import { cpSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Bench, makeBench } from "../ham.ts";

const CASE = join(import.meta.dirname, "../../../../fixtures/cases/43-expect-where/ew.ham");

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  return () => bench[Symbol.dispose]();
});

describe("`where` in an expectation", () => {
  test("holds for the sum of some entries", async () => {
    cpSync(CASE, join(bench.folder, "ew.ham"));
    const { code, stdout, stderr } = await bench.inProcess(["test", "ew.ham"]);
    expect(stderr).toBe("");
    expect(stdout).toContain("2 passed");
    expect(code).toBe(0);
  });
});

/** A model whose recall is one step, so that every value is known. */
const model = (line: string) => `ham 1
dim N = 3, K = 2
const c: [N] = 2
const w = 3
data p: [K, N] from "p.npy"
let double[i] = 2 * v[i]
neuron v: [N] as identity
energy e = 1/2 * sum[i] c[i] * v[i]^2 - sum[m, i] p[m, i] * v[i]
recall r { start v[i] = (i + 1) / 2 solver = euler(dt = 0.1) steps = 1 }
test "t" { run r ${line} }
`;

// One step of τ dv/dt = −(v + 2 v − s) with s = Σₘ p = (3, 0, 3) from v = (0.5, 1, 1.5).
const V = [0.5, 1, 1.5].map((v, i) => v - 0.1 * (3 * v - [3, 0, 3][i]));
const near = (value: number) => (value - 1e-5).toFixed(7);
const above = (value: number) => (value + 1e-5).toFixed(7);
const [a, b, d] = V;

describe("an expectation may say", () => {
  test.each([
    ["a sum with `where`", "sum[i where i != 1] v[i]", a + d],
    ["two sums, one inside the other", "sum[i where i < 2] sum[m] p[m, i] * v[i]", 3 * a],
    [
      "a log-sum-exp",
      "logsumexp[m] sum[i] p[m, i] * v[i]",
      Math.log(Math.exp(a + d) + Math.exp(2 * a + 2 * d)),
    ],
    ["a let", "max[i] double[i] - min[i where i > 0] v[i]", 2 * Math.max(a, b, d) - Math.min(b, d)],
    ["the entry at a const", "sum[i where i == w - 1] v[i]", d],
    [
      "functions and powers",
      "sqrt(sum[i] v[i]^2) + exp(-v[0])",
      Math.hypot(a, b, d) + Math.exp(-a),
    ],
    ["sizes", "mean[i] v[i] * N", a + b + d],
  ])("%s", async (_, formula, value) => {
    bench.writeArray("p.npy", { shape: [2, 3], data: Float32Array.of(1, 0, 1, 2, 0, 2) });
    bench.write(
      "m.ham",
      model(`expect ${formula} > ${near(value)} and ${formula} < ${above(value)}`),
    );
    const right = await bench.inProcess(["test", "m.ham"]);
    expect(right.stdout + right.stderr).toContain("1 passed");
    bench.write("m.ham", model(`expect ${formula} > ${above(value)}`));
    const wrong = await bench.inProcess(["test", "m.ham"]);
    expect(wrong.code).not.toBe(0);
    // The value that was found is shown, as one number.
    const [, shown] = / is (-?[\d.]+)\n/.exec(wrong.stdout) ?? [];
    expect(Number(shown)).toBeCloseTo(value, 4);
  });

  test("no index that nothing binds", async () => {
    bench.write("m.ham", model("expect v[i] > 0"));
    const { stderr, stdout } = await bench.inProcess(["test", "m.ham"]);
    expect(stdout + stderr).toContain("no `sum` binds the index `i` here");
  });
});
