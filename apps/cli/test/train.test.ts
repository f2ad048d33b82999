// The real command on the real digits: what is learned, what is written, and going on.

import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import { readSafetensors } from "@hamlet/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench } from "./ham.ts";
import { parseReport } from "./schema.ts";

const DIGITS = fileURLToPath(new URL("../../../examples/11-mnist-memory.ham", import.meta.url));
const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

let bench: Bench;
beforeAll(() => (bench = makeBench()));
afterAll(() => bench[Symbol.dispose]());

const train = async (...args: string[]) =>
  await bench.inProcess(["train", DIGITS, "--validation", "0.2", ...args]);
const bytes = (name: string) => readFileSync(join(bench.folder, name));

interface Report {
  ending: string;
  steps: number;
  losses: number[];
  validation: { step: number; loss: number }[];
}

test("the digits are denoised at least twice as well, and the curve is in out/", async () => {
  const { code, stdout, stderr } = await train("--epochs", "8", "--json");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const { ending, steps, losses, validation } = parseReport("train", stdout) as Report;
  expect([ending, steps, losses.length, validation.length]).toEqual(["finished", 120, 120, 9]);
  expect(validation.at(-1)!.loss).toBeLessThan(validation[0].loss / 2);
  const lines = bytes("out/11-mnist-memory-loss.csv").toString().trim().split("\n");
  expect(lines).toHaveLength(122);
  expect(lines.slice(0, 2)).toEqual(["step,loss,held_back", `0,,${validation[0].loss}`]);
  expect(lines.at(-1)).toBe(`120,${losses.at(-1)},${validation.at(-1)!.loss}`);
  const picture = bytes("out/11-mnist-memory-loss.svg").toString();
  expect(picture).toMatch(/^<svg /);
  expect(picture).toContain("held back");
});

test("metrics are listed beside the loss, in words, in the table and as data", async () => {
  const text = `ham 1
dim D = 2
given image: [D] from "image.npy"
param W: [D, D] = 0
neuron x: [D] as identity
energy pull = -sum[i, j] W[i, j] * image[i] * x[j]
recall settle {
  start x = image
  solver = euler(dt = 0.5)
  steps = 10
}
train fit {
  unroll = settle
  loss = mean[i] (x[i] - image[i])^2
  metric exact = close(x, image, 0.2)
  optimiser = adam(lr = 0.05)
  batch = 4
  epochs = 30
}
`;
  bench.write("metrics.ham", text);
  const data = Float32Array.from({ length: 16 }, (_, k) => (k % 3) - 1);
  bench.writeArray("image.npy", { shape: [8, 2], data });
  const run = async (...args: string[]) =>
    await bench.inProcess(["train", "metrics.ham", "--validation", "0.25", ...args]);
  const { code, stdout } = await run("--json");
  expect(code).toBe(0);
  const { metrics, losses, validation } = JSON.parse(stdout) as Report & {
    metrics: Record<string, { minibatches: number[]; validation: number[] }>;
  };
  const { exact } = metrics;
  expect(exact.minibatches).toHaveLength(losses.length);
  expect(exact.validation).toHaveLength(validation.length);
  expect([exact.minibatches[0], exact.minibatches.at(-1), exact.validation.at(-1)]).toEqual([
    0, 1, 1,
  ]);
  const lines = bytes("out/metrics-loss.csv").toString().trim().split("\n");
  expect(lines[0]).toBe("step,loss,held_back,exact,exact_held_back");
  expect(lines.at(-1)).toBe(`${losses.length},${losses.at(-1)},${validation.at(-1)!.loss},1,1`);
  const { stdout: words } = await run();
  expect(words).toMatch(/^metric +of +first +last$/m);
  expect(words).toMatch(/^exact +held back +[\d.]+ +1\.0000$/m);
});

test("the params come back with --params, and the recall is another", async () => {
  const path = join(bench.folder, "out/11-mnist-memory.safetensors");
  const { arrays } = readSafetensors(new Uint8Array(readFileSync(path)));
  expect([...arrays].map(([name, { shape }]) => [name, shape])).toEqual([["W", [64, 100]]]);
  const run = async (...args: string[]) =>
    await bench.inProcess(["run", DIGITS, "--json", ...args]);
  const learned = await run("--params", "out/11-mnist-memory.safetensors");
  expect(learned.code).toBe(0);
  expect(JSON.parse(learned.stdout)).not.toEqual(JSON.parse((await run()).stdout));
  const { code, stderr } = await run("--params", "out/11-mnist-memry.safetensors");
  expect(code).toBe(2);
  expect(stderr).toBe(
    "ham: There is no file out/11-mnist-memry.safetensors in out. Did you mean 11-mnist-memory.safetensors? Name one that a training wrote.",
  );
});

test("going on gives the same bits as not stopping", async () => {
  expect((await train("--epochs", "3", "--out", "whole/w.safetensors")).code).toBe(0);
  const first = await train("--epochs", "1", "--out", "parts/w.safetensors");
  expect(first.stdout).toContain("parts/w.checkpoint.safetensors   to go on from, with --resume");
  expect((await train("--epochs", "3", "--out", "parts/w.safetensors", "--resume")).code).toBe(0);
  for (const name of readdirSync(join(bench.folder, "whole"))) {
    expect(bytes(`parts/${name}`).equals(bytes(`whole/${name}`)), name).toBe(true);
  }
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s saves a checkpoint, says how to go on, and ends with %i", async (signal, code) => {
  const out = `stop-${signal}/w.safetensors`;
  const args = [
    "train",
    DIGITS,
    "--validation",
    "0.2",
    // Too many to be done before the signal comes.
    "--epochs",
    "1000000",
    "--out",
    out,
  ];
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: bench.folder });
  let stdout = "";
  child.stdout.on("data", (part: Buffer) => (stdout += part.toString()));
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  while (!existsSync(join(bench.folder, `stop-${signal}/w.checkpoint.safetensors`))) await wait(50);
  child.kill(signal);
  expect(await ended).toBe(code);
  expect(stdout).toContain("Stopped. Go on with the same command and --resume.");
  const rest = await train("--epochs", "3", "--out", out, "--resume", "--json");
  expect(rest.code).toBe(0);
  const { losses } = JSON.parse(rest.stdout) as Report;
  const whole = bytes("whole/w-loss.csv").toString().trim().split("\n").slice(2);
  const both = Math.min(losses.length, whole.length);
  expect(losses.slice(0, both)).toEqual(
    whole.slice(0, both).map((line) => Number(line.split(",")[1])),
  );
});

test("a mistake is explained, without a stack trace", async () => {
  const none = await train("--resume", "--out", "nowhere/w.safetensors");
  expect(none.code).toBe(2);
  expect(none.stderr).toBe(
    "ham: there is no checkpoint nowhere/w.checkpoint.safetensors. Name it with --checkpoint, or start anew without --resume.",
  );
  const noTraining = await bench.inProcess([
    "train",
    fileURLToPath(new URL("../../../examples/digits.ham", import.meta.url)),
  ]);
  expect(noTraining.code).toBe(2);
  expect(noTraining.stderr).toContain("This model has no train block.");
  const half = await train("--validation", "1.5");
  expect(half.code).toBe(2);
  expect(half.stderr).toContain("A share is a number from 0 to below 1");
});
