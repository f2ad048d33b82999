// The native TensorFlow library in Node: two packages, one for the processor and one for CUDA.
//
// Both call `util.isNullOrUndefined`, which Node 23 removed; the repair was never released
// (tensorflow/tfjs#8425, #8609), so it is put back before they load.

import util from "node:util";
import type { Backend } from "./backend.ts";
import { importOptional } from "./optional.ts";

/** A backend that is one of TensorFlow's native packages. */
export function nativeBackend(
  description: Pick<Backend, "name" | "summary" | "install" | "needs"> & {
    readonly package: string;
  },
): Backend {
  return {
    name: description.name,
    summary: description.summary,
    packages: [description.package],
    registered: "tensorflow",
    install: description.install,
    needs: description.needs,
    load: async () => {
      const legacy = util as { isNullOrUndefined?: (value: unknown) => boolean };
      legacy.isNullOrUndefined ??= (value) => value == null;
      await importOptional(description.package, description);
    },
  };
}
