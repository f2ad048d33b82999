// `--watch`: a command that does its work again when what it has read changes.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Bench, MAIN, makeBench, MODEL, writeModel } from "./ham.ts";

let bench: Bench;
let child: ChildProcess;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => {
  child.kill("SIGKILL");
  bench[Symbol.dispose]();
});

/** Starts a command, and waits for what it prints. */
function start(...args: string[]) {
  child = spawn(process.execPath, [MAIN, ...args], { cwd: bench.folder });
  let text = "";
  const onText = (chunk: Buffer) => {
    text += chunk.toString();
    child.emit("text");
  };
  child.stdout!.on("data", onText);
  child.stderr!.on("data", onText);
  return {
    /** Everything that was printed since the last call, once it has `wanted` in it and all is read. */
    async until(wanted: string): Promise<string> {
      while (!text.includes(wanted) || !text.endsWith("until Ctrl-C\n")) await once(child, "text");
      const before = text;
      text = "";
      return before;
    },
  };
}

test("ham check --watch looks again when a file is mended, and at a file that is new", async () => {
  mkdirSync(`${bench.folder}/models`);
  const sound = "ham 1\nneuron v: [2] as tanh\nenergy e = -sum[i] v[i]\n";
  bench.write("models/a.ham", sound.replace("tanh", "tan"));
  const ham = start("check", "models", "--watch");
  expect(await ham.until("watching 2 files")).toContain("models/a.ham: 1 error");
  bench.write("models/a.ham", sound);
  expect(await ham.until("no errors")).toContain("models/a.ham: no errors, no warnings");
  bench.write("models/b.ham", sound);
  expect(await ham.until("watching 3 files")).toContain("models/b.ham: no errors, no warnings");
  child.kill("SIGINT");
  expect(await once(child, "close")).toEqual([null, "SIGINT"]);
});

test("ham run --watch runs again with new data, and outlives a mistake", async () => {
  writeModel(bench);
  const ham = start("run", "m.ham", "--watch", "--json");
  expect(await ham.until("watching 3 files")).toContain('"examples":1');
  bench.writeArray("query.npy", { shape: [2, 2], data: Float32Array.of(1, 2, -1, -2) });
  expect(await ham.until("watching")).toContain('"examples":2');
  bench.write("m.ham", MODEL.replace("xi.npy", "later.npy"));
  expect(await ham.until("watching")).toContain("later.npy");
  bench.writeArray("later.npy", { shape: [2, 2], data: Float32Array.of(1, 2, -1, -2) });
  expect(await ham.until("watching")).toContain('"converged","converged"');
});

test("ham run --watch stops in the middle of a recall that is out of date", async () => {
  const endless = MODEL.replace("steps = 200", "steps = 1000000000").replace("1e-6", "0");
  writeModel(bench, endless);
  const ham = start("run", "m.ham", "--watch", "--json");
  setTimeout(() => writeModel(bench), 2000);
  expect(await ham.until("watching")).toMatch(/^\{[^]*"converged"/);
});

test("the standard input cannot be watched", async () => {
  expect(await bench.inProcess(["check", "-", "--watch"])).toEqual({
    code: 2,
    stdout: "",
    stderr: "ham: --watch needs files: the standard input comes once.",
  });
});
