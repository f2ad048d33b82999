// Completions for fish: one line for every command and option.

import type { CommandOutline, OptionOutline, ValueKind } from "../command-outline.ts";

/** The script, for `~/.config/fish/completions/ham.fish` or to be read as it is. */
export function fishCompletions(commands: readonly CommandOutline[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  return [
    "# Completes ham in fish:  ham completions fish | source",
    "complete -c ham -f",
    `set -l ham_first "not __fish_seen_subcommand_from ${names} help"`,
    'complete -c ham -n "$ham_first" -a help -d "print what a command takes"',
    'complete -c ham -n "$ham_first" -s V -l version -d "print the version"',
    'complete -c ham -s h -l help -d "print this help"',
    `complete -c ham -n "__fish_seen_subcommand_from help" -a ${quoted(names)}`,
    ...commands.flatMap(linesOf),
    "",
  ].join("\n");
}

function linesOf({ name, summary, options, argument }: CommandOutline): string[] {
  const here = `complete -c ham -n "__fish_seen_subcommand_from ${name}"`;
  return [
    `complete -c ham -n "$ham_first" -a ${name} -d ${quoted(summary)}`,
    ...(argument === null || argument.kind === "text" ? [] : [`${here}${values(argument)}`]),
    ...options.map((option) => `${here} ${flag(option)}`),
  ];
}

function flag({ name, summary, value }: OptionOutline): string {
  const requires = value === null ? "" : ` -r${values(value)}`;
  return `-l ${name.slice(2)} -d ${quoted(summary)}${requires}`;
}

function values(value: ValueKind): string {
  switch (value.kind) {
    case "choice":
      return ` -a ${quoted(value.choices.join(" "))}`;
    case "folder":
      return ' -a "(__fish_complete_directories)"';
    case "file":
      return value.endings.length === 0
        ? " -F"
        : ` -k -a "(__fish_complete_suffix ${value.endings[0]})"`;
    case "text":
      return "";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
