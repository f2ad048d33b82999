/** The ends of a confidence interval. */
export interface ConfidenceInterval {
  readonly low: number;
  readonly high: number;
}

/** Standard errors to either side of a 95% interval of a normal distribution. */
const Z95 = 1.959963984540054;

/**
 * Wilson's interval for a probability of which `hits` of `trials` were seen:
 *
 *     (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)
 *
 * It stays inside [0, 1] and is right also where nothing or everything was a hit. The trials have
 * to be independent; where several share something, see {@link clusterInterval}.
 * @param trials - a positive number; a fraction where trials count less than a whole one.
 * @param z - standard errors to either side; default 1.96, for 95%.
 * @see Wilson, Probable inference, the law of succession, and statistical inference, JASA 22, 1927.
 */
export function wilsonInterval(hits: number, trials: number, z = Z95): ConfidenceInterval {
  if (trials === 0) return { low: 0, high: 1 };
  const p = hits / trials;
  const share = (z * z) / trials;
  const middle = p + share / 2;
  const reach = z * Math.sqrt((p * (1 - p)) / trials + share / (4 * trials));
  return {
    // Exactly, where rounding would leave a little.
    low: hits === 0 ? 0 : Math.max(0, (middle - reach) / (1 + share)),
    high: hits === trials ? 1 : Math.min(1, (middle + reach) / (1 + share)),
  };
}

/** The trials that share something, such as the units of one pattern. */
export interface Cluster {
  readonly hits: number;
  readonly trials: number;
}

/**
 * A 95% interval for a probability whose trials come in independent clusters: Wilson's, of as many
 * trials as the clusters are worth.
 *
 * With `d_c = h_c − p n_c` for the C clusters, the variance of the share p is
 * `C/(C − 1) Σ d_c² / n²`, and its ratio to `p(1 − p)/n` is the design effect: so many trials are
 * worth one. It is never taken below 1, and `z` is Student's for C − 1 degrees of freedom. Where
 * nothing or everything was a hit, or there is one cluster, it cannot be seen, and a whole cluster
 * counts as one trial.
 * @see Kish, Survey sampling, 1965; Korn and Graubard, Confidence intervals for proportions with
 * small expected number of positive counts estimated from survey data, Survey Methodology 24, 1998.
 */
export function clusterInterval(clusters: readonly Cluster[]): ConfidenceInterval {
  const hits = clusters.reduce((sum, cluster) => sum + cluster.hits, 0);
  const trials = clusters.reduce((sum, cluster) => sum + cluster.trials, 0);
  const count = clusters.length;
  const p = hits / trials;
  if (count < 2 || hits === 0 || hits === trials) return wilsonInterval(p * count, count);
  const spread = clusters.reduce((sum, { hits: h, trials: n }) => sum + (h - p * n) ** 2, 0);
  const effect = ((count / (count - 1)) * spread) / (trials * p * (1 - p));
  const worth = trials / Math.max(1, effect);
  return wilsonInterval(p * worth, worth, studentQuantile(count - 1));
}

/** Where the upper tail of Student's distribution is 2.5%, to 3e-3 (Fisher's series in 1/ν). */
function studentQuantile(freedom: number): number {
  if (freedom === 1) return Math.tan(0.475 * Math.PI);
  if (freedom === 2) return 0.95 / Math.sqrt((1 - 0.95 ** 2) / 2);
  const z = Z95;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, k) => sum + term / freedom ** (k + 1), z);
}
