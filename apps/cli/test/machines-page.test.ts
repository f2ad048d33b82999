// The scripts of the page "Many machines" are sound, and run as far as that goes without a cluster.

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { key, normal } from "@hamlet/core";
import { Command } from "commander";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { command as worker } from "../src/commands/worker.ts";
import { type Bench, MAIN, makeBench } from "./ham.ts";

const PAGE = new URL("../../docs/src/content/docs/learn/machines.md", import.meta.url);
const page = readFileSync(PAGE, "utf8");
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`{3}${language}\n([^]*?)^\`{3}`, "gm"))].map(([, text]) => text);
const yaml = (kind: string): unknown => parse(blocks("yaml").find((text) => text.includes(kind))!);

interface Job {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: {
    readonly completionMode: string;
    readonly completions: number;
    readonly maxFailedIndexes: number;
    readonly template: {
      readonly spec: {
        readonly restartPolicy: string;
        readonly containers: readonly [
          { readonly command: readonly [string, string]; readonly args: readonly [string] },
        ];
      };
    };
  };
}

interface Compose {
  readonly services: Readonly<Record<string, { readonly command: readonly string[] }>>;
  readonly volumes: object;
}

const job = () => yaml("batch/v1") as Job;
/** Scripts are for sh. */
const ON_WINDOWS = process.platform === "win32";
const hasShellcheck = spawnSync("shellcheck", ["--version"]).status === 0;

test.skipIf(!hasShellcheck)(
  `shellcheck finds nothing${hasShellcheck ? "" : " (skipped: apt-get install shellcheck)"}`,
  () => {
    const scripts = [...blocks("sh"), ...job().spec.template.spec.containers[0].args];
    for (const script of scripts) {
      const input = script.startsWith("#!") ? script : `#!/bin/sh -e\n${script}`;
      const { status, stdout } = spawnSync("shellcheck", ["-"], { input, encoding: "utf8" });
      expect([script, stdout, status]).toEqual([script, "", 0]);
    }
  },
);

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
  bench.writeArray("faces.npy", { shape: [10, 3], data: normal(key(1), [10, 3]) });
});
afterEach(() => bench[Symbol.dispose]());

/** `text` with this number of shards, and few features. */
const small = (text: string, shards: number) =>
  text.replaceAll("64", String(shards)).replaceAll("8192", "16");

/** As much of Slurm as the page asks for: an array, and then what depends on it. */
const SBATCH = `#!/bin/sh -e
case "$1" in
  --parsable)
    for id in 1 2; do SLURM_ARRAY_TASK_ID=$id sh "$2" >/dev/null; done
    echo 7 ;;
  --dependency=afterok:7) sh -c "$3" ;;
  *) exit 1 ;;
esac
`;

/** Runs a script where `ham` is the command of this repository. */
function run(program: readonly string[], env: Record<string, string> = {}): string {
  const bin = join(bench.folder, "bin");
  mkdirSync(bin, { recursive: true });
  bench.write(join("bin", "ham"), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  bench.write(join("bin", "sbatch"), SBATCH);
  for (const name of ["ham", "sbatch"]) chmodSync(join(bin, name), 0o755);
  const [name, ...args] = program;
  const path = `${bin}:${process.env["PATH"]}`;
  return execFileSync(name, args, {
    cwd: bench.folder,
    env: { ...process.env, PATH: path, ...env },
    encoding: "utf8",
  });
}

/** The bytes of all rows, by the settings of the page. */
async function wholeBytes(): Promise<Buffer> {
  const args = "remember faces.npy --rule drdam --beta 10 --features 16 --out whole.safetensors";
  expect((await bench.inProcess(args.split(" "))).code).toBe(0);
  return readFileSync(join(bench.folder, "whole.safetensors"));
}

const mergedBytes = () => readFileSync(join(bench.folder, "faces.safetensors"));

test.skipIf(ON_WINDOWS)(
  "the Slurm array stores the shards, and the job behind it merges them to the whole",
  async () => {
    const [array, both] = blocks("sh").filter((text) => /#SBATCH|sbatch/.test(text));
    expect(array).toMatch(/--array=1-64\n/);
    bench.write("remember.sh", small(array, 2));
    run(["sh", "-ec", both]);
    expect(await wholeBytes()).toEqual(mergedBytes());
  },
);

test.skipIf(ON_WINDOWS)("the indexed job of Kubernetes stores each shard once", async () => {
  const { apiVersion, kind, spec } = job();
  expect({ apiVersion, kind }).toEqual({ apiVersion: "batch/v1", kind: "Job" });
  const { completionMode, completions, maxFailedIndexes, template } = spec;
  // A limit for each index asks for the other two.
  expect({ completionMode, restartPolicy: template.spec.restartPolicy }).toEqual({
    completionMode: "Indexed",
    restartPolicy: "Never",
  });
  expect(maxFailedIndexes).toBeLessThanOrEqual(completions);
  const [{ command, args }] = template.spec.containers;
  expect(args[0]).toContain(`/${completions}"`);
  for (const index of [0, 1]) {
    run([...command, small(args[0], 2)], { JOB_COMPLETION_INDEX: String(index) });
  }
  run(["sh", "-c", "ham merge parts/*.safetensors --out faces.safetensors"]);
  expect(await wholeBytes()).toEqual(mergedBytes());
});

/** The minor version of a kubectl that is here; limits for each index are from 28 on. */
const kubectl = /"minor": *"(\d+)/.exec(
  spawnSync("kubectl", ["version", "--client", "--output=json"], { encoding: "utf8" }).stdout ?? "",
)?.[1];
const hasKubectl = Number(kubectl ?? 0) >= 28;

test.skipIf(!hasKubectl)(
  `kubectl knows every field of the job${hasKubectl ? "" : " (skipped: no kubectl of 1.28 or later)"}`,
  () => {
    // Read into the types of Kubernetes, which drop what they do not have; without a cluster.
    const args = ["set", "env", "--local", "--filename=-", "--output=json", "ANY=1"];
    const input = blocks("yaml").find((text) => text.includes("batch/v1"))!;
    const read = (text: string) => spawnSync("kubectl", args, { input: text, encoding: "utf8" });
    const known = read(input);
    expect(known.stderr).toBe("");
    expect(JSON.parse(known.stdout)).toMatchObject(job());
    // What is misspelled is missed, and what is of another type refused.
    const misspelled = input.replace("parallelism", "paralelism");
    expect(JSON.parse(read(misspelled).stdout)).not.toMatchObject(parse(misspelled) as object);
    expect(read(input.replace("completions: 64", "completions: many")).status).not.toBe(0);
  },
);

test("the compose file starts a Redis that keeps its jobs, and workers that are understood", () => {
  const { services, volumes } = yaml("services:") as Compose;
  expect(Object.keys(services)).toEqual(["queue", "worker"]);
  expect(Object.keys(volumes)).toEqual(["queue"]);
  expect(services["queue"].command.join(" ")).toContain("--appendonly yes");
  const [name, ...args] = services["worker"].command;
  expect(name).toBe("worker");
  const { operands, unknown } = worker.takes(new Command()).parseOptions([...args]);
  expect({ operands, unknown }).toEqual({ operands: [], unknown: [] });
});
