// Completions for bash, also the old one of macOS: a function that fills COMPREPLY.

import type { CommandOutline, ValueKind } from "../command-outline.ts";

/** The script. */
export function bashCompletions(commands: readonly CommandOutline[]): string {
  return [
    "# Completes ham in bash:  source <(ham completions bash)",
    "_ham() {",
    '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" IFS=$\'\\n\'',
    "  COMPREPLY=()",
    "  if [[ $COMP_CWORD -eq 1 ]]; then",
    `    ${words(["help", "--help", "--version", ...commands.map(({ name }) => name)])}`,
    "    return",
    "  fi",
    '  case "${COMP_WORDS[1]}" in',
    "    help)",
    `      ${words(commands.map(({ name }) => name))}`,
    "      ;;",
    ...commands.flatMap(branch),
    "  esac",
    "}",
    // Where the function finds nothing, bash completes files.
    "complete -o filenames -o bashdefault -o default -F _ham ham",
    "",
  ].join("\n");
}

function branch({ name, options, argument }: CommandOutline): string[] {
  const values = options.flatMap(({ name: option, value }) =>
    value === null ? [] : [`        ${option}) ${complete(value)}; return ;;`],
  );
  const choice = values.length === 0 ? [] : ['      case "$before" in', ...values, "      esac"];
  const names = [...options.map((option) => option.name), "--help"];
  return [
    `    ${name})`,
    ...choice,
    `      if [[ $word == -* ]]; then ${words(names)}`,
    ...(argument === null ? [] : [`      else ${complete(argument)}`]),
    "      fi",
    "      ;;",
  ];
}

function complete(value: ValueKind): string {
  switch (value.kind) {
    case "choice":
      return words(value.choices);
    case "folder":
      return 'COMPREPLY=( $(compgen -d -- "$word") )';
    case "file": {
      const [ending] = value.endings;
      if (ending === undefined) return ":";
      return `COMPREPLY=( $(compgen -f -X '!*${ending}' -- "$word"; compgen -d -- "$word") )`;
    }
    case "text":
      return ":";
  }
}

function words(choices: readonly string[]): string {
  const lines = choices.join("\\n");
  return `COMPREPLY=( $(compgen -W $'${lines}' -- "$word") )`;
}
