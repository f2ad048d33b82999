// `ham bench` runs every engine and compares their ends; how long they take is nobody's business here.

import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readNpz } from "@hamlet/core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { timeInRounds, timingOf } from "../src/timing.ts";
import { type Bench, makeBench, writeModel } from "./ham.ts";
import { parseReport } from "./schema.ts";

let bench: Bench;
beforeAll(() => {
  // No JAX, whatever the machine has.
  vi.stubEnv("HAMLET_PYTHON", "no-such-python");
  bench = makeBench();
  writeModel(bench);
  bench.write(
    "flips.ham",
    "ham 1\nneuron v: [4] as sign\nenergy e = -1/2 * (sum[i] v[i])^2\nrecall r { start v = 1  solver = async }\n",
  );
});
afterAll(() => {
  vi.unstubAllEnvs();
  bench[Symbol.dispose]();
});

interface Report {
  readonly examples: number;
  readonly rows: readonly { name: string; steps: number; rounds: number; difference: number }[];
  readonly jax: string | null;
}

test("every engine takes part, and all end at the same place", async () => {
  const { code, stdout } = await bench.inProcess(["bench", "m.ham", "--rounds", "1", "--json"]);
  expect(code).toBe(0);
  const { examples, rows, jax } = parseReport("bench", stdout) as Report;
  expect(examples).toBe(1);
  expect(rows.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["simd", "float64", "tensors (wasm)", "tensors (cpu)"]),
  );
  for (const { steps, rounds, difference } of rows) {
    expect(steps).toBeGreaterThan(0);
    expect(rounds).toBe(1);
    expect(difference).toBeLessThan(1e-5);
  }
  expect(jax).toContain("not here");
});

test("flips have one engine", async () => {
  const { stdout } = await bench.inProcess(["bench", "flips.ham", "--rounds", "1", "--json"]);
  const { rows } = parseReport("bench", stdout) as Report;
  expect(rows).toMatchObject([{ name: "flips", difference: 0 }]);
});

const PYTHON = `#!/bin/sh
[ "$2" = "import jax" ] && exit 0
cp "$3/in.npz" "$0.npz"
echo "$4 $5" > "$0.args"
echo "ValueError: batches differ" >&2
echo "--------------------" >&2
echo "For simplicity, JAX has removed its internal frames." >&2
exit 1
`;

test.skipIf(process.platform === "win32")(
  "JAX gets the examples of the recall alone, and its error is told",
  async () => {
    bench.write("python", PYTHON);
    const python = join(bench.folder, "python");
    chmodSync(python, 0o755);
    bench.write(
      "two.ham",
      "ham 1\ndim D = 2\nconst xi: [D] = 1\ngiven image: [D]\ngiven noisy: [D]\n" +
        "neuron v: [D] as identity\nenergy e = -sum[i] xi[i] * v[i]\n" +
        "recall r { start v = noisy  solver = euler(dt = 0.1)  steps = 2 }\n",
    );
    bench.write("image.csv", "1,2\n3,4\n5,6\n");
    bench.write("noisy.csv", "1,2\n3,4\n");
    vi.stubEnv("HAMLET_PYTHON", python);
    const given = ["--given", "image=image.csv", "--given", "noisy=noisy.csv"];
    const { stdout } = await bench.inProcess(["bench", "two.ham", "--rounds", "1", ...given]);
    expect(stdout).toContain("JAX: its recall failed (ValueError: batches differ)");
    expect(readFileSync(`${python}.args`, "utf8").trim()).toBe('["noisy"] ["image"]');
    const arrays = readNpz(new Uint8Array(readFileSync(`${python}.npz`)));
    expect(arrays.get("noisy")!.shape).toEqual([2, 2]);
    expect(arrays.get("image")!.shape).toEqual([2]);
    expect(arrays.get("state/v")!.shape).toEqual([2, 2]);
  },
);

test("competitors take turns, and one without an end stays out", async () => {
  const order: string[] = [];
  const competitor = (name: string) => ({
    name,
    run: () => {
      order.push(name);
      return order.length;
    },
  });
  const timings = await timeInRounds([competitor("a"), competitor("b")], { rounds: 3 });
  expect(order.join("")).toBe("ababab");
  expect(timings.get("a")).toEqual({ median: 3, low: 2, high: 4, rounds: 3 });
  const once = await timeInRounds([competitor("c")], { rounds: 3, patience: -1 });
  expect(once.get("c")!.rounds).toBe(1);
});

test("the median of an even number lies between two", () => {
  expect(timingOf([4, 1, 3, 2])).toEqual({ median: 2.5, low: 1.75, high: 3.25, rounds: 4 });
});
