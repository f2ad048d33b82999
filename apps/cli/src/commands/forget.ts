// `ham forget MEMORY PATTERNS…`: takes patterns away, as if they had never been stored.

import { countHeld, describeHeld, withoutHeld } from "@hamlet/core";
import { CommandError, EXIT } from "../exit.ts";
import { assertOutputs } from "../files/output.ts";
import { fileOf } from "../files/patterns.ts";
import { writeFileAtomically } from "../files/write.ts";
import {
  type AskedFlags,
  assertFits,
  openAsked,
  shardOption,
  valuesOption,
} from "../memories/asked.ts";
import { type PatternMemory, readMemoryFile } from "../memories/memory.ts";
import { stream } from "../memories/stream.ts";
import { MEMORY_FILE, summaryOf } from "../memories/words.ts";
import { countBar } from "../progress.ts";
import { listenForStop } from "../signals.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham forget`. */
export const command: CommandDefinition = {
  takes: (command) =>
    command
      .argument("<memory>")
      .argument("<patterns...>")
      .addOption(valuesOption())
      .addOption(shardOption())
      .option("--out <FILE>", "where the memory goes (default: where it was)"),
  run: forget,
};

interface ForgetFlags extends AskedFlags {
  readonly out?: string;
}

async function forget(path: string, paths: readonly string[], flags: ForgetFlags): Promise<number> {
  const { values, out = path } = flags;
  const inputs = [...[...paths, ...values].map(fileOf), ...(out === path ? [] : [path])];
  await assertOutputs([{ option: "--out", path: out, content: MEMORY_FILE }], inputs);
  const memory = await readMemoryFile(path);
  using signal = listenForStop();
  await using asked = await openAsked(paths, flags, signal);
  if (asked === null) {
    process.stderr.write("Stopped before anything was forgotten.\n");
    return signal.exitCode;
  }
  assertFits(asked, memory, path);
  const unknown = withoutHeld(asked.held, memory.held);
  assertStored(memory, { path, unknown: countHeld(unknown), what: describeHeld(unknown) });
  const bar = await countBar("forgetting");
  const how = { sign: -1, signal, bar } as const;
  const known = withoutHeld(asked.held, unknown);
  try {
    await stream(memory, { asked, rows: known }, how);
    if (!signal.aborted) await stream(memory, { asked, rows: unknown }, { ...how, named: false });
  } finally {
    bar.done();
  }
  if (signal.aborted) {
    process.stderr.write(`Stopped; ${out} is as it was.\n`);
    return signal.exitCode;
  }
  await writeFileAtomically(out, memory.save());
  process.stdout.write(`${countHeld(asked.held)} patterns forgotten; ${summaryOf(memory, out)}`);
  return EXIT.ok;
}

/** Rows that no id knows may be among the patterns of no known source, as far as their number tells. */
function assertStored(
  { count, held }: PatternMemory,
  {
    path,
    unknown,
    what,
  }: { readonly path: string; readonly unknown: number; readonly what: string },
): void {
  const others = count - countHeld(held);
  if (unknown <= others) return;
  const rest = others === 0 ? "" : `, and only ${others} of its patterns are of no known source`;
  throw new CommandError(
    EXIT.usage,
    `${what} are not in ${path}${rest}. Forget what was stored: \`ham memory ${path}\` lists it.`,
  );
}
