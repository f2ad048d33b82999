// The command line: reads the arguments, runs a command, turns mistakes into messages.

import { type AddHelpTextContext, Command } from "commander";
import { COMMANDS } from "./commands/catalogue.ts";
import { EXIT } from "./exit.ts";
import { explainError } from "./explain-error.ts";
import { version } from "./version.ts";

/** All commands by name, and what those take and do that are wanted: their files alone are loaded. */
async function makeProgram(
  wanted: (name: string) => boolean,
  finish: (code: number | null) => void,
): Promise<Command> {
  const usages = new Map(COMMANDS.map(({ name, usage }) => [name, usage]));
  const program = new Command("ham")
    .description("Associative memories you can write down.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .showSuggestionAfterError()
    .showHelpAfterError("(ham --help lists the commands)")
    .exitOverride()
    .configureHelp({
      // Also beside long options, on a narrow terminal.
      minWidthToWrap: 20,
      // That a command has options, its own help says.
      subcommandTerm: (command) =>
        `${command.name()} ${usages.get(command.name()) ?? command.usage()}`
          .replace(" [options]", "")
          .trimEnd(),
    })
    .addHelpText("before", examples)
    .addHelpText("after", ({ command }) =>
      command
        .createHelp()
        .boxWrap(
          `\nExit codes: ${EXIT_CODES.map(([code, meaning]) => `${code} ${meaning}`).join(", ")}`,
          widthOf(command),
        ),
    );

  for (const { name, summary, load } of COMMANDS) {
    const command = program.command(name).description(summary);
    if (!wanted(name)) continue;
    const { takes, run } = (await load()).command;
    takes(command).action(async (...given) => finish(await run(...(given as never[]))));
  }
  return program;
}

/** Every exit code, and what it says. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, "ok"],
  [EXIT.failed, "the run or a test failed"],
  [EXIT.usage, "usage"],
  [EXIT.file, "the file has errors"],
  [130, "stopped by Ctrl-C"],
  [143, "by SIGTERM"],
];

/** What to begin with. */
export const EXAMPLES: readonly (readonly [line: string, meaning?: string])[] = [
  ["ham demo", "restore damaged digits, and draw them"],
  ["ham run model.ham --given query=q.npy"],
  ["ham run model.ham --set beta=4 --out result.npz"],
  ["ham train model.ham --validation 0.2", "learn the params, and draw the loss"],
  ["ham check model.ham", "everything that is wrong with a file"],
  ["ham test model.ham", "the tests in it, each with its reasons"],
  ["ham explain model.ham", "the update rule behind a model"],
];

/** The examples, with their meanings below them where a terminal is narrow. */
function examples({ command }: AddHelpTextContext): string {
  const column = 37;
  const wide = EXAMPLES.every(
    ([, meaning = ""]) => 2 + column + meaning.length <= widthOf(command),
  );
  const lines = EXAMPLES.map(([line, meaning]) => {
    if (meaning === undefined) return `  ${line}`;
    return wide ? `  ${line.padEnd(column)}${meaning}` : `  ${line}\n      ${meaning}`;
  });
  return `Examples:\n${lines.join("\n")}\n`;
}

/** How many columns a help text has. */
function widthOf(command: Command): number {
  return command.configureOutput().getOutHelpWidth?.() ?? 80;
}

/** The command that the arguments ask for, or ask for help with. */
function wantedOf(args: readonly string[]): string | undefined {
  const [first, second] = args.filter((arg) => !arg.startsWith("-"));
  return first === "help" ? second : first;
}

/** Runs the command line; returns the exit code, or null for a command that goes on. */
export async function main(args: readonly string[]): Promise<number | null> {
  let code: number | null = EXIT.ok;
  const first = wantedOf(args);
  // Completions are of everything that all commands take.
  const wanted = (name: string) => name === first || first === "completions";
  const program = await makeProgram(wanted, (finished) => (code = finished));
  if (args.length === 0) {
    program.outputHelp();
    return EXIT.ok;
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    return await explainError(error);
  }
}

/** The program with everything that its commands take. */
export function wholeProgram(): Promise<Command> {
  return makeProgram(
    () => true,
    () => undefined,
  );
}

/** What `ham NAME --help` prints in 80 columns; without a name, what `ham --help` prints. */
export async function helpOf(name?: string): Promise<string> {
  const program = await makeProgram(
    (other) => other === name,
    () => undefined,
  );
  const command = program.commands.find((other) => other.name() === name) ?? program;
  command.configureOutput({ getOutHelpWidth: () => 80, getOutHasColors: () => false });
  return command.helpInformation();
}
