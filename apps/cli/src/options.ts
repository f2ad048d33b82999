// The options that commands share.

import { type Command, InvalidArgumentError, Option } from "commander";
import { BACKEND_NAMES, DEFAULT_BACKEND } from "./backends/catalogue.ts";

/** `NAME=VALUE` given any number of times. */
export function collect(text: string, before: Record<string, string>): Record<string, string> {
  const equals = text.indexOf("=");
  if (equals < 1 || equals === text.length - 1) {
    throw new InvalidArgumentError(`write it as NAME=VALUE, for example query=digits.npy`);
  }
  const name = text.slice(0, equals);
  assertNew(name, Object.keys(before));
  return { ...before, [name]: text.slice(equals + 1) };
}

/** `NAME=VALUE` texts given any number of times. */
export function gather(text: string, before: string[]): string[] {
  const nameOf = (one: string) => one.split("=", 1)[0].trim();
  assertNew(nameOf(text), before.map(nameOf));
  return [...before, text];
}

function assertNew(name: string, before: readonly string[]): void {
  if (!before.includes(name)) return;
  throw new InvalidArgumentError(`${name} was said before: say it once.`);
}

/** A share of examples to hold back, given on the command line. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value < 1)) {
    throw new InvalidArgumentError("A share is a number from 0 to below 1, for example 0.2.");
  }
  return value;
}

/** A seed given on the command line. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("A seed is a whole number from 0 up.");
  }
  return value;
}

/** A count given on the command line. */
export function positiveNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text))
    throw new InvalidArgumentError("A count is a whole number from 1 up.");
  return Number(text);
}

/** A number above 0 given on the command line. */
export function positiveReal(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value < Infinity)) {
    throw new InvalidArgumentError("Expected a number above 0.");
  }
  return value;
}

/** Numbers between commas, each read by `each`. */
export function listOf(each: (text: string) => number): (text: string) => number[] {
  return (text) => text.split(",").map((part) => each(part.trim()));
}

/** A number from 0 to 1 given on the command line. */
export function shareNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError("A share is a number from 0 to 1.");
  }
  return value;
}

/** The order of a polynomial energy. */
export function orderNumber(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 2 || Number(text) > 200) {
    throw new InvalidArgumentError("An order is a whole number from 2 to 200.");
  }
  return Number(text);
}

/** `--json`: what a command prints then has a schema in the folder `schema`. */
export function jsonOption(what = "one JSON object"): Option {
  return new Option("--json", `print ${what} and nothing else`).default(false);
}

/** What a search for fixed points begins from. */
export function withSearchOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--starts <N>", "random starts to search from")
        .default(100)
        .argParser(positiveNumber),
    )
    .addOption(
      new Option("--spread <X>", "standard deviation of the starts around 0")
        .default(1)
        .argParser(positiveReal),
    );
}

/** `--watch`. */
export function watchOption(): Option {
  return new Option("--watch", "do it again whenever a file changes that it reads").default(false);
}

/** `--turbo`. */
export function turboOption(): Option {
  const what = "let compiled code use lanes of 256 bits, where they are: the same numbers, sooner";
  return new Option("--turbo", what).default(false);
}

/** What limits the files that a model names. */
export interface RootFlags {
  readonly root?: string;
}

/** Whether code of plugins may run in a command that only reads a model. */
export interface PluginFlags {
  readonly trustPlugins?: boolean;
}

/** Adds `--root` alone. */
function withRootOption(command: Command): Command {
  return command.option(
    "--root <FOLDER>",
    "read nothing that a model names outside of this folder",
  );
}

/** Adds `--trust-plugins` alone. */
export function withTrustOption(command: Command): Command {
  return command.option(
    "--trust-plugins",
    "run the code of plugins too, not only read their .ham files",
    false,
  );
}

/** Adds the options of commands that read a model and do not run it. */
export function withReadingOptions(command: Command): Command {
  return withTrustOption(withRootOption(command));
}

/** Values and files from outside the model. */
export interface DataFlags extends RootFlags {
  readonly set: string[];
  readonly data: Record<string, string>;
  readonly given: Record<string, string>;
}

/** What is needed to load and run a model. */
export interface ModelFlags extends DataFlags {
  readonly params?: string;
  readonly seed: number;
  readonly backend: string;
  readonly turbo?: boolean;
}

/** Adds `--set` alone. */
export function withSetOption(command: Command): Command {
  return command.addOption(
    new Option("--set <NAME=VALUE>", "override a const, a dim or a recall setting")
      .argParser(gather)
      .default([], "nothing"),
  );
}

/** Adds the options that say where values come from. */
export function withDataOptions(command: Command): Command {
  return withRootOption(withSetOption(command))
    .addOption(
      new Option("--data <NAME=FILE[#KEY]>", "read a data array from this file")
        .argParser(collect)
        .default({}, "nothing"),
    )
    .addOption(
      new Option("--given <NAME=FILE[#KEY]>", "read a given array, examples first, from this file")
        .argParser(collect)
        .default({}, "nothing"),
    );
}

/** Adds `--params` alone. */
export function withParamsOption(command: Command): Command {
  return command.option(
    "--params <FILE>",
    "take params from what a training wrote, or from NumPy (.npz, .npy)",
  );
}

/** Adds `--seed` alone. */
export function withSeedOption(command: Command): Command {
  return command.addOption(
    new Option("--seed <N>", "seed of everything that is drawn").argParser(wholeNumber).default(0),
  );
}

/** Adds `--backend` alone. */
export function withBackendOption(command: Command): Command {
  const option = new Option("--backend <NAME>", "where it runs").default(DEFAULT_BACKEND);
  // Listed here; another name is explained when the backend is looked for.
  option.argChoices = [...BACKEND_NAMES];
  return command.addOption(option);
}

/** Adds the options that load and run a model. */
export function withModelOptions(command: Command): Command {
  return withBackendOption(withSeedOption(withParamsOption(withDataOptions(command))));
}
