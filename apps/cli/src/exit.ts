/** The exit codes of `ham`. */
export const EXIT = {
  /** All went well. */
  ok: 0,
  /** The run failed. */
  failed: 1,
  /** The command was not understood. */
  usage: 2,
  /** The file has errors. */
  file: 3,
} as const;

/** Ends a command with a message for a person and an exit code. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
