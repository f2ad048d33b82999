/** The ends of a confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's interval for a probability of which `hits` of `trials` were seen:
 *
 *     (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)
 *
 * It stays inside [0, 1] and is right also where nothing or everything was a hit.
 * @param z - standard errors to either side; default 1.96, for 95%.
 * @see Wilson, Probable inference, the law of succession, and statistical inference, JASA 22, 1927.
 */
export function wilsonInterval(hits: number, trials: number, z = 1.959963984540054): Interval {
  if (trials === 0) return { low: 0, high: 1 };
  const p = hits / trials;
  const share = (z * z) / trials;
  const middle = p + share / 2;
  const reach = z * Math.sqrt((p * (1 - p)) / trials + share / (4 * trials));
  return {
    low: Math.max(0, (middle - reach) / (1 + share)),
    high: Math.min(1, (middle + reach) / (1 + share)),
  };
}
