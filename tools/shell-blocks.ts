// The blocks of a shell on all pages and in all READMEs: what they ask for, what they show, and which of their
// lines run elsewhere.

import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ArrayData, writeNpy, writeNpz } from "../packages/core/src/index.ts";

const ROOT = join(import.meta.dirname, "..");
const SITE = "apps/docs/src/content/docs";

/** Everything that readers read, in the order of their paths. */
export const PAGES = globSync(
  ["README.md", "docs/*.md", "{packages,apps}/*/README.md", `${SITE}/**/*.{md,mdx}`],
  {
    cwd: ROOT,
  },
)
  .map((page) => page.replaceAll("\\", "/"))
  .sort();

/** One command of a block. */
export interface Line {
  /** As it is written, without its comment. */
  readonly text: string;
  /** Where or why it does not run here, or why it takes long; undefined for all others. */
  readonly apart?: Apart;
}

/** A block of a shell. */
export interface ShellBlock {
  /** Line of the page that it begins at. */
  readonly at: number;
  readonly lines: readonly Line[];
  /** The block of text right below it: what its commands print. */
  readonly shown?: string;
}

/** Why a line is left out of the tests. */
export interface Apart {
  readonly what: RegExp;
  readonly why: string;
  /** What tries it instead: a file of the repository. */
  readonly by: string;
}

const BY_STRANGERS = "tools/release/strangers.ts";
export const BY_US = "tools/try-shell-blocks.ts";

/**
 * Lines that no test runs as they stand: they need what is not here, or seconds that the tests do not have. The
 * first that fits counts. What is by `tools/try-shell-blocks.ts` takes long and nothing else.
 */
export const APART: readonly Apart[] = [
  { what: /^docker\b/, why: "needs Docker", by: "Dockerfile" },
  { what: /^npm (?:install|create)\b/, why: "asks a registry", by: BY_STRANGERS },
  { what: /^node recall\.mjs$/, why: "needs the library, installed", by: BY_STRANGERS },
  { what: /pnpm\S* test$/, why: "is what runs this", by: "vitest.config.ts" },
  { what: /^pnpm bench(?! --quick)/, why: "takes hours, alone on a machine", by: "bench/run.ts" },
  {
    what: /^export AWS_|s3:\/\//,
    why: "needs an object store",
    by: "apps/cli/test/objects.test.ts",
  },
  {
    what: /redis-server|--queue\b|^export HAM_QUEUE|^cd \/data/,
    why: "needs a Redis",
    by: "apps/cli/test/queue.test.ts",
  },
  { what: /sbatch|\bparts\b/, why: "needs Slurm", by: "apps/cli/test/machines-page.test.ts" },
  {
    what: /ham completions/,
    why: "changes the shell that reads it",
    by: "apps/cli/test/completions.test.ts",
  },
  {
    what: /reproduce diffusion/,
    why: "trains for hours",
    by: "apps/cli/test/reproduce-diffusion.test.ts",
  },
  {
    what: /reproduce (?:drdam|kohonen)(?! --short)/,
    why: "takes many minutes",
    by: "apps/cli/test/reproduce.test.ts",
  },
  {
    what: /ham (?:bench|capacity|landscape|train|zoo)\b|reproduce|--(?:movie|workers) |^(?:pnpm|node) bench/,
    why: "takes long",
    by: BY_US,
  },
  { what: /--params (?:out\/|digits)/, why: "needs what a training wrote", by: BY_US },
  { what: /^hx |\.config\/helix/, why: "needs Helix", by: "tools/test/tree-sitter.test.ts" },
  {
    what: /hamlet-vscode|^code /,
    why: "needs Visual Studio Code",
    by: "apps/vscode/test/extension.test.ts",
  },
];

/** What a block of a shell says, and the text right below, unless that is the help of the command. */
const BLOCK = /^```sh\n([^]*?)^```\n(?:\n```text\n(?!Usage: )([^]*?)^```)?/gm;

/** The blocks of a page, in their order. */
export function blocksOf(page: string): ShellBlock[] {
  const text = textOf(page);
  return [...text.matchAll(BLOCK)].map(({ index, 1: code, 2: shown }) => ({
    at: text.slice(0, index).split("\n").length,
    lines: linesOf(code),
    ...(shown !== undefined && { shown: shown.trimEnd() }),
  }));
}

const textOf = (page: string): string => readFileSync(join(ROOT, page), "utf8");

/** The commands of a block: a backslash goes on, a number sign before or after a command says what it does. */
function linesOf(code: string): Line[] {
  return code
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/(?:^|\s+)#\s.*$|^#.*$/, "").trim())
    .filter((text) => text !== "")
    .map((text) => ({ text, apart: APART.find(({ what }) => what.test(text)) }));
}

/** What a command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the repository (`ham`, or `node` with one of its scripts) in the folder of the page. */
export type Run = (program: string, args: readonly string[]) => Promise<Finished>;

/**
 * Runs a block in a folder. Throws where a command fails, or prints other than what the page shows; with
 * something shown, that alone counts, and it may be a message.
 */
export async function tryBlock(
  { lines, shown }: ShellBlock,
  folder: string,
  run: Run,
): Promise<void> {
  let printed = "";
  for (const { text } of lines) {
    const { program, args, into } = commandOf(text, folder);
    const { code, stdout, stderr } = await run(program, args);
    if (code !== 0 && shown === undefined) {
      throw new Error(`${text}\nended with ${code}:\n${stdout}\n${stderr}`);
    }
    if (into !== undefined) writeFileSync(join(folder, into), stdout);
    printed += `${into === undefined ? stdout : ""}\n${stderr}\n`;
  }
  if (shown !== undefined) expectShown(shown, printed);
}

