// `ham remember PATTERNS…`: patterns stream into a stored memory; parts of them on other machines.

import { rm } from "node:fs/promises";
import { commonHeld, countHeld, describeHeld, type HeldSources, withoutHeld } from "@hamlet/core";
import { Option } from "commander";
import { CommandError, EXIT } from "../exit.ts";
import { assertOutputs } from "../files/output.ts";
import { fileOf } from "../files/patterns.ts";
import { isThere, writeFileAtomically } from "../files/write.ts";
import {
  type Asked,
  type AskedFlags,
  assertFits,
  openAsked,
  shardOption,
  valuesOption,
} from "../memories/asked.ts";
import {
  differences,
  emptyMemoryOf,
  MEMORY_RULES,
  type PatternMemory,
  readMemoryFile,
  type RuleFlags,
} from "../memories/memory.ts";
import { MEMORY_FILE, summaryOf, type Twice, twiceOption } from "../memories/words.ts";
import { stream } from "../memories/stream.ts";
import { wholeNumber } from "../options.ts";
import { countBar } from "../progress.ts";
import { listenForStop } from "../signals.ts";
import { toldFeature, withFeatureOptions } from "../store/feature-options.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham remember`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withFeatureOptions(
      command
        .argument("<patterns...>")
        .addOption(new Option("--rule <RULE>", "how they are stored").choices([...MEMORY_RULES]))
        .addOption(valuesOption()),
    )
      .addOption(
        new Option("--seed <N>", "drdam: seed of the features").default(0).argParser(wholeNumber),
      )
      .addOption(shardOption())
      .option("--into <FILE>", "add to this memory, which says how")
      .addOption(twiceOption("rows that --into FILE holds already"))
      .option("--out <FILE>", "where the memory goes (default: --into FILE)"),
  run: remember,
};

interface RememberFlags extends RuleFlags, AskedFlags {
  readonly into?: string;
  readonly twice: Twice;
  readonly out?: string;
}

/** Milliseconds between two writings of what is done so far. */
const SAFE_EVERY = 30_000;

async function remember(paths: readonly string[], flags: RememberFlags): Promise<number> {
  const { into, out = into, values } = flags;
  if (out === undefined) {
    throw new CommandError(EXIT.usage, "Say with --out FILE where the memory goes.");
  }
  assertChoice(flags);
  const inputs = [...paths, ...values].map(fileOf);
  if (into !== undefined && into !== out) inputs.push(into);
  const partial = `${out}.partial`;
  await assertOutputs(
    [
      { option: "--out", path: out, content: MEMORY_FILE },
      { option: "--out", path: partial },
    ],
    inputs,
  );
  using signal = listenForStop();
  await using asked = await openAsked(paths, flags, signal);
  if (asked === null) {
    process.stderr.write("Stopped before anything was stored.\n");
    return signal.exitCode;
  }
  return await rememberAsked(asked, { ...flags, out, partial, signal });
}

interface Places extends RememberFlags {
  readonly out: string;
  readonly partial: string;
  readonly signal: ReturnType<typeof listenForStop>;
}

async function rememberAsked(asked: Asked, places: Places): Promise<number> {
  const { into, out, partial, signal, twice } = places;
  const start =
    into === undefined ? await emptyMemoryOf(places, asked) : await readMemoryFile(into);
  assertFits(asked, start, into ?? out);
  const base = start.held;
  const already = commonHeld(base, asked.held);
  if (already.length > 0 && twice === "refuse") {
    throw new CommandError(
      EXIT.usage,
      `${describeHeld(already)} are in ${into} already. Leave them out, or pass over them with --twice once.`,
    );
  }
  if (into === undefined && isThere(out) && (await isDone(out, start, asked.held))) {
    process.stdout.write(`${out} holds these ${countHeld(asked.held)} patterns already.\n`);
    return EXIT.ok;
  }
  const memory = await goOn(start, { asked: asked.held, partial });
  const rows = withoutHeld(asked.held, memory.held);
  const save = async () => {
    for (const source of asked.sources) await source.assertUnchanged();
    await writeFileAtomically(partial, memory.save());
  };
  let saved = Date.now();
  const between = async () => {
    if (Date.now() - saved < SAFE_EVERY) return;
    await save();
    saved = Date.now();
  };
  const bar = await countBar("storing");
  const done = await stream(memory, { asked, rows }, { sign: 1, signal, bar, between }).finally(
    () => bar.done(),
  );
  const of = countHeld(rows);
  if (done < of) {
    await save();
    process.stderr.write(
      `Stopped after ${done} of ${of} patterns, which are in ${partial}. The same command goes on from there.\n`,
    );
    return signal.exitCode;
  }
  await writeFileAtomically(out, memory.save());
  await rm(partial, { force: true });
  process.stdout.write(`${done} patterns stored; ${summaryOf(memory, out)}`);
  return EXIT.ok;
}

/** What is of features alone, and what a memory says that is there already. */
function assertChoice(flags: RememberFlags): void {
  const { rule, into } = flags;
  const told = toldFeature(flags);
  if (into !== undefined && (rule ?? told) !== undefined) {
    const flag = rule === undefined ? told : "rule";
    throw new CommandError(EXIT.usage, `${into} says what --${flag} is: leave it out.`);
  }
  if (rule !== undefined && rule !== "drdam" && told !== undefined) {
    throw new CommandError(EXIT.usage, `--${told} is of --rule drdam, not of ${rule}.`);
  }
}

/** Whether a memory is there that holds these rows and no others. */
async function isDone(out: string, wanted: PatternMemory, rows: HeldSources): Promise<boolean> {
  const found = await readMemoryFile(out).catch(() => null);
  if (found === null || differences(found.made, wanted.made) !== "") return false;
  return found.count === countHeld(rows) && countHeld(commonHeld(found.held, rows)) === found.count;
}

/** What was done of this before it was stopped, or the start. */
async function goOn(
  start: PatternMemory,
  { asked, partial }: { readonly asked: HeldSources; readonly partial: string },
): Promise<PatternMemory> {
  if (!isThere(partial)) return start;
  const found = await readMemoryFile(partial);
  const fresh = withoutHeld(found.held, start.held);
  const isOurs =
    differences(found.made, start.made) === "" &&
    withoutHeld(start.held, found.held).length === 0 &&
    withoutHeld(fresh, asked).length === 0 &&
    found.count === start.count + countHeld(fresh);
  if (!isOurs) {
    throw new CommandError(
      EXIT.usage,
      `${partial} is of other patterns, or of a memory that is made otherwise: something else was stopped here. Finish that, or remove the file.`,
    );
  }
  process.stderr.write(
    `Going on after ${countHeld(fresh)} of ${countHeld(withoutHeld(asked, start.held))} patterns, from ${partial}.\n`,
  );
  return found;
}
