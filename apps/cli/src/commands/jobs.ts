// `ham jobs`: how far the jobs of a queue are, and which failed for what reason.

import type { QueueCounts } from "@hamlet/cluster";
import { loadCluster, onEvent, queueOption } from "../cluster/load.ts";
import type { Task } from "../cluster/tasks.ts";
import { EXIT } from "../exit.ts";
import { jsonOption } from "../options.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham jobs`. */
export const command: CommandDefinition = {
  takes: (command) =>
    command
      .addOption(queueOption("the Redis that has the jobs").makeOptionMandatory())
      .addOption(jsonOption()),
  run: jobs,
};

interface JobsFlags {
  readonly queue: string;
  readonly json: boolean;
}

async function jobs({ queue: url, json }: JobsFlags): Promise<number> {
  const { openQueue, queueAddress } = await loadCluster();
  const address = queueAddress(url);
  await using queue = await openQueue<Task>(address, { onEvent });
  const counts = await queue.counts();
  process.stdout.write(
    json
      ? `${JSON.stringify({ queue: address.shown, ...counts })}\n`
      : `${address.shown}: ${textOf(counts)}\n`,
  );
  return EXIT.ok;
}

function textOf({ done, waiting, active, failed }: QueueCounts): string {
  const numbers = `${done} done, ${active.length} active, ${waiting} waiting, ${failed.length} failed`;
  const doing = active.map(
    ({ name, tree, worker, progress }) =>
      `  ${titleOf(name, tree)}, by ${worker ?? "a worker"}${farOf(progress)}`,
  );
  const dead = failed.map(
    ({ name, tree, reason, attempts, worker }) =>
      `  ${titleOf(name, tree)} (attempts: ${attempts}, last by ${worker ?? "a worker"})\n    ${reason}`,
  );
  const parts = [
    numbers,
    ...(doing.length === 0 ? [] : [`active\n${doing.join("\n")}`]),
    ...(dead.length === 0
      ? []
      : [
          `failed\n${dead.join("\n")}`,
          "Mend what is wrong, and run the command that added them with --resume.",
        ]),
  ];
  return parts.join("\n\n");
}

/** A job, and the file that it is for. */
function titleOf(name: string, tree: string): string {
  return name === tree ? name : `${name} of ${tree}`;
}

/** ` 300 of 5000`, where a job has told that. */
function farOf(progress: unknown): string {
  const { done, of } = (progress ?? {}) as { done?: unknown; of?: unknown };
  return typeof done === "number" && typeof of === "number" ? `, ${done} of ${of} rows` : "";
}