/** The program of a line, and what it is called with, as a shell would read it. */
function commandOf(text: string, folder: string) {
  const words = [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].flatMap(([word]) =>
    /['"]/.test(word) || !word.includes("*")
      ? [word.replaceAll(/['"]/g, "")]
      : globSync(word, { cwd: folder }).sort(),
  );
  const to = words.indexOf(">");
  const into = to < 0 ? undefined : words.splice(to, 2)[1];
  // In a clone the package manager starts the command.
  const [inClone] = /^(?:npx -y pnpm@\S+|pnpm) /.exec(words.join(" ")) ?? [];
  const skip = inClone === undefined ? 0 : inClone.trim().split(" ").length;
  const [name, ...args] = words.slice(skip);
  if (name === "ham" || (name === "node" && inClone === undefined)) {
    return { program: name, args, into };
  }
  const script = SCRIPTS[name];
  if (inClone === undefined || script === undefined) {
    throw new Error(`no test knows how to run \`${text}\``);
  }
  const [program, ...first] = script;
  return { program, args: [...first, ...args], into };
}

/** Scripts of the package in the root that pages call. */
const SCRIPTS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  start: ["ham", "demo"],
  bench: ["node", "bench/run.ts"],
};

/**
 * Throws where the lines that are shown do not stand in what was printed, one below the other; a line `…` stands
 * for any. Spaces count as one, rules of tables have any length, and durations are not looked at. A number may
 * be off by one in its last figure where it has a point, or by a millionth; a whole one is what it is.
 */
export function expectShown(shown: string, printed: string): void {
  const found = tidied(printed);
  let from = 0;
  for (const part of shown.split(/^…$/m)) {
    const lines = tidied(part);
    const at = found.findIndex(
      (_, k) => k >= from && lines.every((line, l) => alike(line, found[k + l])),
    );
    if (at < 0) throw new Error(`the page shows\n${shown}\n\nand this was printed:\n${printed}`);
    from = at + lines.length;
  }
}

const DURATION = /\b\d+(?:\.\d+)? ?(?:µs|ms|s|min|h)\b/g;
const NUMBER = /(?<![\w.])[-−]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?!\w)/g;

const tidied = (text: string): string[] =>
  text
    .replaceAll(DURATION, "(a time)")
    .replaceAll(/─+/g, "─")
    .split("\n")
    .map((line) => line.trim().replaceAll(/\s+/g, " "))
    .filter((line) => line !== "");

function alike(shown: string, found: string | undefined): boolean {
  if (found?.replaceAll(NUMBER, "0") !== shown.replaceAll(NUMBER, "0")) return false;
  const numbers = found.match(NUMBER);
  return (shown.match(NUMBER) ?? []).every((number, k) => {
    const [, fraction, exponent] = /^[^.e]*(\.\d+)?(?:e(.*))?$/.exec(number)!;
    if (fraction === undefined) return numbers![k] === number;
    const last = 10 ** (Number(exponent ?? 0) + 1 - fraction.length);
    const value = Number(number);
    return Math.abs(Number(numbers![k]) - value) <= Math.max(1.01 * last, 1e-6 * Math.abs(value));
  });
}

/** Puts into a folder what the reader of a page has at hand: the examples, the programs of the page, data. */
export function preparePage(page: string, folder: string): void {
  cpSync(join(ROOT, "examples"), join(folder, "examples"), { recursive: true });
  // Programs of other pages too, as the reference calls them; those of the page itself win.
  for (const other of [...PAGES.filter((one) => one !== page), page]) {
    for (const [, name, text] of textOf(other).matchAll(PROGRAM)) write(folder, name, text);
  }
  for (const [name, bytes] of Object.entries(DATA)) write(folder, name, bytes());
}

/** A program with the name of its file. */
const PROGRAM = /^```ham title="([^"]+)"\n([^]*?)^```/gm;

function write(folder: string, name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

/** Numbers without a pattern: rows of a length. */
const rows = (count: number, length: number, turn = 1): ArrayData => ({
  dtype: "float32",
  shape: [count, length],
  data: Float32Array.from({ length: count * length }, (_, k) => Math.sin(turn * (k + 1) ** 2)),
});

/** Hours of a clock as points of a circle, all of them or some. */
function clock(hours: number, some = Array.from({ length: hours }, (_, k) => k)): string {
  const points = some.map((k) => (2 * Math.PI * k) / hours);
  return points.map((turn) => `${Math.sin(turn)},${Math.cos(turn)}\n`).join("");
}

/** Files that pages name as the reader's own. */
const DATA: Readonly<Record<string, () => string | Uint8Array>> = {
  "faces.npy": () => writeNpy(rows(24, 6)),
  "keys.npy": () => writeNpy(rows(24, 6)),
  "labels.npy": () => writeNpy(rows(24, 3, 2)),
  "faces-1.npy": () => writeNpy(rows(12, 6)),
  "faces-2.npy": () => writeNpy(rows(9, 6, 3)),
  "query.npy": () => writeNpy(rows(1, 6)),
  "mine.npz": () => writeNpz(new Map([["rows", rows(9, 6)]])),
  "hours.csv": () => clock(12),
  "three.csv": () => clock(12, [2, 3, 4]),
  "pairs.npz": () =>
    writeNpz(
      new Map([
        ["keys", rows(5, 6)],
        ["values", rows(5, 3, 2)],
      ]),
    ),
};
