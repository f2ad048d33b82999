// `ham worker`: does the jobs of a queue, one after the other.

import { realpath } from "node:fs/promises";
import { useThreads } from "@hamlet/core";
import { Option } from "commander";
import { loadCluster, queueOption } from "../cluster/load.ts";
import { endpointOption, openUnder } from "../cluster/objects.ts";
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
      .requiredOption("--root <FOLDER>", "the folder that is shared; no other file is touched")
      .option("--objects <s3://BUCKET/FOLDER>", "objects that jobs may read and write as well")
      .addOption(endpointOption())
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
  readonly objects?: string;
  readonly endpoint?: string;
  readonly untilEmpty: boolean;
  readonly silence: number;
}

async function worker(flags: WorkerFlags): Promise<number> {
  const { queue, root, untilEmpty, silence, endpoint } = flags;
  const cluster = await loadCluster();
  const { queueAddress, work } = cluster;
  const address = queueAddress(queue);
  if (endpoint !== undefined && flags.objects === undefined) {
    throw new CommandError(EXIT.usage, "--endpoint is for objects: name them with --objects.");
  }
  const objects = flags.objects === undefined ? null : openUnder(flags.objects, endpoint, cluster);
  const folder = await realpath(root).catch(() => {
    throw new CommandError(EXIT.usage, `--root ${root}: expected a folder, found none.`);
  });
  // One of as many as a machine has cores, unless the environment says otherwise.
  if ((process.env.HAMLET_THREADS ?? "") === "") useThreads(1);
  using signal = listenForStop();
  // Paths of jobs are from the root, and so are those in messages.
  process.chdir(folder);
  const reach = { root: folder, objects };
  process.stdout.write(`Working for ${address.shown} in ${folder}\n`);
  const end = await work<Task>(address, {
    version: version(),
    perform: (job) => perform(job, reach),
    settled: (task) => tidyUp(task, reach),
    isLasting,
    signal,
    untilEmpty,
    silence,
    onEvent: (line) => process.stdout.write(`${line}\n`),
  });
  if (end.ending === "refused") throw new CommandError(EXIT.failed, end.reason);
  return end.ending === "stopped" ? signal.exitCode : EXIT.ok;
}
