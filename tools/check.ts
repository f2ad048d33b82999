/**
 * `pnpm check`: runs every root script named `check:*` and reports all that failed.
 *
 * Their output is kept back and printed whole, so that two checks running at once do not mix.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What mends a failed check, where that is not in its own messages. */
const FIXES: Readonly<Record<string, string>> = {
  "check:format": "run pnpm fix",
  "check:lint": "run pnpm fix for what can be mended by itself, then mend the rest by hand",
  "check:types": "mend the lines above",
  "check:imports": "do what stands below each message above",
  "check:unused": "remove what is listed above, or use it",
  "check:packages": "mend the package.json named above",
  "check:api": "run pnpm check:api --write, and look at what changed in docs/api",
  "check:changesets": "run pnpm changeset and say in one sentence what changed",
};

/** Checks that write `dist`, or read it, so the one waits for the other. */
const AFTER: Readonly<Record<string, string>> = {
  "check:packages": "check:types",
  "check:api": "check:packages",
};

const AT_ONCE = 2;

interface Outcome {
  readonly name: string;
  readonly code: number;
  readonly seconds: number;
  readonly output: string;
}

const root = join(import.meta.dirname, "..");
const manifest: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);
const waiting = Object.keys(manifest.scripts).filter((name) => name.startsWith("check:"));
const outcomes: Outcome[] = [];

await Promise.all(Array.from({ length: AT_ONCE }, takeTurns));

const failed = outcomes.filter(({ code }) => code !== 0);
for (const { name, output } of failed) {
  console.log(`\n──── ${name} ────\n${output.trimEnd()}\n`);
  console.log(
    `to fix ${name}: ${FIXES[name] ?? "see the messages above"}; try again with pnpm ${name}`,
  );
}
console.log(
  `\nchecks: ${outcomes.length - failed.length} passed, ${failed.length} failed` +
    (failed.length > 0 ? ` (${failed.map(({ name }) => name).join(", ")})` : ""),
);
process.exitCode = failed.length > 0 ? 1 : 0;

/** Takes one check after another until none can be started any more. */
async function takeTurns(): Promise<void> {
  for (;;) {
    const index = waiting.findIndex((name) => isFree(AFTER[name]));
    if (index === -1) {
      // Whatever still waits, waits for a check in the other lane, which takes it up afterwards.
      return;
    }
    const [name] = waiting.splice(index, 1);
    if (name !== undefined) {
      const outcome = await run(name);
      outcomes.push(outcome);
      console.log(
        `${outcome.code === 0 ? "ok    " : "FAILED"} ${name} (${outcome.seconds.toFixed(1)} s)`,
      );
    }
  }
}

function isFree(earlier: string | undefined): boolean {
  return (
    earlier === undefined ||
    !(earlier in manifest.scripts) ||
    outcomes.some(({ name }) => name === earlier)
  );
}

function run(name: string): Promise<Outcome> {
  const start = performance.now();
  return new Promise((resolve) => {
    const child = spawn(manifest.scripts[name] ?? "", {
      cwd: root,
      shell: true,
      env: {
        ...process.env,
        PATH: join(root, "node_modules", ".bin") + delimiter + (process.env["PATH"] ?? ""),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("close", (code) => {
      resolve({ name, code: code ?? 1, seconds: (performance.now() - start) / 1000, output });
    });
  });
}
