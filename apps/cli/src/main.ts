#!/usr/bin/env node
// The `ham` command: looks whether Node is new enough, and only then loads the rest.

import { needsNode } from "@hamlet/model/needs-node";

const problem = needsNode("ham", new URL("../package.json", import.meta.url));

if (problem !== null) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
} else {
  // Older ones lack it, and would end at an import of its name.
  const { enableCompileCache } = await import("node:module");
  // What Node compiles (and strips of types) is kept in its folder for temporary files, what threads
  // and processes of this one compile too.
  const { directory } = enableCompileCache();
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ||= directory;
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
