// The rows that a command is to store or to take away: files, and which part of them.

import { type HeldSources, heldRows, type Signal, uniteHeld } from "@hamlet/core";
import { InvalidArgumentError, Option } from "commander";
import { CommandError, EXIT } from "../exit.ts";
import { gather } from "../options.ts";
import type { PatternMemory } from "./memory.ts";
import { openSource, type Source } from "./source.ts";
import { describeSizes } from "./words.ts";

/** The i-th of n equal parts. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** `--shard`. */
export function shardOption(): Option {
  return new Option("--shard <I/N>", "only the I-th of N equal parts of all rows").argParser(
    shardOf,
  );
}

function shardOf(text: string): Shard {
  const [, index = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= of && Number.isSafeInteger(of)) return { index, of };
  throw new InvalidArgumentError("Write it as I/N, from 1/N to N/N, for example 3/8.");
}

/** What commands are told of rows. */
export interface AskedFlags {
  readonly values: readonly string[];
  readonly shard?: Shard;
}

/** `--values`. */
export function valuesOption(): Option {
  return new Option("--values <FILE[#KEY]>", "linear: values, one file for each of patterns")
    .argParser(gather)
    .default([], "the patterns");
}

/** Rows of several sources. */
export interface Asked {
  readonly sources: readonly Source[];
  readonly held: HeldSources;
  readonly width: number;
  readonly values: number | null;
  /** Closes the files that are read. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens every file; rows are counted through all of them, in the order in which they are given. Null
 * where the signal said stop before all were open.
 * @throws CommandError for files that do not go together.
 */
export async function openAsked(
  paths: readonly string[],
  { values, shard }: AskedFlags,
  signal: Signal,
): Promise<Asked | null> {
  if (values.length > 0 && values.length !== paths.length) {
    throw new CommandError(
      EXIT.usage,
      `Expected --values once for each file of patterns, found ${values.length} for ${paths.length}.`,
    );
  }
  const sources: Source[] = [];
  const close = async () => {
    for (const source of sources) await source.close();
  };
  try {
    for (const [i, path] of paths.entries()) {
      sources.push(await openSource(path, values[i] ?? null, { signal }));
    }
    assertAlike(sources);
    const [{ width, values: valueWidth }] = sources;
    return {
      sources,
      held: heldOf(sources, shard),
      width,
      values: valueWidth,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    if (signal.aborted) return null;
    throw error;
  }
}

function assertAlike(sources: readonly Source[]): void {
  const [first] = sources;
  const ids = new Map<string, string>();
  for (const { path, width, values, id } of sources) {
    if (width !== first.width || values !== first.values) {
      const words = [first, { width, values }].map(describeSizes);
      throw new CommandError(
        EXIT.usage,
        `${first.path} has patterns of ${words[0]}, and ${path} of ${words[1]}.`,
      );
    }
    const other = ids.get(id);
    if (other !== undefined) {
      throw new CommandError(
        EXIT.usage,
        `${other} and ${path} hold the same bytes, and would count twice. Leave one of them out.`,
      );
    }
    ids.set(id, path);
  }
}

/**
 * Stops at rows that are not of the sizes of a memory.
 * @throws CommandError
 */
export function assertFits(asked: Asked, memory: PatternMemory, file: string): void {
  if (asked.width === memory.width && asked.values === memory.values) return;
  const words = [asked, memory].map((one) => `patterns of ${describeSizes(one)}`);
  throw new CommandError(
    EXIT.usage,
    `${asked.sources[0].path} has ${words[0]}, and ${file} is of ${words[1]}.`,
  );
}

function heldOf(sources: readonly Source[], shard: Shard = { index: 1, of: 1 }): HeldSources {
  const total = sources.reduce((sum, { count }) => sum + count, 0);
  const place = (index: number) => Number((BigInt(total) * BigInt(index)) / BigInt(shard.of));
  const [from, to] = [place(shard.index - 1), place(shard.index)];
  let held: HeldSources = [];
  let before = 0;
  for (const { id, name, count } of sources) {
    const [begin, end] = [from - before, to - before].map((row) =>
      Math.min(Math.max(row, 0), count),
    );
    held = uniteHeld(held, heldRows({ id, name, from: begin }, end - begin));
    before += count;
  }
  if (held.length === 0) {
    throw new CommandError(
      EXIT.usage,
      `Part ${shard.index} of ${shard.of} of ${total} rows holds none: use at most ${total} parts.`,
    );
  }
  return held;
}
