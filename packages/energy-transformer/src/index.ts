export { type Block, energyTransformerGraph } from "./block.ts";
export { type BlockConfig, type ImageConfig, IMAGENET_IMAGES, PRESETS } from "./config.ts";
export {
  type DescendOptions,
  type EnergyTransformer,
  type EnergyTransformerOptions,
  makeEnergyTransformer,
} from "./energy-transformer.ts";
export {
  type ImageTransformer,
  type Inpainted,
  makeImageTransformer,
} from "./image-transformer.ts";
export { drawMask, type MaskOptions } from "./masks.ts";
export { memoryOf, softMemory } from "./memories.ts";
export { denormalise, IMAGENET, normalise, type PixelStatistics } from "./normalise.ts";
export { fromPatches, toPatches } from "./patches.ts";
export {
  drawImageWeights,
  type ImageModelConfig,
  type ImageWeights,
  readImageWeights,
  type ReadWeightsOptions,
} from "./published.ts";
