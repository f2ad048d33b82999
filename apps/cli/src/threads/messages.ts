// What threads and the command say to each other.

import { HamError } from "@hamlet/graph";
import { CommandError } from "../exit.ts";

/** What a thread begins with. */
export interface ThreadData {
  /** The same for all jobs. */
  readonly data: unknown;
  /** Shared; not 0 once work is to stop. */
  readonly stop: Int32Array;
}

/** What a thread says of its job. */
export type Reply<Answer> =
  | { readonly answer: Answer }
  | { readonly progress: number }
  | { readonly problem: Problem };

/** An error that keeps its kind on the way between threads. */
export interface Problem {
  readonly message: string;
  readonly stack: string;
  readonly exitCode?: number;
  readonly code?: string;
}

/** An error as data. */
export function problemOf(error: unknown): Problem {
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  return {
    message,
    stack,
    ...(error instanceof CommandError ? { exitCode: error.exitCode } : {}),
    ...(HamError.isInstance(error) ? { code: error.code } : {}),
  };
}

/** The error that it was. */
export function errorOf({ message, stack, exitCode, code }: Problem): Error {
  if (exitCode !== undefined) return new CommandError(exitCode, message);
  if (code !== undefined) return new HamError(code, message);
  return Object.assign(new Error(message), { stack });
}
