// Writes the manual page of the command from the definitions of its commands.
//
//     node tools/generate-man-page.ts

import { mkdirSync, writeFileSync } from "node:fs";
import { EXAMPLES, EXIT_CODES, wholeProgram } from "../apps/cli/src/command-line.ts";
import { type CommandOutline, outlineOf, type ValueKind } from "../apps/cli/src/command-outline.ts";

const PAGE = new URL("../apps/cli/man/ham.1", import.meta.url);

/** The page, in the language of man(7). */
export async function manPage(): Promise<string> {
  const commands = outlineOf(await wholeProgram());
  return [
    `.\\" Written by tools/generate-man-page.ts.`,
    '.TH HAM 1 "" "Hamlet" "User Commands"',
    ".SH NAME",
    "ham \\- associative memories you can write down",
    ".SH SYNOPSIS",
    ".B ham",
    ".I command",
    "[\\fIoptions\\fR] [\\fIarguments\\fR]",
    ".SH DESCRIPTION",
    "Runs, checks, trains, tests and draws associative memories that are written as",
    ".I .ham",
    "files. In place of a file",
    ".B \\-",
    "stands for the standard input.",
    ".SH COMMANDS",
    ...commands.flatMap(section),
    ".SH EXIT STATUS",
    ...EXIT_CODES.flatMap(([code, meaning]) => [".TP", `.B ${code}`, escaped(meaning)]),
    ".SH EXAMPLES",
    ...EXAMPLES.flatMap(([line, meaning = ""]) => [
      ".TP",
      `.B ${escaped(line)}`,
      ...(meaning === "" ? [] : [escaped(meaning)]),
    ]),
    "",
  ].join("\n");
}

function section({ name, usage, summary, options, argument }: CommandOutline): string[] {
  return [
    `.SS ham ${escaped(`${name} ${usage}`.trimEnd())}`,
    escaped(`${summary}${choicesOf(argument)}`),
    ...options.flatMap((option) => {
      const { value } = option;
      const behind = value === null ? "" : ` \\fI${escaped(value.placeholder)}\\fR`;
      return [
        ".TP",
        `\\fB${escaped(option.name)}\\fR${behind}`,
        escaped(`${option.summary}${choicesOf(value)}`),
      ];
    }),
  ];
}

/** What there is to choose from, behind what it is. */
function choicesOf(value: ValueKind | null): string {
  return value?.kind === "choice" ? `: ${value.choices.join(", ")}` : "";
}

/** A text without what roff would take for its own. */
function escaped(text: string): string {
  const plain = text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("…", "...");
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}

if (import.meta.main) {
  mkdirSync(new URL(".", PAGE), { recursive: true });
  writeFileSync(PAGE, await manPage());
}
