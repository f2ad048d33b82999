#!/usr/bin/env node
// The `ham` command: looks whether Node is new enough, and only then loads the rest.

import { readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";

const manifest = new URL("../package.json", import.meta.url);
const { engines } = JSON.parse(readFileSync(manifest, "utf8")) as { engines: { node: string } };
const needed = engines.node.replace(">=", "");

if (isOlder(process.versions.node, needed)) {
  process.stderr.write(
    `ham: needs Node ${needed} or newer, this is ${process.versions.node}. Install a newer one from https://nodejs.org.\n`,
  );
  process.exitCode = 1;
} else {
  // What Node compiles (and strips of types) is kept in its folder for temporary files.
  enableCompileCache();
  const { endWithin, watchStreams } = await import("./streams.ts");
  watchStreams();
  const { main } = await import("./command-line.ts");
  let ended = false;
  process.on("exit", (code) => {
    // Foreign code can call process.exit at any time: half a command is no success.
    if (ended || code !== 0) return;
    process.exitCode = 1;
    process.stderr.write("ham: something ended this command before its work was done.\n");
  });
  const code = await main(process.argv.slice(2));
  ended = true;
  if (code !== null) {
    process.exitCode = code;
    await endWithin(1000);
  }
}

function isOlder(version: string, than: string): boolean {
  const [[major, minor], [leastMajor, leastMinor]] = [version, than].map((one) =>
    one.split(".").map(Number),
  );
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
