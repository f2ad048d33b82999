// Python beside us: who else does a job, where it has the library.

import { execFileSync, spawnSync } from "node:child_process";

/** The Python that may have libraries: what HAMLET_PYTHON says, by default python3. */
export const PYTHON = process.env["HAMLET_PYTHON"] ?? "python3";

/** Whether it has a library. */
export const hasLibrary = (name: string): boolean =>
  spawnSync(PYTHON, ["-c", `import ${name}`], { stdio: "ignore" }).status === 0;

/** The numbers that a script prints: its seconds first. */
export const printed = (args: readonly string[], env: NodeJS.ProcessEnv = process.env): number[] =>
  execFileSync(PYTHON, args, { encoding: "utf8", env }).split(" ").map(Number);
