import type { Command } from "commander";

/** One command: what it takes, and what it does. Each has a file, loaded when it is asked for. */
export interface CommandDefinition {
  /** Adds its arguments and options. */
  readonly takes: (command: Command) => Command;
  /**
   * Does it, with the arguments and then the options; returns the exit code, or null for what goes on
   * after that and ends the process itself.
   */
  readonly run: (...given: never[]) => Promise<number | null>;
}
