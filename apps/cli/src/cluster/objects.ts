// Results of jobs in an object store in place of a folder: `s3://BUCKET/KEY`.

import type { ObjectStore } from "@hamlet/cluster";
import { Option } from "commander";
import { CommandError, EXIT } from "../exit.ts";
import { type MemoryFiles, onDisk } from "../memories/files.ts";
import { type Cluster } from "./load.ts";

/** Objects that may be touched, and where they are. */
export interface Objects {
  /** `s3://BUCKET` or `s3://BUCKET/PREFIX`. */
  readonly root: string;
  readonly store: ObjectStore;
}

/** Whether a path is the address of an object. */
export function isObject(path: string): boolean {
  return path.startsWith("s3://");
}

/** `--endpoint`. */
export function endpointOption(): Option {
  const what = "the object store of s3:// addresses (default: AWS_ENDPOINT_URL, else Amazon's)";
  return new Option("--endpoint <URL>", what);
}

/** Opens those under an address. */
export function openUnder(
  text: string,
  endpoint: string | undefined,
  { objectAddress, openObjects }: Cluster,
): Objects {
  const root = text.replace(/\/+$/, "");
  objectAddress(`${root}/any`);
  return { root, store: openObjects({ endpoint }) };
}

/**
 * An address under what may be touched.
 * @throws CommandError for one that is not.
 */
export function underRoot(address: string, objects: Objects | null): string {
  const steps = address.split("/");
  const isPlain = !steps.some((step) => step === "." || step === "..");
  if (objects !== null && isPlain && address.startsWith(`${objects.root}/`)) return address;
  throw new CommandError(
    EXIT.usage,
    objects === null
      ? `${address} is an object, and this worker may touch files alone. Start it with --objects ${steps.slice(0, 3).join("/")}.`
      : `${address} is outside of ${objects.root}, which is all that jobs may touch of the store. Put it there, or allow more with --objects.`,
  );
}

/** Files, and objects by their addresses. */
export function filesWith(objects: Objects | null): MemoryFiles {
  const of = (path: string): MemoryFiles => (isObject(path) ? storeUnder(path, objects) : onDisk);
  return {
    has: async (path) => await of(path).has(path),
    read: async (path) => await of(path).read(path),
    write: async (path, bytes) => await of(path).write(path, bytes),
    remove: async (path) => await of(path).remove(path),
  };
}

function storeUnder(path: string, objects: Objects | null): ObjectStore {
  underRoot(path, objects);
  return objects!.store;
}
