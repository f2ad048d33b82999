export { bits } from "./random/bits.ts";
export { foldIn, key, split, type Key } from "./random/key.ts";
export { type Size } from "./random/size.ts";
export { threefry2x32 } from "./random/threefry.ts";
