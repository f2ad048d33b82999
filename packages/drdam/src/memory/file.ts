// A memory on disk: a safetensors file with the sums and what the features are made of.

import { readSafetensors, writeSafetensors } from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import {
  describeFeatures,
  type FeatureDescription,
  type FeatureOptions,
  printFeatures,
} from "../features/description.ts";
import { ExactSums } from "@hamlet/core/numbers";

/** What a memory consists of. */
export interface StoredMemory {
  readonly sums: ExactSums;
  count: number;
  /** What the sums can have reached at most. */
  reach: number;
}

const VERSION = "1";

/** The bytes of a file. Rows ω are not in it: their key is. */
export function writeMemory(
  memory: StoredMemory & { readonly description: FeatureDescription },
): Uint8Array {
  const { sums, count, reach, description } = memory;
  const array = (data: Float64Array) => ({ shape: [data.length], dtype: "float64", data });
  return writeSafetensors(
    new Map([
      ["high", array(sums.high)],
      ["low", array(sums.low)],
    ]),
    {
      metadata: {
        drdam: VERSION,
        features: printFeatures(description),
        count: String(count),
        reach: String(reach),
      },
    },
  );
}

/**
 * Reads such a file.
 * @throws HamError `core/bad-safetensors`, `drdam/bad-file`.
 */
export function readMemory(
  bytes: Uint8Array,
  source: string,
): StoredMemory & { readonly description: FeatureDescription } {
  const { arrays, metadata } = readSafetensors(bytes, source);
  if (metadata["drdam"] !== VERSION) {
    const version = metadata["drdam"];
    const found = version === undefined ? "a file without one" : `version ${version}`;
    throw badFile(source, `a memory of version ${VERSION}`, found);
  }
  const description = readDescription(metadata["features"] ?? "", source);
  const [high, low] = ["high", "low"].map((name) => arrays.get(name)?.data);
  const length = 2 * description.Y;
  const isSums = (data: unknown): data is Float64Array =>
    data instanceof Float64Array && data.length === length;
  if (!isSums(high) || !isSums(low)) {
    throw badFile(
      source,
      `"high" and "low" of ${length} float64 numbers`,
      [...arrays.keys()].join(", ") || "no arrays",
    );
  }
  const [count, reach] = [Number(metadata["count"]), Number(metadata["reach"])];
  if (!Number.isSafeInteger(count) || !Number.isFinite(reach)) {
    throw badFile(source, "a count of patterns", JSON.stringify(metadata));
  }
  return { description, sums: new ExactSums(high, low), count, reach };
}

function readDescription(text: string, source: string): FeatureDescription {
  let options: unknown;
  try {
    options = JSON.parse(text);
  } catch {
    throw badFile(source, "a description of its features", JSON.stringify(text.slice(0, 60)));
  }
  return describeFeatures(options as FeatureOptions);
}

function badFile(source: string, expected: string, found: string): HamError {
  return new HamError(
    "drdam/bad-file",
    `${source}: expected ${expected}, found ${found}. Name a file that a memory was saved to.`,
    { source, expected, found },
  );
}
