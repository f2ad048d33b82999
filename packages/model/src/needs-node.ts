// The entry `@hamlet/model/needs-node`: whether Node is new enough. It loads nothing else, so that it can
// say so where the rest could not even be read.

import { readFileSync } from "node:fs";

/**
 * What is wrong with this Node, by `engines` of a package.json; null where it is new enough.
 *
 * @example
 * needsNode("ham", new URL("../package.json", import.meta.url));
 * // "ham: needs Node 22.18 or newer, this is 20.19.0. Install a newer one from https://nodejs.org."
 */
export function needsNode(who: string, manifest: URL): string | null {
  const { engines } = JSON.parse(readFileSync(manifest, "utf8")) as { engines: { node: string } };
  const needed = engines.node.replace(">=", "");
  const found = process.versions.node;
  if (!isOlder(found, needed)) return null;
  return `${who}: needs Node ${needed} or newer, this is ${found}. Install a newer one from https://nodejs.org.`;
}

function isOlder(version: string, than: string): boolean {
  const [[major, minor], [leastMajor, leastMinor]] = [version, than].map((one) =>
    one.split(".").map(Number),
  );
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
