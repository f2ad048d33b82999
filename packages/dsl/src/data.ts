// The door to what arrays say about a model: sizes, shapes, entries, memory.
//
// Only who loads data needs it; an editor that checks text does without.

export { type DataFit, fitData, layoutOf, takeOf } from "./2-lower/data.ts";
export { asymmetric } from "./rules/asymmetric.ts";
export { badEntry } from "./rules/bad-entry.ts";
export type { FoundArray } from "./rules/file-shape.ts";
export { noFile } from "./rules/no-file.ts";
export { noSuchActivation } from "./rules/no-such-activation.ts";
export { noSuchPosition } from "./rules/no-such-position.ts";
export { notAnArray } from "./rules/not-an-array.ts";
export { notFed } from "./rules/not-fed.ts";
export { rounded } from "./rules/rounded.ts";
export { bytesText, type Sized, tooLarge } from "./rules/too-large.ts";
