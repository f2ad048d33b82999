// Packages that people add to ham: they lie beside it, or in the folder where it is called.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandError, EXIT } from "../exit.ts";
import type { Backend } from "./backend.ts";

/** Who wants a package, and how to get it. */
export interface Wanted extends Pick<Backend, "name" | "install" | "needs"> {
  /** Default: the backend of that name. */
  readonly who?: string;
}

/**
 * Imports a package that need not be installed. Its name is not a literal at the call, so that
 * neither the compiler nor a bundler asks for it.
 * @throws CommandError with the command that installs it.
 */
export async function importOptional(
  specifier: string,
  { name, who = `the backend "${name}"`, install, needs }: Wanted,
): Promise<Record<string, unknown>> {
  try {
    return (await import(address(specifier))) as Record<string, unknown>;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    const absent = isAbsent(error, specifier);
    throw new CommandError(
      EXIT.failed,
      `${who} needs the package "${specifier}", which ${absent ? "is not installed" : `does not load: ${reason}`}. ${install}. ${needs}`.trimEnd(),
    );
  }
}

/** Its version, from its package.json and without loading it; null when it is not installed. */
export function installedVersion(name: string): string | null {
  const folders = [here, calledFrom()].flatMap((from) => from.resolve.paths(name) ?? []);
  for (const folder of folders) {
    try {
      const manifest = readFileSync(join(folder, name, "package.json"), "utf8");
      return (JSON.parse(manifest) as { version: string }).version;
    } catch {
      // It is in one of the other folders, or in none.
    }
  }
  return null;
}

const here = createRequire(import.meta.url);

/** How a package would be found in the working folder, where that of a global ham is not. */
const calledFrom = () => createRequire(join(process.cwd(), "package.json"));

/** What to import: the package that ham itself finds, or else that of the working folder. */
function address(specifier: string): string {
  const found = [here, calledFrom()].map((from) => {
    try {
      return from.resolve(specifier);
    } catch {
      return null;
    }
  });
  return found[0] === null && found[1] !== null ? pathToFileURL(found[1]).href : specifier;
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
