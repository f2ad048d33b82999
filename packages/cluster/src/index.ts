// Jobs of shards on a Redis queue: trees of them, who adds them and who works them off.

export { type QueueAddress, queueAddress, withoutSecrets } from "./address.ts";
export {
  objectAddress,
  type ObjectStore,
  type ObjectStoreOptions,
  openObjects,
} from "./objects.ts";
export {
  type FailedJob,
  type JobQueue,
  openQueue,
  type QueueCounts,
  type QueueOptions,
  type TreeState,
} from "./queue.ts";
export { jobsOf, type JobTree, mergeTree } from "./tree.ts";
export { type ActiveJob, work, type WorkOptions, type WorkEnding } from "./worker.ts";
