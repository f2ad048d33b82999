// `ham worker`: does the jobs of a queue, one after the other.

import { realpath } from "node:fs/promises";
import { Option } from "commander";
import { loadCluster, queueOption } from "../cluster/load.ts";
import { isLasting, perform, tidyUp } from "../cluster/perform.ts";
import type { Task } from "../cluster/tasks.ts";
import { CommandError, EXIT } from "../exit.ts";
import { positiveNumber } from "../options.ts";
import { listenForStop } from "../signals.ts";
import { version } from "../version.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham worker`. */
export const command: CommandDefinition = {
  takes: (command) =>
    command
      .addOption(queueOption("the Redis that has the jobs").makeOptionMandatory())
      .requiredOption("--root <FOLDER>", "the folder that is shared; nothing else is touched")
      .option("--until-empty", "end once no job is left", false)
      .addOption(
        new Option("--silence <SECONDS>", "without a sign of life a worker's job goes to another")
          .default(30)
          .argParser(positiveNumber),
      ),
  run: worker,
};

interface WorkerFlags {
  readonly queue: string;
  readonly root: string;
  readonly untilEmpty: boolean;
  readonly silence: number;
}

async function worker({ queue, root, untilEmpty, silence }: WorkerFlags): Promise<number> {
  const { queueAddress, work } = await loadCluster();
  const address = queueAddress(queue);
  const folder = await realpath(root).catch(() => {
    throw new CommandError(EXIT.usage, `--root ${root}: expected a folder, found none.`);
  });
  using signal = listenForStop();
  // Paths of jobs are from the root, and so are those in messages.
  process.chdir(folder);
  process.stdout.write(`Working for ${address.shown} in ${folder}\n`);
  const end = await work<Task>(address, {
    version: version(),
    perform: (job) => perform(job, folder),
    settled: (task) => tidyUp(task, folder),
    isLasting,
    signal,
    untilEmpty,
    silence,
    onEvent: (line) => process.stdout.write(`${line}\n`),
  });
  if (end.ending === "refused") throw new CommandError(EXIT.failed, end.reason);
  return end.ending === "stopped" ? signal.exitCode : EXIT.ok;
}
