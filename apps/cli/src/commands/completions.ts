// `ham completions SHELL`: a script after which a shell completes the command line.

import { Argument, type Command } from "commander";
import { outlineOf } from "../command-outline.ts";
import { bashCompletions } from "../completions/bash.ts";
import { fishCompletions } from "../completions/fish.ts";
import { zshCompletions } from "../completions/zsh.ts";
import { EXIT } from "../exit.ts";
import type { CommandDefinition } from "./command.ts";

const SHELLS = { bash: bashCompletions, zsh: zshCompletions, fish: fishCompletions } as const;

/** `ham completions`. */
export const command: CommandDefinition = {
  takes: (command) =>
    command.addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SHELLS))),
  run: completions,
};

/** Prints the script; returns the exit code. */
function completions(shell: keyof typeof SHELLS, _: unknown, { parent }: Command): Promise<number> {
  process.stdout.write(SHELLS[shell](outlineOf(parent!)));
  return Promise.resolve(EXIT.ok);
}
