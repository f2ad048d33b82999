// The door to what arrays say about a model: sizes, shapes, entries, memory.
//
// Only who loads data needs it; an editor that checks text does without.

export { type DataFit, fitData, layoutOf, takeOf } from "./3-lower/data.ts";
export { asymmetric } from "./2-check/rules/asymmetric.ts";
export { badEntry } from "./2-check/rules/bad-entry.ts";
export type { FoundArray } from "./2-check/rules/file-shape.ts";
export { noFile } from "./2-check/rules/no-file.ts";
export { noSuchPosition } from "./2-check/rules/no-such-position.ts";
export { notAnArray } from "./2-check/rules/not-an-array.ts";
export { notFed } from "./2-check/rules/not-fed.ts";
export { rounded } from "./2-check/rules/rounded.ts";
export { bytesText, type Sized, tooLarge } from "./2-check/rules/too-large.ts";
