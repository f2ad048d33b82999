import { CommandError, EXIT } from "../exit.ts";
import type { Backend } from "./backend.ts";

/**
 * Imports a package that need not be installed. Its name is not a literal at the call, so that
 * neither the compiler nor a bundler asks for it.
 * @throws CommandError with the command that installs it.
 */
export async function importOptional(
  specifier: string,
  { name, install, needs }: Pick<Backend, "name" | "install" | "needs">,
): Promise<Record<string, unknown>> {
  try {
    return (await import(specifier)) as Record<string, unknown>;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    const absent = isAbsent(error, specifier);
    throw new CommandError(
      EXIT.failed,
      `the backend "${name}" needs the package "${specifier}", which ${absent ? "is not installed" : `does not load: ${reason}`}. ${install}. ${needs}`.trimEnd(),
    );
  }
}

/** True when the package itself is missing, rather than something that it needs. */
function isAbsent(error: unknown, specifier: string): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    error.code === "ERR_MODULE_NOT_FOUND" &&
    error.message.includes(`'${specifier}'`)
  );
}
