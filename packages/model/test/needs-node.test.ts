// An older Node is told so before anything else of the packages is loaded.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../../../apps/cli/src/main.ts", import.meta.url));
const SENTENCE =
  "needs Node 22.18 or newer, this is 20.19.0. Install a newer one from https://nodejs.org.";

/** Runs this Node as if it were another. */
function as(version: string, ...args: readonly string[]) {
  const property = JSON.stringify({ value: version });
  const disguise = `data:text/javascript,Object.defineProperty(process.versions,"node",${property})`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", encodeURI(disguise), ...args],
    { cwd: import.meta.dirname, encoding: "utf8" },
  );
  return { code: status, stdout, stderr };
}

const importing = (entry: string) => [
  "--input-type=module",
  "--eval",
  `await import("@hamlet/model/${entry}").then(
     ({ diskFiles }) => console.log(typeof diskFiles),
     ({ message }) => console.log(message),
   );`,
];

test.each(["node", "disk"])("importing @hamlet/model/%s says which Node it needs", (entry) => {
  expect(as("20.19.0", ...importing(entry)).stdout).toBe(`@hamlet/model: ${SENTENCE}\n`);
  for (const version of ["22.18.0", "23.0.0"]) {
    expect(as(version, ...importing(entry)).stdout, version).toBe("function\n");
  }
  expect(as("22.17.9", ...importing(entry)).stdout).toContain("this is 22.17.9.");
});

test("the command says the same, and nothing else", () => {
  expect(as("20.19.0", MAIN, "--version")).toEqual({
    code: 1,
    stdout: "",
    stderr: `ham: ${SENTENCE}\n`,
  });
});
