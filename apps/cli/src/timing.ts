// Competitors in the same run: interleaved rounds, medians and spread.

/** Something to time. */
export interface Competitor {
  readonly name: string;
  /** Seconds that one unit of work takes. */
  readonly run: () => number | Promise<number>;
}

/** Times of a competitor, in seconds. */
export interface Timing {
  readonly median: number;
  /** The quartiles. */
  readonly low: number;
  readonly high: number;
  /** How often it ran. */
  readonly rounds: number;
}

/** How rounds are run. */
export interface RoundsOptions {
  readonly rounds: number;
  /** Seconds after which a competitor takes part in no further round; default: never. */
  readonly patience?: number;
}

/**
 * Runs each competitor once in every round, so that all share the weather of the machine. One that
 * has taken longer than `patience` in all stays out of the rounds that are left.
 */
export async function timeInRounds(
  competitors: readonly Competitor[],
  { rounds, patience = Infinity }: RoundsOptions,
): Promise<Map<string, Timing>> {
  const times = new Map(competitors.map(({ name }) => [name, [] as number[]]));
  const spent = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of competitors) {
      const before = spent.get(name);
      if (before !== undefined && before > patience) continue;
      const began = performance.now();
      times.get(name)!.push(await run());
      spent.set(name, (before ?? 0) + (performance.now() - began) / 1000);
    }
  }
  return new Map([...times].map(([name, all]) => [name, timingOf(all)]));
}

/** Median and quartiles of times. */
export function timingOf(times: readonly number[]): Timing {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75), rounds: times.length };
}
