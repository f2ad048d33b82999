// Running the code of a plugin: what it does instead of giving an energy becomes an error of the
// connection that needs it.
//
// The code runs in this process, as any import does; nothing here is a sandbox. What is kept from
// it is the command: it cannot end the process or leave it waiting without a word, and neither what
// it prints nor a folder that it changes to becomes part of what the command writes.

import { pathToFileURL } from "node:url";
import type { ExternEnergy } from "@hamlet/dsl";
import { HamError, type HypersynapseUse } from "@hamlet/graph";

/**
 * The file that `import` of a package would load, from its package.json; null for none. With `main`
 * the ending may be missing, or the file be the index of a folder.
 */
export function entriesOf({
  exports,
  main,
}: {
  readonly exports?: unknown;
  readonly main?: unknown;
}): readonly string[] {
  if (exports === undefined || exports === null) {
    if (typeof main !== "string") return ["index.js"];
    return [main, `${main}.js`, `${main}/index.js`, "index.js"];
  }
  const named = typeof exports === "object" && !Array.isArray(exports) && "." in exports;
  const path = target(named ? exports["."] : exports);
  return typeof path === "string" ? [path] : [];
}

const CONDITIONS: ReadonlySet<string> = new Set(["node", "import", "module-sync", "default"]);

/**
 * The first file among conditions and lists, in the order in which they are written; null where a
 * condition says that there is none, undefined where none applies.
 */
function target(found: unknown): string | null | undefined {
  if (typeof found === "string" || found === null) return found;
  if (typeof found !== "object") return undefined;
  const choices = Array.isArray(found)
    ? (found as readonly unknown[])
    : Object.entries(found).flatMap(([key, value]: [string, unknown]) =>
        CONDITIONS.has(key) ? [value] : [],
      );
  for (const choice of choices) {
    const path = target(choice);
    if (path !== undefined && (path !== null || !Array.isArray(found))) return path;
  }
  return undefined;
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
    if (/[\\/]node_modules[\\/].*\.[cm]?ts$/u.test(path)) {
      throw failure(
        "its entry is TypeScript, which Node runs nowhere in node_modules; `exports` must name what a build wrote, such as ./dist/index.js",
      );
    }
    const code = await kept(() => settled(import(pathToFileURL(path).href)));
    const { externs } = code as { readonly externs?: unknown };
    if (typeof externs !== "object" || externs === null) throw failure("it exports no `externs`");
    return new Map(
      Object.entries(externs).flatMap(([name, energy]: [string, unknown]) =>
        typeof energy === "function"
          ? [[name, (use: HypersynapseUse) => kept(() => (energy as ExternEnergy)(use))]]
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

/** How many pieces of code run: several models can be loaded at once. */
let running = 0;
let putBack: () => void;

/**
 * Runs code and keeps the process as it is until the code has come to its end: `process.exit`
 * throws, what is printed goes to the standard error, and the working directory is the one before.
 */
function kept<T>(run: () => T): T {
  if (running === 0) putBack = keepProcess();
  running += 1;
  const end = () => {
    running -= 1;
    if (running === 0) putBack();
  };
  let result: T;
  try {
    result = run();
  } catch (error) {
    end();
    throw error;
  }
  if (!(result instanceof Promise)) {
    end();
    return result;
  }
  const ended = result.finally(end);
  // An energy that is a promise is none, whether it is kept in the end or not.
  ended.catch(() => undefined);
  return ended as T;
}

function keepProcess(): () => void {
  const exit = process.exit.bind(process);
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  const folder = process.cwd();
  process.exit = (code) => {
    throw failure(`it calls process.exit(${code ?? ""})`);
  };
  stdout.write = stderr.write.bind(stderr);
  return () => {
    process.exit = exit;
    stdout.write = write;
    // Never in a worker, whose folder nothing can change.
    if (process.cwd() !== folder) process.chdir(folder);
  };
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
