// A reader that goes away: every command ends quietly.

import { spawn } from "node:child_process";
import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { some } from "../../../../tools/samples.ts";
import { COMMANDS } from "../../src/commands/catalogue.ts";
import { type Bench, makeBench } from "../ham.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const CASE = fileURLToPath(new URL("../../../../fixtures/cases/28-closed-pipe/", import.meta.url));
const ICONS = fileURLToPath(new URL("../../../../examples/data/icons.npz", import.meta.url));
const TRAIN = `train { unroll = go loss = mean[i] (v[i] - q[i])^2 optimiser = adam(lr = 0.02) batch = 4 epochs = 1 }
`;

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  cpSync(CASE, bench.folder, { recursive: true });
  bench.write(
    "t.ham",
    `ham 1
dim D
param W: [D, D] = 0.1
given q: [D] from "x.npz#q"
neuron v: [D] as tanh
energy e = -sum[i, j] W[i, j] * v[i] * v[j]
recall go { start v = q solver = euler(dt = 0.1) steps = 2 }
${TRAIN}`,
  );
});
afterAll(() => bench[Symbol.dispose]());

/** A cheap way to run a command, with something to print, where it is not `ham NAME b.ham`. */
const CHEAP: Readonly<Record<string, readonly string[]>> = {
  train: ["t.ham"],
  check: ["b.ham", "off.ham", "b.ham"],
  test: ["b.ham", "b.ham"],
  store: [`${ICONS}#images`, "--take", "2"],
  capacity: ["--size", "8", "--counts", "1", "--trials", "1"],
  "fixed-points": ["off.ham", "--starts", "4"],
  fmt: ["--check", "b.ham", "off.ham"],
  landscape: ["missing.ham"],
  export: ["b.ham", "--to", "jax"],
  new: ["fresh"],
  doctor: ["--help"],
  reproduce: ["nothing-of-that-name"],
  demo: ["--help"],
};

/** Runs `ham` with outputs whose readers are gone before it starts to write. */
async function withoutReader(args: readonly string[]): Promise<number | string | null> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: bench.folder });
  child.stdout.destroy();
  let stderr = "";
  child.stderr.on("data", (part: Buffer) => (stderr += part.toString()));
  const code = await new Promise<number | null>((ended) => child.on("close", ended));
  expect(stderr).not.toMatch(/EPIPE|bug in ham|\n {4}at /);
  return code;
}

// Each takes a process of its own: others in every run.
test.for(some(COMMANDS, 5))("ham $name ends quietly, with its own exit code", async ({ name }) => {
  const args = [name, ...(CHEAP[name] ?? ["b.ham"])];
  const { code } = await bench.inProcess(args);
  if (name === "new") bench.write("fresh.ham", "");
  expect(await withoutReader(args)).toBe(name === "new" ? 2 : code);
});

test.for([[["--help"]], [["--version"]]] as const)("ham %s ends quietly", async ([args]) => {
  expect(await withoutReader(args)).toBe(0);
});

test("what a command saves is saved all the same", async () => {
  expect(await withoutReader(["run", "b.ham", "--out", "kept.npz"])).toBe(0);
  const { code } = await bench.inProcess(["run", "b.ham", "--given", "q=kept.npz#v"]);
  expect(code).toBe(0);
});
