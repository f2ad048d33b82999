// `npm create hamlet`: asks what was not said, makes the folder, says what comes next.

import { parseArgs } from "node:util";
import { ask, DEFAULT_FOLDER } from "./ask.ts";
import { make, Refusal } from "./make.ts";

const USAGE = `Usage: npm create hamlet@latest [FOLDER] [-- --page]

Makes a folder with an associative memory to start from; called alone on a terminal, it asks.

Options:
  --page      a page that Vite builds, instead of a model for the command line
  -h, --help  print this help
`;

/** Runs it with these arguments; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(args);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`create-hamlet: ${error.message}\n`);
    return 2;
  }
}

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(args);
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (positionals.length > 1) {
    throw new Refusal(`expected one folder, found ${positionals.join(" ")}.`);
  }
  const silent = args.length === 0 && process.stdin.isTTY && process.stdout.isTTY;
  const wanted = silent
    ? await ask(process.stdin, process.stdout)
    : { folder: positionals[0] ?? DEFAULT_FOLDER, ...values };
  if (wanted === null) return 130;
  const kind = wanted.page ? "page" : "model";
  const paths = make(wanted.folder, kind);
  process.stdout.write(
    `${paths.join("\n")}\n\nTry next:\n  cd ${wanted.folder}\n  npm install\n  npm start\n  npm test\n`,
  );
  return 0;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        page: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new Refusal(`${(error as Error).message.split(". ")[0]}.\n\n${USAGE}`);
  }
}
