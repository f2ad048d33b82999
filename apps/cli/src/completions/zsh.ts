// Completions for zsh, by its `_arguments`.

import type { CommandOutline, OptionOutline, ValueKind } from "../command-outline.ts";

/** The script, for a folder of `fpath` under the name `_ham` or to be read as it is. */
export function zshCompletions(commands: readonly CommandOutline[]): string {
  const named = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  return [
    "#compdef ham",
    "# Completes ham in zsh:  source <(ham completions zsh)",
    "_ham() {",
    "  local -a commands",
    "  commands=(",
    ...named,
    "    'help:print what a command takes'",
    "  )",
    "  if (( CURRENT == 2 )); then",
    "    _describe command commands",
    "    return",
    "  fi",
    "  shift words",
    "  (( CURRENT-- ))",
    '  case "$words[1]" in',
    "    help) _describe command commands ;;",
    ...commands.flatMap(branch),
    "  esac",
    "}",
    'if [[ "$funcstack[1]" == _ham ]]; then _ham "$@"; else compdef _ham ham; fi',
    "",
  ].join("\n");
}

function branch({ name, options, argument }: CommandOutline): string[] {
  const specs = [...options.map(option), "'--help[print this help]'"];
  if (argument !== null) {
    const what = argument.kind === "file" ? "file" : "what";
    specs.push(quoted(`${argument.repeats ? "*" : "1"}:${what}:${action(argument)}`));
  }
  return [
    `    ${name})`,
    "      _arguments \\",
    `        ${specs.join(" \\\n        ")}`,
    "      ;;",
  ];
}

function option({ name, summary, value, repeats }: OptionOutline): string {
  const text = summary.replaceAll(/[[\]:\\]/g, "\\$&");
  const behind =
    value === null ? "" : `:${value.placeholder.replaceAll(/[<>[\]]/g, "")}:${action(value)}`;
  return quoted(`${repeats ? "*" : ""}${name}[${text}]${behind}`);
}

function action(value: ValueKind): string {
  switch (value.kind) {
    case "choice":
      return `(${value.choices.join(" ")})`;
    case "folder":
      return "_files -/";
    case "file":
      return value.endings.length === 0 ? "_files" : `_files -g "*${value.endings[0]}"`;
    case "text":
      return " ";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
