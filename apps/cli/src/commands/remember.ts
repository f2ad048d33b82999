// `ham remember PATTERNS…`: patterns stream into a stored memory; parts of them on other machines.

import { Option } from "commander";
import { queueOption } from "../cluster/load.ts";
import { endpointOption, isObject } from "../cluster/objects.ts";
import { CommandError, EXIT } from "../exit.ts";
import { assertOutputs } from "../files/output.ts";
import { fileOf } from "../files/patterns.ts";
import { type AskedFlags, openAsked, shardOption, valuesOption } from "../memories/asked.ts";
import { MEMORY_RULES, type RuleFlags } from "../memories/memory.ts";
import { partialOf, rememberRows } from "../memories/remember.ts";
import { MEMORY_FILE, summaryOf, type Twice, twiceOption } from "../memories/words.ts";
import { positiveNumber, wholeNumber } from "../options.ts";
import { countBar } from "../progress.ts";
import { listenForStop } from "../signals.ts";
import { workersOption } from "../threads/pool.ts";
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
      .option("--out <FILE>", "where the memory goes (default: --into FILE)")
      .addOption(workersOption("threads of this machine (default: 1)"))
      .addOption(queueOption("let workers do it: the Redis that has their jobs"))
      .addOption(
        new Option("--shards <N>", "--queue: jobs for each file").argParser(positiveNumber),
      )
      .option("--root <FOLDER>", "--queue: the folder shared with workers (default: this one)")
      .addOption(endpointOption())
      .option("--resume", "--queue: give jobs again that failed", false)
      .option("--detach", "--queue: do not wait for the jobs", false),
  run: remember,
};

interface RememberFlags extends RuleFlags, AskedFlags {
  readonly into?: string;
  readonly twice: Twice;
  readonly out?: string;
  readonly workers?: number;
  readonly queue?: string;
  readonly shards?: number;
  readonly root?: string;
  readonly endpoint?: string;
  readonly resume: boolean;
  readonly detach: boolean;
}

async function remember(paths: readonly string[], flags: RememberFlags): Promise<number> {
  const { into, out = into, values, queue } = flags;
  if (out === undefined) {
    throw new CommandError(EXIT.usage, "Say with --out FILE where the memory goes.");
  }
  assertChoice(flags);
  assertPlace({ ...flags, out });
  const inputs = [...paths, ...values].map(fileOf);
  if (into !== undefined && into !== out) inputs.push(into);
  const outputs = [
    { option: "--out", path: out, content: MEMORY_FILE },
    { option: "--out", path: partialOf(out) },
  ];
  await assertOutputs(isObject(out) ? [] : outputs, inputs);
  if (queue !== undefined) {
    const { rememberOnQueue } = await import("../cluster/submit.ts");
    const { shards = 1, root = "." } = flags;
    return await rememberOnQueue(paths, { ...flags, queue, out, shards, root });
  }
  return await rememberHere(paths, { ...flags, out });
}

async function rememberHere(
  paths: readonly string[],
  flags: RememberFlags & { readonly out: string },
): Promise<number> {
  const { out } = flags;
  using signal = listenForStop();
  await using asked = await openAsked(paths, flags, signal);
  if (asked === null) {
    process.stderr.write("Stopped before anything was stored.\n");
    return signal.exitCode;
  }
  const found = await rememberRows(asked, {
    ...flags,
    stale: "refuse",
    signal,
    bar: () => countBar("storing"),
    onResume: (line) => process.stderr.write(`${line}\n`),
  });
  switch (found.ending) {
    case "there":
      process.stdout.write(`${out} holds these ${found.count} patterns already.\n`);
      return EXIT.ok;
    case "stopped":
      process.stderr.write(
        `Stopped after ${found.done} of ${found.of} patterns, which are in ${partialOf(out)}. The same command goes on from there.\n`,
      );
      return signal.exitCode;
    case "stored":
      process.stdout.write(`${found.done} patterns stored; ${summaryOf(found.memory, out)}`);
      return EXIT.ok;
  }
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

/** What only workers are told, and what they cannot do. */
function assertPlace({ queue, into, shard, ...flags }: RememberFlags): void {
  const { shards, root, endpoint } = flags;
  const isTold = { shards, root, endpoint, resume: flags.resume || undefined };
  const alone = Object.entries({ ...isTold, detach: flags.detach || undefined }).find(
    ([, value]) => value !== undefined,
  );
  if (queue === undefined && alone !== undefined) {
    throw new CommandError(
      EXIT.usage,
      `--${alone[0]} is for jobs of a queue: name it with --queue URL.`,
    );
  }
  if (queue === undefined && isObject(flags.out!)) {
    throw new CommandError(
      EXIT.usage,
      `${flags.out} is an object: workers of a queue write those. Name it with --queue URL, or give --out a file.`,
    );
  }
  if (queue === undefined) return;
  if (endpoint !== undefined && !isObject(flags.out!)) {
    throw new CommandError(
      EXIT.usage,
      `--endpoint is for objects, and ${flags.out} is a file. Name one with --out s3://BUCKET/KEY, or leave --endpoint out.`,
    );
  }
  if (into !== undefined) {
    throw new CommandError(
      EXIT.usage,
      "Jobs of a queue make a memory of their own. Leave --into out, and add theirs with `ham merge`.",
    );
  }
  if (flags.workers !== undefined) {
    throw new CommandError(
      EXIT.usage,
      "Jobs of a queue are done by as many `ham worker` as there are. Leave --workers out.",
    );
  }
  if (shard !== undefined) {
    throw new CommandError(
      EXIT.usage,
      "Jobs of a queue are cut with --shards N, not with --shard.",
    );
  }
}
