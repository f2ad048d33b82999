// Competitors in the same run: interleaved rounds, medians, and how often the first is faster.

/** Something to time; gives the seconds that one unit of work took. */
export type Competitor = () => number | Promise<number>;

/** The medians over some rounds. In every round each competitor runs once, so that all share the weather. */
export async function medians(
  competitors: Readonly<Record<string, Competitor>>,
  rounds: number,
): Promise<Record<string, number>> {
  const times = Object.fromEntries(Object.keys(competitors).map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(competitors)) times[name].push(await run());
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Seconds that a call takes. */
export async function seconds(run: () => unknown): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}

/** A duration with three digits and a fitting unit. */
export function shown(duration: number): string {
  const [factor, unit] =
    duration >= 1
      ? [1, "s"]
      : duration >= 1e-3
        ? [1e3, "ms"]
        : duration >= 1e-6
          ? [1e6, "µs"]
          : [1e9, "ns"];
  return `${Number((duration * factor).toPrecision(3))} ${unit}`;
}

/** Prints medians as a Markdown table, each beside how many times as long it takes as the first. */
export function printTable(title: string, results: Readonly<Record<string, number>>): void {
  const [first] = Object.values(results);
  console.log(`\n${title}\n\n| | median | × |\n|---|---:|---:|`);
  for (const [name, time] of Object.entries(results)) {
    console.log(`| ${name} | ${shown(time)} | ${Number((time / first).toPrecision(3))} |`);
  }
}
