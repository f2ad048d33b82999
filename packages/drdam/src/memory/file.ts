// A memory on disk: a safetensors file with the sums and what the features are made of.

import {
  type ArrayEntry,
  type FileBytes,
  inspectArrayFile,
  openArrayFile,
  parseStored,
  printStored,
  type StoredSums,
  writeSafetensors,
} from "@hamlet/core";
import { ExactSums } from "@hamlet/core/numbers";
import { HamError } from "@hamlet/graph";
import {
  describeFeatures,
  type FeatureDescription,
  type FeatureOptions,
  printFeatures,
} from "../features/description.ts";
import { featureScale } from "../features/feature-map.ts";
import { makeFeatures } from "../features/features.ts";

/** What a memory consists of. */
export type StoredMemory = StoredSums<ExactSums>;

const VERSION = "1";

/** The bytes of a file. Rows ω are not in it: their key is. */
export function writeMemory(
  memory: StoredMemory & { readonly description: FeatureDescription },
): Uint8Array {
  const { sums, description } = memory;
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
        ...printStored(memory),
      },
    },
  );
}

/**
 * Reads such a file.
 * @throws HamError `core/bad-safetensors`, `core/bad-held`, `drdam/bad-file`.
 */
export function readMemory(
  file: FileBytes,
  source: string,
): StoredMemory & { readonly description: FeatureDescription } {
  const { arrays, metadata } = inspectArrayFile(source, file);
  if (metadata["drdam"] !== VERSION) {
    const version = metadata["drdam"];
    const found = version === undefined ? "a file without one" : `version ${version}`;
    throw badFile(source, `a memory of version ${VERSION}`, found);
  }
  const description = readDescription(metadata["features"] ?? "", source);
  const length = 2 * description.Y;
  const [high, low] = ["high", "low"].map((name) => {
    const header = arrays.find(({ key }) => key === name);
    if (header?.dtype === "float64" && header.shape.join() === String(length)) {
      // A copy: what is stored next must not reach the bytes.
      return (openArrayFile(source, file, name).read().data as Float64Array).slice();
    }
    throw badFile(
      source,
      `"high" and "low" of ${length} float64 numbers`,
      arrays.map(({ key }) => key).join(", ") || "no arrays",
    );
  });
  const stored = parseStored(metadata, source);
  if (!Number.isSafeInteger(stored.count) || !Number.isFinite(stored.reach)) {
    throw badFile(source, "a count of patterns", JSON.stringify(metadata));
  }
  return { description, sums: new ExactSums(high, low), ...stored };
}

/** What the halves of `T` are called where a model reads them. */
const HALVES = { "sin-cos": ["T_cos", "T_sin"], positive: ["T_plus", "T_minus"] } as const;

/**
 * An array of a memory as a model reads it, `FILE#NAME`: the halves of `T`, `T_cos` and `T_sin` (of
 * positive features `T_plus` and `T_minus`), `[Y]`; the rows `omega`, `[Y, D]`, drawn again when they
 * are read; `beta`; and the sums themselves, `high` and `low`.
 *
 * @throws HamError `core/bad-safetensors`, `drdam/bad-file`, `core/unknown-array`.
 */
export function openMemory(path: string, bytes: FileBytes): ArrayEntry {
  const [file, wanted = ""] = path.split("#", 2);
  if (wanted === "high" || wanted === "low") return openArrayFile(path, bytes);
  const { description, sums } = readMemory(bytes, file);
  const { D, Y, beta, kind } = description;
  const half = (at: number) => (): Float32Array => {
    const scale = featureScale({ description });
    const from = at * Y;
    return Float32Array.from({ length: Y }, (_, y) => {
      return scale * (sums.high[from + y] + sums.low[from + y]);
    });
  };
  const arrays: Readonly<Record<string, [shape: number[], data: () => Float32Array]>> = {
    [HALVES[kind][0]]: [[Y], half(0)],
    [HALVES[kind][1]]: [[Y], half(1)],
    omega: [[Y, D], () => makeFeatures(description).projection.matrix()],
    beta: [[], () => Float32Array.of(beta)],
  };
  if (!Object.hasOwn(arrays, wanted)) throw unknownArray(file, wanted, [kind, Object.keys(arrays)]);
  const [shape, data] = arrays[wanted];
  const header = { key: wanted, shape, dtype: "float32" };
  return {
    key: wanted,
    header,
    read: () => ({ shape: [...shape], dtype: "float32", data: data() }),
  };
}

function unknownArray(
  file: string,
  wanted: string,
  [kind, keys]: readonly [FeatureDescription["kind"], readonly string[]],
): HamError {
  const other = kind === "positive" ? "sin-cos" : "positive";
  if (!HALVES[other].some((name) => name === wanted)) {
    return new HamError(
      "core/unknown-array",
      `${file}: expected an array named "${wanted}", found a memory, which has ${keys.join(", ")}. Write one of them after "#".`,
      { file, wanted, keys },
    );
  }
  return new HamError(
    "core/unknown-array",
    `\`${file}\` is a memory of ${kind} features, not of ${other} ones. Write \`features = ${kind.replace("-", "_")}\`.`,
    { file, wanted },
  );
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
