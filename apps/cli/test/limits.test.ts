// Amounts and files that no command can take: told at once, by name and size.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { main } from "../src/command-line.ts";
import { type Bench, makeBench, writeModel } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  writeModel(bench);
  spawnSync("mkfifo", [join(bench.folder, "pipe")]);
  mkdirSync(join(bench.folder, "folder.ham"));
  bench.writeArray("wide.npy", { shape: [1, 300_000], data: new Float32Array(300_000).fill(1) });
});
afterAll(() => bench[Symbol.dispose]());

/** Runs a command here; what it wrote to standard error, its code in front. */
async function ham(...args: string[]): Promise<string> {
  let err = "";
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      if (name === "stderr") err += String(text);
      return true;
    }),
  );
  try {
    const code = await main(args);
    return `${code}: ${err.replaceAll(`${bench.folder}/`, "").trimEnd()}`;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const at = (name: string) => join(bench.folder, name);

test("a recall of more examples than fit", async () => {
  const flags = ["--batch", "1000000000000", "--backend", "cpu"];
  expect(await ham("run", at("m.ham"), ...flags)).toMatch(
    /^2: ham: A recall of 1000000000000 examples at once needs 48 TB/,
  );
});

test.each(["pipe", "folder.ham", "/dev/zero"])(
  "%s is no file for any command that reads one",
  async (name) => {
    const path = name.startsWith("/") ? name : at(name);
    for (const command of ["check", "fmt", "explain", "run", "store", "capacity"]) {
      const endings: Readonly<Record<string, string>> = { store: ".npy", capacity: ".svg" };
      const out = command in endings ? ["--out", at(`out${endings[command]}`)] : [];
      expect(await ham(command, path, ...out), command).toMatch(
        /^2: ham: cannot read .*: it is a (pipe, not a file|device, not a file|folder)\.$/,
      );
    }
    const told = await ham("run", at("m.ham"), "--data", `xi=${path}`, "--backend", "cpu");
    expect(told).toContain("E0912");
  },
);
