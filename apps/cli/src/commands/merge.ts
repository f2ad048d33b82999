// `ham merge PARTS…`: memories of parts become the memory of all; a part given twice counts once.

import { EXIT } from "../exit.ts";
import { assertOutputs } from "../files/output.ts";
import { writeFileAtomically } from "../files/write.ts";
import { mergeFiles } from "../memories/merge.ts";
import { MEMORY_FILE, summaryOf, type Twice, twiceOption } from "../memories/words.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham merge`. */
export const command: CommandDefinition = {
  takes: (command) =>
    command
      .argument("<memories...>")
      .addOption(twiceOption("rows that several parts hold"))
      .requiredOption("--out <FILE>", "where the memory of all goes"),
  run: merge,
};

interface MergeFlags {
  readonly twice: Twice;
  readonly out: string;
}

async function merge(paths: readonly [string, ...string[]], flags: MergeFlags): Promise<number> {
  const { out } = flags;
  await assertOutputs([{ option: "--out", path: out, content: MEMORY_FILE }], paths);
  const { whole, parts, passedOver } = await mergeFiles(paths, flags);
  await writeFileAtomically(out, whole.save());
  const note = passedOver === 0 ? "" : `, ${passedOver} passed over whose rows are in others`;
  process.stdout.write(`${parts} parts merged${note}; ${summaryOf(whole, out)}`);
  return EXIT.ok;
}
