// All commands with what they take, for whatever is written from them: completions of shells and the
// manual page.

import type { Argument, Command, Option } from "commander";

/** What a value is, as far as a shell can complete it. */
export type ValueKind =
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  /** Files of these endings; any file where there are none. */
  | { readonly kind: "file"; readonly endings: readonly string[] }
  | { readonly kind: "folder" }
  | { readonly kind: "text" };

/** One option. */
export interface OptionOutline {
  /** With its dashes, such as `--out`. */
  readonly name: string;
  readonly summary: string;
  /** What stands behind it, such as `<FILE.npz>`, and what that is; null for a switch. */
  readonly value: (ValueKind & { readonly placeholder: string }) | null;
  /** True when it may stand more than once. */
  readonly repeats: boolean;
}

/** One command. */
export interface CommandOutline {
  readonly name: string;
  /** What stands behind the name, as in `[options] <file>`. */
  readonly usage: string;
  readonly summary: string;
  readonly options: readonly OptionOutline[];
  /** What the first argument is; null where there is none. */
  readonly argument: (ValueKind & { readonly repeats: boolean }) | null;
}

/** All commands of the program, in the order of `ham --help`. */
export function outlineOf(program: Command): readonly CommandOutline[] {
  return program.commands.map((command) => {
    const argument = command.registeredArguments[0];
    return {
      name: command.name(),
      usage: usageOf(command),
      summary: command.description(),
      options: command.options.map(outlineOfOption),
      argument:
        argument === undefined
          ? null
          : { ...kindOf(argument, ARGUMENTS[argument.name()]), repeats: argument.variadic },
    };
  });
}

/** As in the catalogue, which a test holds to this. */
export function usageOf({ registeredArguments, options }: Command): string {
  const parts = registeredArguments.map((argument) => {
    const text = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${text}>` : `[${text}]`;
  });
  if (options.length > 0) parts.unshift("[options]");
  return parts.join(" ");
}

/** What the arguments of commands are, as the values of options would be written. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  certificate: "FILE.json",
  file: "FILE.ham",
  files: "FILE.ham",
  memories: "FILE.safetensors",
  memory: "FILE.safetensors",
  patterns: "FILE",
};

function outlineOfOption(option: Option): OptionOutline {
  const { long, flags, description, defaultValue } = option;
  const placeholder = flags.slice((long ?? flags).length).trim();
  const value =
    placeholder === "" ? null : { ...kindOf(option, placeholder.slice(1, -1)), placeholder };
  return {
    name: long ?? flags,
    summary: description,
    value,
    repeats: typeof defaultValue === "object" && Object.keys(defaultValue as object).length === 0,
  };
}

/** What the words of a definition say about its values. */
function kindOf({ argChoices }: Pick<Option | Argument, "argChoices">, word = ""): ValueKind {
  if (argChoices !== undefined) return { kind: "choice", choices: argChoices };
  if (word === "FOLDER") return { kind: "folder" };
  const file = /^FILE(\.\w+)?/.exec(word);
  if (file !== null) return { kind: "file", endings: file[1] === undefined ? [] : [file[1]] };
  return { kind: "text" };
}
