// The sizes of an energy transformer, and the two that are used most.

import { HamError } from "@hamlet/graph";
import type { HypersynapseSetting } from "@hamlet/ham";

/** An energy transformer block. */
export interface BlockConfig {
  /** Width D of a token. */
  readonly width: number;
  /** Number H of attention heads. */
  readonly heads: number;
  /** Width Y of queries and keys. */
  readonly headWidth: number;
  /** Number M of memories. */
  readonly memories: number;
  /** Inverse temperature β of the attention; default 1/√Y. */
  readonly beta?: number;
  /** Whether a token attends to itself; default false. */
  readonly selfAttention?: boolean;
  /**
   * The energy of the memories, a hypersynapse with the params `xi: [K, A]`; default
   * `−½ Σ relu(ξ·g)²`. See `memoryOf` and `softMemory`.
   */
  readonly memory?: HypersynapseSetting;
  /** Under the square root of the layer norm; default 1e-5. */
  readonly eps?: number;
}

/** Pictures and their patches. */
export interface ImageConfig {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Height and width of a patch. */
  readonly patch: number;
}

/** Blocks of known sizes. */
export const PRESETS = {
  /** The example of the tutorial, small enough to look at every number. */
  small: { width: 12, heads: 2, headWidth: 6, memories: 24 },
  /** The published model of images: its attention includes the token itself. */
  base: { width: 768, heads: 12, headWidth: 64, memories: 3072, selfAttention: true },
} as const satisfies Readonly<Record<string, BlockConfig>>;

/** The pictures of the published model: 224 × 224 in colour, 196 patches. */
export const IMAGENET_IMAGES: ImageConfig = { height: 224, width: 224, channels: 3, patch: 16 };

/** The number of patches of a picture, and of entries in each. */
export function patchCounts({ height, width, channels, patch }: ImageConfig): {
  readonly patches: number;
  readonly entries: number;
} {
  const sizes = { height, width, channels, patch };
  const wrong = Object.entries(sizes).find(([, n]) => !Number.isSafeInteger(n) || n < 1);
  if (wrong !== undefined || height % patch !== 0 || width % patch !== 0) {
    throw new HamError(
      "energy-transformer/bad-image-size",
      `Expected whole numbers from 1 up, and a height and width that patches of ${patch} × ${patch} fill exactly; found ${height} × ${width} with ${channels} channels. Choose another patch, or crop the pictures.`,
      sizes,
    );
  }
  return { patches: (height / patch) * (width / patch), entries: channels * patch ** 2 };
}
