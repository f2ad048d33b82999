// `ham store PATTERNS --rule drdam`: patterns stream into a memory of one size.

import { asFloat64 } from "@hamlet/core";
import { type DistributedMemory, loadMemory } from "@hamlet/drdam";
import { readCallersFile } from "@hamlet/model/disk";
import { CommandError, EXIT } from "../exit.ts";
import { assertOutputs } from "../files/output.ts";
import { fileOf, readRows } from "../files/patterns.ts";
import { writeFileAtomically } from "../files/write.ts";
import { countBar } from "../progress.ts";
import { memoryKindOf } from "../memories/kind.ts";
import { describeMemory, MEMORY_FILE } from "../memories/words.ts";
import { listenForStop } from "../signals.ts";
import { emptyMemory } from "./empty-memory.ts";
import { type FeatureChoice, toldFeature } from "./feature-options.ts";

/** What a memory of random features is told. */
export interface FeatureFlags extends FeatureChoice {
  readonly out?: string;
  readonly take?: number;
  readonly into?: string;
  readonly forget?: true;
  readonly skip?: number;
}

/**
 * Stores, forgets or, where the patterns are another memory, merges; returns the exit code. What is
 * done when it is stopped is written.
 */
export async function storeFeatures(path: string, flags: FeatureFlags): Promise<number> {
  const { into, out = into ?? "memory.safetensors", forget = false, skip = 0 } = flags;
  const inputs = [fileOf(path), ...(into === undefined || into === out ? [] : [into])];
  await assertOutputs([{ option: "--out", path: out, content: MEMORY_FILE }], inputs);
  const bytes = await readCallersFile(fileOf(path));
  if (memoryKindOf(bytes, path) === "features") return merge(path, bytes, { ...flags, out });

  const { shape, data } = await readRows(path, { take: flags.take, bytes });
  const [K, D] = shape;
  if (skip >= K) throw new CommandError(EXIT.usage, `${path} has ${K} patterns, --skip ${skip}.`);
  const memory = await memoryFor(flags, D);
  const own = memory.description.D;
  if (own !== D) {
    throw new CommandError(
      EXIT.usage,
      `${path} has patterns of ${D} numbers, and ${into} is a memory of ${own}.`,
    );
  }
  using signal = listenForStop();
  const bar = await countBar(forget ? "forgetting" : "storing");
  const rest = (
    data instanceof BigInt64Array || data instanceof BigUint64Array ? asFloat64(data) : data
  ).subarray(skip * D);
  const { done, ending } = await memory[forget ? "forget" : "store"](rest, {
    signal,
    onProgress: bar.onProgress,
  }).finally(() => bar.done());
  await writeFileAtomically(out, memory.save());
  if (ending === "aborted") {
    process.stderr.write(
      `Stopped after ${skip + done} of ${K} patterns, which are in ${out}. Go on with\n\n` +
        `  ham store ${path} --rule drdam --into ${out} --skip ${skip + done}${forget ? " --forget" : ""}\n`,
    );
    return signal.exitCode;
  }
  tell(`${done} patterns ${forget ? "forgotten" : "stored"}`, memory, out);
  return EXIT.ok;
}

/** Adds what another memory of the same features holds. */
async function merge(
  path: string,
  bytes: Uint8Array,
  flags: FeatureFlags & { readonly out: string },
): Promise<number> {
  if (flags.into === undefined) {
    throw new CommandError(
      EXIT.usage,
      `${path} is a memory: say with --into FILE which one it is added to.`,
    );
  }
  const other = loadMemory(bytes, path);
  const memory = await memoryFor(flags, other.description.D);
  memory.merge(other);
  await writeFileAtomically(flags.out, memory.save());
  tell(`${other.count} patterns merged`, memory, flags.out);
  return EXIT.ok;
}

/** The memory that `--into` names, or an empty one. */
async function memoryFor(flags: FeatureFlags, D: number): Promise<DistributedMemory> {
  const { into, forget } = flags;
  if (into !== undefined) {
    const told = toldFeature(flags);
    if (told === undefined) return loadMemory(await readCallersFile(into), into);
    throw new CommandError(EXIT.usage, `${into} says what --${told} is: leave it out.`);
  }
  if (forget === true) {
    throw new CommandError(EXIT.usage, "--forget needs --into FILE, the memory that forgets.");
  }
  return emptyMemory(flags, D);
}

function tell(what: string, memory: DistributedMemory, out: string): void {
  process.stdout.write(`${what}; ${out} holds ${describeMemory(memory, out)}`);
}
