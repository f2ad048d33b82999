// Running the code of a plugin: what it does instead of giving an energy becomes an error of the
// connection that needs it.
//
// The code runs in this process, as any import does; nothing here is a sandbox. What is kept from
// it is the command: it cannot end the process or leave it waiting without a word.

import { pathToFileURL } from "node:url";
import type { ExternEnergy } from "@hamlet/dsl";
import { HamError, type HypersynapseUse } from "@hamlet/graph";

/** The file that `import` of a package would load, from its package.json; null for none. */
export function entryOf({
  exports,
  main,
}: {
  readonly exports?: unknown;
  readonly main?: unknown;
}): string | null {
  if (exports === undefined || exports === null)
    return typeof main === "string" ? main : "index.js";
  const named = typeof exports === "object" && !Array.isArray(exports) && "." in exports;
  return target(named ? exports["."] : exports);
}

const CONDITIONS: ReadonlySet<string> = new Set(["node", "import", "module-sync", "default"]);

/** The first file among conditions and lists, in the order in which they are written. */
function target(found: unknown): string | null {
  if (typeof found === "string") return found;
  if (typeof found !== "object" || found === null) return null;
  const choices = Array.isArray(found)
    ? (found as readonly unknown[])
    : Object.entries(found).flatMap(([key, value]: [string, unknown]) =>
        CONDITIONS.has(key) ? [value] : [],
      );
  for (const choice of choices) {
    const path = target(choice);
    if (path !== null) return path;
  }
  return null;
}

/**
 * The energies of the `extern` synapses by name. Those of code that fails throw where they are
 * used, not here: a model may use only the rest of the plugin.
 */
export async function loadExterns(
  entry: { readonly path: string } | { readonly problem: string } | string,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, ExternEnergy>> {
  try {
    if (typeof entry === "string") throw failure(entry);
    if ("problem" in entry) throw failure(entry.problem);
    const { path } = entry;
    const code = await withoutExit(() => settled(import(pathToFileURL(path).href)));
    const { externs } = code as { readonly externs?: unknown };
    if (typeof externs !== "object" || externs === null) throw failure("it exports no `externs`");
    return new Map(
      Object.entries(externs).flatMap(([name, energy]: [string, unknown]) =>
        typeof energy === "function"
          ? [[name, (use: HypersynapseUse) => withoutExit(() => (energy as ExternEnergy)(use))]]
          : [],
      ),
    );
  } catch (error) {
    const fail = (): never => {
      throw error;
    };
    return new Map(wanted.map((name) => [name, fail]));
  }
}

function failure(problem: string): HamError {
  return new HamError("model/plugin-code", problem);
}

/** Runs code that may call `process.exit`, which throws until the code has come to its end. */
function withoutExit<T>(run: () => T): T {
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    throw failure(`it calls process.exit(${code ?? ""})`);
  };
  const restore = () => {
    process.exit = exit;
  };
  let result: T;
  try {
    result = run();
  } catch (error) {
    restore();
    throw error;
  }
  if (!(result instanceof Promise)) {
    restore();
    return result;
  }
  return result.finally(restore) as T;
}

/**
 * Waits for a promise, or throws once nothing is left that could settle it. Without this the process
 * would end in the middle, without a word.
 */
async function settled<T>(promise: Promise<T>): Promise<T> {
  let stuck: () => void;
  const never = new Promise<never>((_, reject) => {
    stuck = () => reject(failure("it waits for something that never comes"));
    process.once("beforeExit", stuck);
  });
  try {
    return await Promise.race([promise, never]);
  } finally {
    process.removeListener("beforeExit", stuck!);
  }
}
