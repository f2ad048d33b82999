/** Distributions of independent entries, with their arguments: those that a layer may start from. */
export const INDEPENDENT: ReadonlyMap<string, readonly string[]> = new Map([
  ["normal", ["mean", "deviation"]],
  ["uniform", ["min", "max"]],
  ["bernoulli", ["p"]],
]);

/** All that a const or param is drawn from. The rows of features know of each other. */
export const DISTRIBUTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ...INDEPENDENT,
  ["orthogonal_features", []],
  ["structured_features", []],
]);

/** The distributions of a feed: of independent entries, and of entries of which some are flipped. */
export const FEED_DISTRIBUTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ...INDEPENDENT,
  ["flip", ["x", "p"]],
]);
