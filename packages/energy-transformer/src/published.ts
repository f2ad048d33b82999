// Weights under the names and in the layouts of the published model.

import {
  type ArrayData,
  inspectArrayFile,
  type Key,
  foldIn,
  normal,
  readArrayFile,
} from "@hamlet/core";
import { HamError } from "@hamlet/graph";
import { type BlockConfig, type ImageConfig, patchCounts } from "./config.ts";

/**
 * Every array of the published checkpoints with its axes: H heads, Y their width, D the width of a
 * token, M memories, P entries of a patch, T tokens.
 */
const LAYOUT = {
  Wk: ["H", "Y", "D"],
  Wq: ["H", "Y", "D"],
  Xi: ["D", "M"],
  Wenc: ["P", "D"],
  Benc: ["D"],
  Wdec: ["D", "P"],
  Bdec: ["P"],
  LNORM_gamma: [],
  LNORM_bias: ["D"],
  CLS_token: ["D"],
  MASK_token: ["D"],
  POS_embed: ["T", "D"],
} as const satisfies Readonly<Record<string, readonly Axis[]>>;

type Axis = "H" | "Y" | "D" | "M" | "P" | "T";
type WeightName = keyof typeof LAYOUT;

/** The weights of an image model, by their published names and in their published layouts. */
export type ImageWeights = ReadonlyMap<string, ArrayData>;

/** An image model: its block, its pictures, and whether a CLS token goes before the patches. */
export interface ImageModelConfig {
  readonly block: BlockConfig;
  readonly image: ImageConfig;
  /** Default true. Without it there is no `CLS_token`, and one row less in `POS_embed`. */
  readonly cls?: boolean;
}

/** How weights are read. */
export interface ReadWeightsOptions {
  /** The pictures that the model is for; their number of patches must be that of `POS_embed`. */
  readonly image: ImageConfig;
  readonly cls?: boolean;
  /** What the file does not say of the block; default: `selfAttention`, as the published model. */
  readonly block?: Pick<BlockConfig, "beta" | "selfAttention" | "memory" | "eps">;
}

/** The names that a model has. */
export function weightNames(cls = true): WeightName[] {
  return (Object.keys(LAYOUT) as WeightName[]).filter((name) => cls || name !== "CLS_token");
}

/**
 * Reads the weights of an image model from the bytes of an npz or safetensors file.
 *
 * @param file - its name, for errors.
 * @throws HamError `energy-transformer/bad-weights`, whose message names every array that is missing
 * or has another shape; `core/…` for a malformed file.
 * @example
 * const { config, weights } = readImageWeights("checkpoint.npz", bytes, { image: IMAGENET_IMAGES });
 * using model = makeImageTransformer(config, weights);
 */
export function readImageWeights(
  file: string,
  bytes: Uint8Array,
  { image, cls = true, block = { selfAttention: true } }: ReadWeightsOptions,
): { readonly config: ImageModelConfig; readonly weights: ImageWeights } {
  const { arrays } = inspectArrayFile(file, bytes);
  const found = new Map(arrays.map(({ key = "", shape }) => [key, shape]));
  const sizes = assertFits(file, found, { image, cls });
  const config: ImageModelConfig = {
    block: { ...block, width: sizes.D, heads: sizes.H, headWidth: sizes.Y, memories: sizes.M },
    image,
    cls,
  };
  const read = weightNames(cls).map((name) => [name, readArrayFile(file, bytes, name)] as const);
  return { config, weights: new Map(read) };
}

/**
 * Checks the shapes of all weights, and returns the sizes that they agree on.
 * @throws HamError `energy-transformer/bad-weights`.
 */
export function assertFits(
  file: string,
  found: ReadonlyMap<string, readonly number[]>,
  { image, cls = true }: Pick<ImageModelConfig, "image" | "cls">,
): Readonly<Record<Axis, number>> {
  const { patches, entries } = patchCounts(image);
  const sizes: Partial<Record<Axis, number>> = { P: entries, T: patches + Number(cls) };
  const problems: string[] = [];
  for (const name of weightNames(cls)) {
    const shape = found.get(name);
    const axes: readonly Axis[] = LAYOUT[name];
    if (shape === undefined) {
      problems.push(`${name}: missing, expected ${shownAxes(axes, sizes)}`);
    } else if (fits(name, shape, axes, sizes)) {
      axes.forEach((axis, k) => (sizes[axis] ??= shape[k]));
    } else {
      problems.push(`${name}: expected ${shownAxes(axes, sizes)}, found [${shape.join(", ")}]`);
    }
  }
  if (problems.length === 0) return sizes as Record<Axis, number>;
  throw new HamError(
    "energy-transformer/bad-weights",
    `${file} does not hold the weights of an energy transformer for pictures of ${image.height} × ${image.width} × ${image.channels} in patches of ${image.patch} × ${image.patch}:\n  ${problems.join("\n  ")}\nThe file has: ${[...found.keys()].join(", ") || "no arrays"}. Rename or transpose what differs, or give the sizes of the pictures that the model was trained on.`,
    { problems, keys: [...found.keys()] },
  );
}

function fits(
  name: WeightName,
  shape: readonly number[],
  axes: readonly Axis[],
  sizes: Partial<Record<Axis, number>>,
): boolean {
  // One number may be stored as a list of one.
  if (name === "LNORM_gamma") return shape.every((n) => n === 1);
  return (
    shape.length === axes.length &&
    axes.every((axis, k) => shape[k] > 0 && (sizes[axis] ?? shape[k]) === shape[k])
  );
}

/** `[D = 768, M]` */
function shownAxes(axes: readonly Axis[], sizes: Partial<Record<Axis, number>>): string {
  const shown = axes.map((axis) => (sizes[axis] === undefined ? axis : `${axis} = ${sizes[axis]}`));
  return `[${shown.join(", ")}]`;
}

/** Standard deviations of the weights at first; all others start at 0, and γ at 1. */
const DEVIATIONS: Partial<Record<WeightName, number>> = {
  Wk: 0.002,
  Wq: 0.002,
  Xi: 0.02,
  CLS_token: 0.002,
  MASK_token: 0.002,
  POS_embed: 0.002,
};

/** Weights as the published training starts from: normal numbers, 0, and 1 for γ. */
export function drawImageWeights(
  { block, image, cls = true }: ImageModelConfig,
  key: Key,
): ImageWeights {
  const { patches, entries: P } = patchCounts(image);
  const { width: D, heads: H, headWidth: Y, memories: M } = block;
  const sizes: Record<Axis, number> = { D, H, Y, M, P, T: patches + Number(cls) };
  return new Map(
    weightNames(cls).map((name, stream): [string, ArrayData] => {
      const shape = LAYOUT[name].map((axis: Axis) => sizes[axis]);
      const linear = name === "Wenc" || name === "Wdec" ? 1 / Math.sqrt(shape[0]) : 0;
      const deviation = DEVIATIONS[name] ?? linear;
      const data =
        deviation > 0
          ? normal(foldIn(key, stream), shape).map((x) => deviation * x)
          : new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(Number(name === "LNORM_gamma"));
      return [name, { shape, dtype: "float32", data }];
    }),
  );
}
