/** The distributions that `~` knows, with their arguments. */
export const DISTRIBUTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ["normal", ["mean", "deviation"]],
  ["uniform", ["min", "max"]],
  ["bernoulli", ["p"]],
]);

/** The distributions of a feed: those of `~`, and entries of which some are flipped. */
export const FEED_DISTRIBUTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ...DISTRIBUTIONS,
  ["flip", ["x", "p"]],
]);
