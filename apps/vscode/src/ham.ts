// The command `ham`, run for a panel or a test. Nothing else here starts a process of the user's.

import { spawn } from "node:child_process";

/** What a command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface HamOptions {
  /** The working directory, from which a model names its files. */
  readonly cwd: string;
  /** The standard input: the text of a model for `-`. */
  readonly input?: string;
  readonly signal?: AbortSignal;
}

/** Runs `ham` with arguments. It throws where the command is not installed. */
export type Ham = (args: readonly string[], options: HamOptions) => Promise<Finished>;

/** The command of a setting such as `ham`. */
export function makeHam(commandOf: () => string): Ham {
  return (args, { cwd, input = "", signal }) =>
    new Promise((resolve, reject) => {
      const command = commandOf();
      // What npm installs on Windows is a script, which only a shell runs.
      const windows = process.platform === "win32";
      const child = windows
        ? spawn([command, ...args].map((arg) => `"${arg}"`).join(" "), { cwd, signal, shell: true })
        : spawn(command, args, { cwd, signal });
      let [stdout, stderr] = ["", ""];
      // A letter of several bytes may come in two pieces.
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
      child.on("error", (error: NodeJS.ErrnoException) =>
        reject(error.code === "ENOENT" ? new NotInstalled(command) : error),
      );
      child.on("close", (code) => resolve({ code, stdout, stderr }));
      // A command that ends early does not read its input to the end.
      child.stdin.on("error", () => undefined);
      child.stdin.end(input);
    });
}

/** The command is not there. */
export class NotInstalled extends Error {
  constructor(command: string) {
    super(
      `There is no command "${command}". Install it with: npm install --global @hamlet/cli, or name it in the setting ham.command.`,
    );
  }
}
