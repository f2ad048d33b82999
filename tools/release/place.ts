// What strangers start from, and what they are held to.

import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Registry } from "./registry.ts";

/** Where a stranger starts. */
export interface Place {
  /** An empty folder. */
  readonly folder: string;
  readonly registry: Registry;
  /** The root of the workspace, for what its own command says. */
  readonly root: string;
}

/** Something that a stranger does; throws where it does not end well. */
export type Stranger = (place: Place) => void | Promise<void>;

/** Makes a folder as `npm create` does, and installs what it needs. */
export function created({ folder, registry }: Place, name: string, ...more: string[]) {
  const run = runner(folder, registry.address);
  // A cache of its own: npm takes another release of the same version from the usual one.
  const cache = ["--cache", join(folder, "cache")];
  run("npm", ["create", "--yes", ...cache, "hamlet@latest", "--", name, ...more]);
  const inside = runner(join(folder, name), registry.address);
  inside("npm", ["install", ...quiet]);
  return inside;
}

/** What the workspace's command says of the same recall. */
export function expected(root: string, backend = "cpu", more: readonly string[] = []): string {
  const main = join(root, "apps/cli/src/main.ts");
  const model = join(root, "examples/03a-dense-lse-dot.ham");
  const args = [main, "run", model, "--backend", backend, "--json", ...more];
  return `${ending(execFileSync(process.execPath, args, { encoding: "utf8" }))}\n`;
}

/** The energy of the first example at the end, of what `ham run --json` prints. */
export function ending(printed: string): string {
  const { outcomes } = JSON.parse(printed) as { outcomes: { energyAfter: number }[] };
  return String(outcomes[0].energyAfter);
}

/** A module with a model in it. */
export function prepare(folder: string, root: string): void {
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  mkdirSync(join(folder, "data"));
  for (const file of ["03a-dense-lse-dot.ham", "data/memories.npy", "data/queries.npy"]) {
    cpSync(join(root, "examples", file), join(folder, file));
  }
}

export const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];

/** Runs programs in the folder, with the registry for every package manager, and `more` variables. */
export function runner(
  folder: string,
  address: string,
  more: Readonly<Record<string, string>> = {},
) {
  const environment = {
    ...process.env,
    ...more,
    npm_config_registry: address,
    YARN_REGISTRY: address,
    NO_COLOR: "1",
  };
  return (program: string, args: readonly string[], { mayFail = false } = {}): string => {
    try {
      return execFileSync(program, args, {
        cwd: folder,
        env: environment,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      if (mayFail) return `${stdout}${stderr}`;
      throw new Error(`${program} ${args.join(" ")}\n${stdout}${stderr}`, { cause: error });
    }
  };
}

export function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

export function same(found: string, wanted: string): void {
  if (found !== wanted)
    throw new Error(`found\n${found}\nexpected, as in the workspace,\n${wanted}`);
}

/** What is installed in a folder is no more than that. */
export function light(
  modules: string,
  most: { readonly megabytes: number; readonly packages?: number },
): void {
  const kilobytes = Number.parseInt(execFileSync("du", ["-sk", modules], { encoding: "utf8" }), 10);
  const megabytes = Math.ceil(kilobytes / 1024);
  const { length } = globSync("**/node_modules/{*,@*/*}/package.json", { cwd: dirname(modules) });
  console.log(`${megabytes} MB in ${length} packages`);
  expect(megabytes <= most.megabytes, `no more than ${most.megabytes} MB`);
  expect(length <= (most.packages ?? Infinity), `no more than ${most.packages} packages`);
}
