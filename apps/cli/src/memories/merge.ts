// Memories in files become the memory of all of them; a part given twice counts once, or is refused.

import { createHash } from "node:crypto";
import { commonHeld, countHeld, describeHeld, printHeld, withoutHeld } from "@hamlet/core";
import { CommandError, EXIT } from "../exit.ts";
import { type MemoryFiles, onDisk } from "./files.ts";
import { differences, memoryOf, type PatternMemory } from "./memory.ts";
import type { Twice } from "./words.ts";

/** The memory of all, and how many of them are in it. */
export interface Merged {
  readonly whole: PatternMemory;
  readonly parts: number;
  /** Of rows that others hold. */
  readonly passedOver: number;
}

/** What is known of a part before it is merged. */
interface Part extends Pick<PatternMemory, "made" | "held" | "count"> {
  readonly path: string;
  readonly hash: string;
}

/**
 * Merges memories in files, two at a time in memory.
 * @throws CommandError for parts that are made otherwise, and rows that would count twice.
 */
export async function mergeFiles(
  paths: readonly [string, ...string[]],
  { twice, files = onDisk }: { readonly twice: Twice; readonly files?: MemoryFiles },
): Promise<Merged> {
  const read = async (path: string) => await memoryOf(await files.read(path), path);
  const parts: Part[] = [];
  for (const path of paths) parts.push(await lookAt(path, files));
  for (const part of parts) assertAlike(parts[0], part);
  // The largest first: then what counts does not depend on the order in which parts are named.
  const order = (part: Part) => printHeld(part.held) + part.hash;
  parts.sort((a, b) => b.count - a.count || (order(a) < order(b) ? -1 : 1));
  const [first, ...others] = parts;
  const whole = await read(first.path);
  const merged = [first];
  for (const part of others) {
    const again = heldAgain(part, { whole, merged });
    if (again !== null) {
      if (twice === "once" && again.entirely) continue;
      throw new CommandError(EXIT.usage, again.why);
    }
    whole.merge(await read(part.path));
    merged.push(part);
  }
  return { whole, parts: merged.length, passedOver: parts.length - merged.length };
}

async function lookAt(path: string, files: MemoryFiles): Promise<Part> {
  const bytes = await files.read(path);
  const { made, held, count } = await memoryOf(bytes, path);
  return { path, made, held, count, hash: createHash("sha256").update(bytes).digest("hex") };
}

function assertAlike(first: Part, part: Part): void {
  const differ = differences(first.made, part.made);
  if (differ === "") return;
  throw new CommandError(
    EXIT.usage,
    `${first.path} and ${part.path} do not merge: they differ in ${differ}. Store all parts alike.`,
  );
}

/** What of a part is merged already; null where it is new. */
function heldAgain(
  part: Part,
  { whole, merged }: { readonly whole: PatternMemory; readonly merged: readonly Part[] },
): { readonly entirely: boolean; readonly why: string } | null {
  const isNamed = countHeld(part.held) === part.count;
  const copy = isNamed ? undefined : merged.find(({ hash }) => hash === part.hash);
  if (copy !== undefined) {
    const why = `${copy.path} and ${part.path} are the same memory, and would count twice. Leave one out, or count it once with --twice once.`;
    return { entirely: true, why };
  }
  const common = commonHeld(whole.held, part.held);
  if (common.length === 0) return null;
  const others = merged.filter(({ held }) => commonHeld(held, part.held).length > 0);
  const names = others.map(({ path }) => path).join(", ");
  const entirely = isNamed && withoutHeld(part.held, whole.held).length === 0;
  const what = `${describeHeld(common)} are in ${part.path} and in ${names}, and would count twice`;
  const cure = entirely
    ? "Leave it out, or count them once with --twice once."
    : "The sums of a part cannot be taken apart: store the rows of one of them again, without the others.";
  return { entirely, why: `${what}. ${cure}` };
}
