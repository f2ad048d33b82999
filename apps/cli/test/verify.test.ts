// Certificates on the command line: written by `ham run`, read and judged by `ham verify`.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RecallCertificate } from "@hamlet/model";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench } from "./ham.ts";
import { parseReport } from "./schema.ts";

const PAGE = new URL("../../docs/src/content/docs/learn/certificates.md", import.meta.url);
const page = readFileSync(PAGE, "utf8");

let bench: Bench;
beforeAll(async () => {
  bench = makeBench();
  bench.write("three.ham", /```ham[^\n]*\n([^]*?)```/.exec(page)![1]);
  const { code } = await bench.inProcess(["run", "three.ham", "--certificate", "three.json"]);
  expect(code).toBe(0);
});
afterAll(() => bench[Symbol.dispose]());

const certificate = (): RecallCertificate =>
  JSON.parse(readFileSync(join(bench.folder, "three.json"), "utf8")) as RecallCertificate;

test("a certificate holds, and the page shows what is said of it", async () => {
  const { code, stdout } = await bench.inProcess(["verify", "three.json", "three.ham"]);
  expect(code).toBe(0);
  const sentences = (text: string) => text.replaceAll(/-?\d[\d.e+-]*|[0-9a-f]{64}/g, "…");
  expect(sentences(page)).toContain(sentences(stdout.trim()));
});

test("another const is refused with the reason, and exit code 1", async () => {
  const args = ["verify", "three.json", "three.ham", "--set", "beta=5"];
  const { code, stdout } = await bench.inProcess(args);
  expect(code).toBe(1);
  expect(stdout).toContain("three.json is refused.");
  expect(stdout).toContain("another model, or other consts (--set)");
  expect(stdout).toContain("Krawczyk");
});

test("--json follows its schema, for what holds and what does not", async () => {
  for (const [set, accepted] of [
    ["beta=4", true],
    ["beta=5", false],
  ] as const) {
    const args = ["verify", "three.json", "three.ham", "--json", "--set", set];
    const { stdout } = await bench.inProcess(args);
    expect(parseReport("verify", stdout)).toMatchObject({ accepted });
  }
});

test("a changed digit is refused", async () => {
  const changed = JSON.stringify(certificate()).replace(/"index":0/, '"index":1');
  bench.write("changed.json", changed);
  const { code, stdout } = await bench.inProcess(["verify", "changed.json", "three.ham"]);
  expect(code).toBe(1);
  expect(stdout).toContain("seal: something was changed after it was written");
});

test("a training is certified, and holds with the params that it wrote", async () => {
  bench.write(
    "learn.ham",
    `ham 1
dim D = 2
given image: [D] from "image.npy"
param W: [D, D] ~ normal(0, 0.1)
neuron v: [D] as tanh
energy pairs = -1/2 * sum[i, j] W[i, j] * v[i] * v[j]
recall settle { start v = image  solver = euler(dt = 0.5)  steps = 5 }
train fit { unroll = settle  loss = mean[i] (v[i] - image[i])^2  optimiser = sgd(lr = 0.1)  batch = 2  epochs = 2 }
`,
  );
  const data = Float32Array.from({ length: 16 }, (_, k) => (k % 3) - 1);
  bench.writeArray("image.npy", { shape: [8, 2], data });
  const args = ["train", "learn.ham", "--out", "w.safetensors", "--certificate", "w.json"];
  const trained = await bench.inProcess([...args, "--json"]);
  expect(trained.code).toBe(0);
  expect(parseReport("train", trained.stdout)).toMatchObject({
    written: { certificate: "w.json" },
  });
  const verify = (...more: string[]) =>
    bench.inProcess(["verify", "w.json", "learn.ham", "--json", ...more]);
  const { code, stdout } = await verify("--params", "w.safetensors");
  expect(code).toBe(0);
  expect(parseReport("verify", stdout)).toMatchObject({ accepted: true, uncertified: [] });
  const start = await verify();
  expect(start.code).toBe(1);
  expect(start.stdout).toContain("give the params that it wrote (--params)");
  const words = await bench.inProcess([...args]);
  expect(words.stdout).toContain("w.json   for ham verify … --params w.safetensors");
});

test("what is no certificate is told, with what to do", async () => {
  for (const name of ["three.ham", "missing.json"]) {
    const { code, stderr } = await bench.inProcess(["verify", name, "three.ham"]);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toMatch(/is no certificate: expected a JSON object|cannot read missing\.json/);
  }
});
