// Competitors in the same run: interleaved rounds, medians, and how many times as long as the first each
// takes.

import { durationText as shown } from "../apps/cli/src/explain-engine.ts";
import { timeInRounds, timingOf } from "../apps/cli/src/timing.ts";

export { shown };

/** Something to time; gives the seconds that one unit of work took. */
export type Competitor = () => number | Promise<number>;

/** The medians over some rounds; see {@link timeInRounds}. */
export async function medians(
  competitors: Readonly<Record<string, Competitor>>,
  rounds: number,
): Promise<Record<string, number>> {
  const all = Object.entries(competitors).map(([name, run]) => ({ name, run }));
  const timings = await timeInRounds(all, { rounds });
  return Object.fromEntries([...timings].map(([name, { median }]) => [name, median]));
}

/** Seconds that a call takes. */
export async function seconds(run: () => unknown): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}

/** Seconds that a turn takes at least, with as many jobs as that needs. */
const TURN = 0.1;

/** The median of the seconds that a job takes, of a turn of it. */
export async function secondsOfTurn(run: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let spent = 0; spent < TURN && times.length < 1000; spent += times.at(-1)!) {
    times.push(await seconds(run));
  }
  return timingOf(times).median;
}

/** A whole number in groups of three digits. */
export const grouped = (count: number): string => count.toLocaleString("en").replaceAll(",", " ");

/** Prints medians as a Markdown table, each beside how many times as long it takes as the first. */
export function printTable(title: string, results: Readonly<Record<string, number>>): void {
  const [first] = Object.values(results);
  console.log(`\n${title}\n\n| | median | × |\n|---|---:|---:|`);
  for (const [name, time] of Object.entries(results)) {
    console.log(`| ${name} | ${shown(time)} | ${Number((time / first).toPrecision(3))} |`);
  }
}
