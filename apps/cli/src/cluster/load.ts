// The package of queues, which is installed beside the command by those who use one.

import { InvalidArgumentError, Option } from "commander";
import { importOptional } from "../backends/optional.ts";

/** What `@hamlet/cluster` offers. */
export type Cluster = typeof import("@hamlet/cluster");

/**
 * Loads it.
 * @throws CommandError with the command that installs it.
 */
export async function loadCluster(): Promise<Cluster> {
  const cluster = await importOptional("@hamlet/cluster", {
    name: "cluster",
    who: "a queue",
    install: "Install it beside ham: npm install @hamlet/cluster",
    needs: "It speaks with a Redis",
  });
  return cluster as unknown as Cluster;
}

/** Tells who waits for a queue what happens to it. */
export const onEvent = (line: string): void => void process.stderr.write(`${line}\n`);

/** `--queue`. */
export function queueOption(what: string): Option {
  return new Option("--queue <URL>", `${what}; - for the address in HAM_QUEUE`).argParser(urlOf);
}

/** What is told through the environment is in no list of processes, and neither is its password. */
function urlOf(text: string): string {
  if (text !== "-") return text;
  const url = process.env["HAM_QUEUE"] ?? "";
  if (url !== "") return url;
  throw new InvalidArgumentError("Set HAM_QUEUE to the address, such as redis://127.0.0.1:6379.");
}
