// A training that stops and goes on: to the same bits, and with the truth about what it does.

import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench } from "../ham.ts";

const CASE = fileURLToPath(
  new URL("../../../../fixtures/cases/30-resume-with-part-batch/", import.meta.url),
);

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  cpSync(CASE, bench.folder, { recursive: true });
  const text = readFileSync(join(CASE, "r.ham"), "utf8");
  bench.write("faster.ham", text.replace("lr = 0.02", "lr = 0.05"));
});
afterAll(() => bench[Symbol.dispose]());

const train = (file: string, ...args: string[]) => bench.inProcess(["train", file, ...args]);
const bytes = (name: string) => readFileSync(join(bench.folder, name));

test.each([
  ["0", []],
  ["3", ["--validation", "0.3"]],
] as const)("two epochs and four more equal six, bit for bit, seed %s", async (seed, extra) => {
  const args = ["--seed", seed, ...extra];
  const whole = `whole${seed}/w.safetensors`;
  const parts = `parts${seed}/w.safetensors`;
  expect((await train("r.ham", ...args, "--epochs", "6", "--out", whole)).code).toBe(0);
  expect((await train("r.ham", ...args, "--epochs", "2", "--out", parts)).code).toBe(0);
  // The checkpoint knows its seed.
  const rest = ["--resume", "--epochs", "6", "--out", parts, "--json", ...extra];
  const { code, stdout } = await train("r.ham", ...rest);
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as { seed: number; steps: number; resumed: object };
  const [before, all] = extra.length === 0 ? [6, 18] : [4, 12];
  expect(report).toMatchObject({
    seed: Number(seed),
    steps: all,
    resumed: { step: before, changed: [] },
  });
  for (const ending of [".safetensors", ".checkpoint.safetensors", "-loss.csv", "-loss.svg"]) {
    const [a, b] = [whole, parts].map((path) => path.replace(".safetensors", ending));
    expect(bytes(b).equals(bytes(a)), ending).toBe(true);
  }
});

test("another seed is refused, and nothing is touched", async () => {
  expect(
    (await train("r.ham", "--epochs", "1", "--seed", "7", "--out", "s.safetensors")).code,
  ).toBe(0);
  const before = bytes("s.checkpoint.safetensors");
  const args = ["--resume", "--seed", "8", "--epochs", "2", "--out", "s.safetensors"];
  const { code, stdout, stderr } = await train("r.ham", ...args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toBe(
    "ham: the training of s.checkpoint.safetensors was begun with --seed 7, and goes on with it. Leave --seed 8 out, or start anew without --resume.",
  );
  expect(bytes("s.checkpoint.safetensors").equals(before)).toBe(true);
});

test("changed settings and other examples are told, with what they were", async () => {
  const first = await train("r.ham", "--epochs", "1", "--out", "c.safetensors");
  expect(first.stdout).not.toContain("Went on");
  const { code, stdout } = await train(
    "faster.ham",
    "--resume",
    "--epochs",
    "2",
    "--out",
    "c.safetensors",
  );
  expect(code).toBe(0);
  expect(stdout).toContain("6 steps, 3 of them before");
  expect(stdout).toContain("Went on with optimiser = adam(lr = 0.05); it was adam(lr = 0.02).");
  expect(stdout.match(/Went on/g)).toHaveLength(1);

  const data = Float32Array.from({ length: 60 }, (_, i) => Math.sin(i));
  bench.writeArray("other.npy", { shape: [10, 6], data });
  const args = ["--resume", "--epochs", "3", "--out", "c.safetensors", "--given"];
  const other = await train("faster.ham", ...args, "image=other.npy");
  expect(other.stdout).toMatch(/Went on with examples = image \[10, 6\] \w{8}; it was image/);
});

test("nothing left to do is said", async () => {
  const args = ["--epochs", "1", "--out", "n.safetensors"];
  await train("r.ham", ...args);
  const { code, stdout } = await train("r.ham", ...args, "--resume");
  expect(code).toBe(0);
  expect(stdout).toContain("3 steps, 3 of them before");
  expect(stdout).toContain("There was nothing left to do");
});

test("without a checkpoint none of another training is proposed", async () => {
  await train("r.ham", "--epochs", "1", "--out", "near/a.safetensors");
  const { code, stderr } = await train("r.ham", "--resume", "--out", "near/b.safetensors");
  expect([code, stderr]).toEqual([
    2,
    "ham: there is no checkpoint near/b.checkpoint.safetensors. Name it with --checkpoint, or start anew without --resume.",
  ]);
});

interface Report {
  losses: number[];
  validation: { step: number; loss: number }[];
  best: { step: number; loss: number } | null;
}

test("held-out examples are measured on, and the best params are kept, also across a stop", async () => {
  const data = Float32Array.from({ length: 24 }, (_, i) => Math.cos(2 * i));
  bench.writeArray("own.npy", { shape: [4, 6], data });
  // So fast that the best is not the last.
  const text = readFileSync(join(CASE, "r.ham"), "utf8").replace("lr = 0.02", "lr = 0.7");
  bench.write("wild.ham", text);
  const args = ["--held-out", "image=own.npy", "--json"];
  const whole = await train("wild.ham", "--epochs", "5", "--out", "ho/w.safetensors", ...args);
  expect([whole.code, whole.stderr]).toEqual([0, ""]);
  const { validation, best, losses } = JSON.parse(whole.stdout) as Report;
  // All ten examples are learned from.
  expect([losses.length, validation.length]).toEqual([15, 6]);
  const lowest = Math.min(...validation.map(({ loss }) => loss));
  expect(best).toEqual(validation.find(({ loss }) => loss === lowest));
  expect(best!.step).toBeLessThan(15);

  // What was kept has that loss: it is the loss before the first step of a training that takes it.
  const kept = ["--params", "ho/w-best.safetensors", "--epochs", "1", "--out", "k/w.safetensors"];
  const again = JSON.parse((await train("wild.ham", ...args, ...kept)).stdout) as Report;
  expect(again.validation[0].loss).toBeCloseTo(lowest, 5);

  await train("wild.ham", "--epochs", "2", "--out", "hp/w.safetensors", ...args);
  const rest = ["--resume", "--epochs", "5", "--out", "hp/w.safetensors", ...args];
  expect((await train("wild.ham", ...rest)).code).toBe(0);
  for (const name of ["w-best.safetensors", "w.checkpoint.safetensors", "w-loss.svg"]) {
    expect(bytes(`hp/${name}`).equals(bytes(`ho/${name}`)), name).toBe(true);
  }
});

test.each([
  [["--held-out", "image=d.npy", "--validation", "0.2"], "Give one of them"],
  [["--held-out", "picture=d.npy"], '"picture" is no given that this training reads'],
  [["--held-out", "image=lost.npy"], "there is no such file"],
  [["--held-out", "image=flat.npy"], '"image" needs the shape [N, 6], found [6]'],
] as const)("held-out examples that cannot be meant: %j", async (args, told) => {
  bench.writeArray("flat.npy", { shape: [6], data: new Float32Array(6) });
  const { code, stderr } = await train("r.ham", "--out", "no/w.safetensors", ...args);
  expect(stderr).toContain(told);
  expect(code).toBe(2);
});
