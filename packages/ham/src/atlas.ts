// The door to atlases: the ways between fixed points, where these are born and meet, the minima of bits.

export {
  binaryAtlas,
  type BinaryAtlas,
  type BinaryAtlasOptions,
  type BinaryMinimum,
  EXHAUSTIVE_BITS,
} from "./binary/binary-atlas.ts";
export { atlas, type Atlas, type Barrier, type Pass } from "./fixed-points/atlas.ts";
export {
  type Bifurcation,
  sweep,
  type Sweep,
  type SweepOptions,
} from "./fixed-points/bifurcations.ts";
