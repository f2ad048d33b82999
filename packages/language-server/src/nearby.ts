import { inspectArrayFile } from "@hamlet/core/files";
import { HamError } from "@hamlet/graph";
import { isMissing } from "@hamlet/model/check";
import type { Nearby } from "./completion.ts";
import type { Project } from "./project.ts";

/** What lies around a file, for proposals inside a text. */
export function nearby(project: Project, uri: string, folders: readonly string[]): Nearby {
  return {
    async keysOf(path) {
      const file = await project.bytes(uri, path);
      if (isMissing(file)) return [];
      try {
        return inspectArrayFile(path, file).arrays.flatMap(({ key }) => key ?? []);
      } catch (error) {
        if (HamError.isInstance(error)) return [];
        throw error;
      } finally {
        if (!(file instanceof Uint8Array)) await file.close();
      }
    },
    async models() {
      const folder = uri.slice(0, uri.lastIndexOf("/") + 1);
      const all = await project.all(folders);
      return all
        .filter((other) => other.startsWith(folder) && other !== uri)
        .map((other) => `./${decodeURIComponent(other.slice(folder.length))}`);
    },
  };
}
