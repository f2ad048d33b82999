// A process that holds some of the patterns, and says of them what a softmax over all of them needs.

import { atOnce } from "@hamlet/core";
import { addPatterns, emptySoftmaxPart, type SoftmaxPart } from "@hamlet/core/numbers";
import { openRows } from "@hamlet/core/rows";
import { openCallersFile } from "@hamlet/model/disk";
import { problemOf } from "../threads/messages.ts";
import type { ShardAnswer, ShardQuestion } from "./holders.ts";

type Pieces = Iterable<Float64Array> | AsyncIterable<Float64Array>;

/** How each part is gone through: in memory, or from the disk again. */
const held = new Map<string, () => Pieces>();

async function open({ shard, largest }: ShardQuestion): Promise<() => Pieces> {
  const { path, from, to } = shard;
  const rows = await openRows(path, await openCallersFile(path.split("#")[0]));
  if (8 * rows.width * (to - from) > largest) return () => rows.pieces(from, to);
  const pieces: Float64Array[] = [];
  for await (const piece of rows.pieces(from, to)) pieces.push(piece.slice());
  return () => pieces;
}

async function answer(question: ShardQuestion): Promise<SoftmaxPart> {
  const { shard, asked } = question;
  const name = JSON.stringify(shard);
  const pieces = held.get(name) ?? (await open(question));
  held.set(name, pieces);
  const part = emptySoftmaxPart(asked);
  for await (const piece of pieces()) atOnce(addPatterns(part, piece, asked));
  return part;
}

/** One question after the other, so that one piece at a time takes memory. */
let before: Promise<void> = Promise.resolve();
process.on("message", (question: ShardQuestion) => {
  before = before.then(async () => {
    const { id } = question;
    const reply = await answer(question).then(
      (part): ShardAnswer => ({ id, part }),
      (error: unknown): ShardAnswer => ({ id, problem: problemOf(error) }),
    );
    process.send!(reply);
  });
});
process.on("disconnect", () => process.exit());
