// Amounts and files that no command can take: told at once, by name and size.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
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

/** What a command wrote to standard error, its exit code in front. */
async function ham(...args: string[]): Promise<string> {
  const { code, stderr } = await bench.inProcess(args);
  return `${code}: ${stderr.replaceAll("FOLDER/", "")}`;
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
        // Some commands look for models in a folder.
        name === "folder.ham" && ["check", "fmt"].includes(command)
          ? /^2: ham: (cannot read .*: it is a folder|there are no \.ham files in the folder .*)\.$/
          : /^2: ham: cannot read .*: it is a (pipe, not a file|device, not a file|folder)\.$/,
      );
    }
    const told = await ham("run", at("m.ham"), "--data", `xi=${path}`, "--backend", "cpu");
    expect(told).toContain("E0912");
  },
);

test("a checkpoint that is a pipe is not waited for", async () => {
  expect(await ham("train", at("m.ham"), "--resume", "--checkpoint", at("pipe"))).toBe(
    "2: ham: cannot read pipe: it is a pipe, not a file. Name it with --checkpoint, or start anew without --resume.",
  );
});
