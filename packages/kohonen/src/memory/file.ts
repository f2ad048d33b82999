// A correlation memory on disk: a safetensors file with the parts of its sums.

import {
  type ArrayData,
  inspectArrayFile,
  openArrayFile,
  parseStored,
  printStored,
  type StoredSums,
  writeSafetensors,
} from "@hamlet/core";
import { WideSums } from "@hamlet/core/numbers";
import { HamError } from "@hamlet/graph";
import { sumsOf } from "./sizes.ts";

/** What such a memory consists of. */
export interface StoredCorrelations extends StoredSums<WideSums> {
  readonly rule: "linear" | "hebb";
  readonly d: number;
  readonly m: number | null;
}

const VERSION = "1";

/** The bytes of a file; parts of the sums that are 0 throughout are not in it. */
export function writeCorrelations(memory: StoredCorrelations): Uint8Array {
  const { rule, d, m, sums } = memory;
  const arrays = new Map<string, ArrayData>();
  for (const [p, data] of sums.parts.entries()) {
    if (data === null || data.every((sum) => sum === 0)) continue;
    arrays.set(`part${p}`, { shape: [data.length], dtype: "float64", data });
  }
  return writeSafetensors(arrays, {
    metadata: {
      correlations: VERSION,
      rule,
      d: String(d),
      ...(m === null ? {} : { m: String(m) }),
      ...printStored(memory),
    },
  });
}

/**
 * Reads such a file.
 * @throws HamError `core/bad-safetensors`, `core/bad-held`, `kohonen/bad-file`.
 */
export function readCorrelations(file: Uint8Array, source: string): StoredCorrelations {
  const { arrays, metadata } = inspectArrayFile(source, file);
  const { correlations: version, rule } = metadata;
  if (version !== VERSION) {
    const found = version === undefined ? "a file without one" : `version ${version}`;
    throw badFile(source, `a correlation memory of version ${VERSION}`, found);
  }
  const d = Number(metadata["d"]);
  const m = metadata["m"] === undefined ? null : Number(metadata["m"]);
  const stored = parseStored(metadata, source);
  if (
    (rule !== "linear" && rule !== "hebb") ||
    ![d, m ?? 1, stored.count, stored.reach].every(Number.isSafeInteger)
  ) {
    throw badFile(source, "a rule, sizes and a count of patterns", JSON.stringify(metadata));
  }
  const length = sumsOf(d, m);
  const parts = [0, 1, 2, 3].map((p) => {
    const header = arrays.find(({ key }) => key === `part${p}`);
    if (header === undefined) return null;
    if (header.dtype !== "float64" || header.shape.join() !== String(length)) {
      const found = `${header.dtype} [${header.shape.join(", ")}]`;
      throw badFile(source, `"part${p}" of ${length} float64 numbers`, found);
    }
    // A copy: what is stored next must not reach the bytes.
    return (openArrayFile(source, file, `part${p}`).read().data as Float64Array).slice();
  });
  return { rule, d, m, sums: new WideSums(length, parts), ...stored };
}

function badFile(source: string, expected: string, found: string): HamError {
  return new HamError(
    "kohonen/bad-file",
    `${source}: expected ${expected}, found ${found}. Name a file that a memory was saved to.`,
    { source, expected, found },
  );
}
