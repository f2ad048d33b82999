// Remembering as a tree of jobs: a leaf stores a shard, and the nodes above merge what there is.

import { createHash } from "node:crypto";
import type { JobTree } from "@hamlet/cluster";
import type { Shard } from "../memories/asked.ts";
import type { RuleFlags } from "../memories/memory.ts";
import type { Cluster } from "./load.ts";

/** What a job is to do. All paths are from the root that everybody shares. */
export type Task = RememberTask | MergeTask;

/** Stores a shard. */
export interface RememberTask {
  readonly do: "remember";
  readonly patterns: string;
  readonly values: string | null;
  readonly shard: Shard;
  readonly rule: RuleFlags;
  /** Of the patterns of all shards, and of their values. */
  readonly width: number;
  readonly valueWidth: number | null;
  readonly out: string;
}

/** Merges memories. */
export interface MergeTask {
  readonly do: "merge";
  readonly parts: readonly [string, ...string[]];
  readonly out: string;
  /** At the last job: where the memories of parts are, and how their names begin. */
  readonly litter?: { readonly folder: string; readonly prefix: string };
}

/** What is to be remembered, and where. */
export interface Plan extends Pick<RememberTask, "rule" | "width" | "valueWidth" | "out"> {
  readonly files: readonly Pick<RememberTask, "patterns" | "values">[];
  /** Parts of every file. */
  readonly shards: number;
}

/** Memories that one job merges. */
const WIDTH = 8;

/**
 * The jobs of a plan; the same plan has the same ids.
 * @param stamps - what each file is as far as can be told at a glance.
 */
export function jobTree(
  plan: Plan,
  stamps: readonly string[],
  { mergeTree }: Pick<Cluster, "mergeTree">,
): JobTree<Task> {
  const { files, shards, out, rule, width, valueWidth } = plan;
  const flow = hashOf(plan);
  const folder = `${out}.parts`;
  const fileOf = (id: string) => `${folder}/${id}.safetensors`;
  const leaves = files.flatMap((named, file) =>
    Array.from({ length: shards }, (_, i): JobTree<Task> => {
      const id = `${flow}-shard-${file * shards + i + 1}`;
      const shard = { index: i + 1, of: shards };
      const task: RememberTask = {
        do: "remember",
        ...named,
        shard,
        rule,
        width,
        valueWidth,
        out: fileOf(id),
      };
      const part = shards === 1 ? "" : ` ${i + 1}/${shards}`;
      return { id, name: `${named.patterns}${part}`, task, stamp: stamps[file], children: [] };
    }),
  );
  return mergeTree(leaves, {
    width: WIDTH,
    join: (children, { index, isRoot }) => {
      const id = `${flow}-${isRoot ? "whole" : `merge-${index + 1}`}`;
      const [first, ...others] = children.map(({ task }) => task.out);
      const task: MergeTask = {
        do: "merge",
        parts: [first, ...others],
        out: isRoot ? out : fileOf(id),
        ...(isRoot ? { litter: { folder, prefix: `${flow}-` } } : {}),
      };
      const stamp = hashOf(children.map((child) => child.stamp));
      return { id, name: isRoot ? out : `merge ${index + 1}`, task, stamp };
    },
  });
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
