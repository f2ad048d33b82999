// A registry on this machine: what is published there can be installed, and goes no further.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../free-port.ts";

const VERDACCIO = "6.10.4";

/** A registry that runs until it is disposed. */
export interface Registry extends Disposable {
  readonly address: string;
  /** Takes in a tarball, or the package of a folder. */
  publish(from: string): void;
}

/** Installs a registry into a folder and starts it; other packages come from the usual one. */
export async function startRegistry(folder: string): Promise<Registry> {
  mkdirSync(folder, { recursive: true });
  const upstream = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
  const manifest = {
    private: true,
    dependencies: { verdaccio: VERDACCIO },
    // It asks for a tag that not every registry mirrors.
    overrides: { "node-fetch": "2.7.0" },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder });
  const own = { access: "$all", publish: "$all" };
  const config = {
    storage: join(folder, "storage"),
    uplinks: { usual: { url: upstream } },
    packages: {
      "@hamlet/*": own,
      "create-hamlet": own,
      "@stranger/*": own,
      "**": { access: "$all", proxy: "usual" },
    },
    log: { type: "stdout", format: "pretty", level: "error" },
  };
  // JSON is YAML.
  writeFileSync(join(folder, "config.yaml"), JSON.stringify(config));
  const host = `127.0.0.1:${await freePort()}`;
  const address = `http://${host}/`;
  const server = spawn(
    process.execPath,
    [
      join(folder, "node_modules/verdaccio/bin/verdaccio"),
      "--config",
      "config.yaml",
      "--listen",
      host,
    ],
    { cwd: folder, stdio: "ignore" },
  );
  await answers(`${address}-/ping`, server);
  return {
    address,
    publish(from) {
      // npm wants a token; this registry asks for none.
      const token = `--//${host}/:_authToken=anybody`;
      execFileSync("npm", ["publish", from, "--registry", address, token, "--loglevel=error"]);
    },
    [Symbol.dispose]: () => void server.kill(),
  };
}

/** Waits until a server answers; throws where it ends before. */
export async function answers(address: string, server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    const found = await fetch(address).then(
      ({ ok }) => ok,
      () => false,
    );
    if (found) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the server of ${address} ended with ${server.exitCode} before it answered`);
}
