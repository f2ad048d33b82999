// Trees of jobs: leaves are shards, and inner nodes merge what their children left.

/** A job, and those that have to be done before it. */
export interface JobTree<Task> {
  /** The same for the same work; letters, digits and hyphens. */
  readonly id: string;
  /** For people: `faces.npy 3/8`. */
  readonly name: string;
  /** What is to be done; plain data, small. */
  readonly task: Task;
  /** What it was made from, as far as that can be told at a glance. */
  readonly stamp: string;
  readonly children: readonly JobTree<Task>[];
}

/** How parts are joined. */
export interface MergeTreeOptions<Task> {
  /** Children of a node at most. */
  readonly width: number;
  /** The job that joins some; `isRoot` for the last. */
  readonly join: (
    children: readonly JobTree<Task>[],
    about: { readonly index: number; readonly isRoot: boolean },
  ) => Omit<JobTree<Task>, "children">;
}

/** The tree over leaves in their order whose nodes have as many children as they may. */
export function mergeTree<Task>(
  leaves: readonly JobTree<Task>[],
  { width, join }: MergeTreeOptions<Task>,
): JobTree<Task> {
  let level = leaves;
  for (let index = 0; ;) {
    const isRoot = level.length <= width;
    const next: JobTree<Task>[] = [];
    for (let at = 0; at < level.length; at += width) {
      const children = level.slice(at, at + width);
      // One that is left over goes up as it is.
      if (!isRoot && children.length === 1) next.push(children[0]);
      else next.push({ ...join(children, { index: index++, isRoot }), children });
    }
    if (isRoot) return next[0];
    level = next;
  }
}

/** Every job of a tree, children before their parents. */
export function jobsOf<Task>(tree: JobTree<Task>): JobTree<Task>[] {
  return [...tree.children.flatMap(jobsOf), tree];
}
