/*
 * Which rows of which sources a memory holds: what makes merging safe to repeat. A source is known by
 * the hash of its content, its rows by intervals, so that this stays small for any number of patterns.
 */
import { HamError } from "@hamlet/graph";

/** Rows from one up to, and without, another. */
export type RowInterval = readonly [from: number, to: number];

/** Rows of one source. */
export interface HeldRows {
  /** What the source holds, such as `sha256:…#key`; equal ids are equal sources. */
  readonly id: string;
  /** What it was called; for people. */
  readonly name: string;
  /** In ascending order, without gaps of no width. */
  readonly rows: readonly RowInterval[];
}

/** Rows of several sources, in the order of their ids. Plain data. */
export type HeldSources = readonly HeldRows[];

/** Where patterns come from that are stored: rows of a source, from one on. */
export interface SourceRows extends Pick<HeldRows, "id" | "name"> {
  readonly from: number;
}

/** So many rows of a source. */
export function heldRows({ id, name, from }: SourceRows, count: number): HeldSources {
  return count === 0 ? [] : [{ id, name, rows: [[from, from + count]] }];
}

/** The rows of either. */
export function uniteHeld(a: HeldSources, b: HeldSources): HeldSources {
  return combine(a, b, (inA, inB) => inA || inB);
}

/** The rows of both. */
export function commonHeld(a: HeldSources, b: HeldSources): HeldSources {
  return combine(a, b, (inA, inB) => inA && inB);
}

/** The rows of `a` that are not in `b`. */
export function withoutHeld(a: HeldSources, b: HeldSources): HeldSources {
  return combine(a, b, (inA, inB) => inA && !inB);
}

/** How many rows there are. */
export function countHeld(held: HeldSources): number {
  return held.reduce(
    (total, { rows }) => rows.reduce((sum, [from, to]) => sum + to - from, total),
    0,
  );
}

/**
 * Stops before rows are counted twice.
 * @param what - what was asked for: "merge".
 * @throws HamError `core/stored-twice`.
 */
export function assertNewRows(what: string, held: HeldSources, more: HeldSources): void {
  const twice = commonHeld(held, more);
  if (twice.length === 0) return;
  throw new HamError(
    "core/stored-twice",
    `${what}: ${describeHeld(twice)} are in this memory already, and would count twice. Leave them out.`,
    { twice },
  );
}

/**
 * Stops before patterns are taken away that were not stored: rows of a source by their ids, a number
 * of patterns of no known source as far as it tells.
 * @throws HamError `core/not-stored`.
 */
export function assertHeldRows(
  what: string,
  { held, count }: { readonly held: HeldSources; readonly count: number },
  asked: HeldSources | number,
): void {
  if (typeof asked !== "number") {
    const missing = withoutHeld(asked, held);
    if (missing.length === 0) return;
    throw new HamError(
      "core/not-stored",
      `${what}: ${describeHeld(missing)} are not in this memory, so they cannot be taken away. Forget what was stored.`,
      { missing },
    );
  }
  const others = count - countHeld(held);
  if (held.length === 0 || asked <= others) return;
  throw new HamError(
    "core/not-stored",
    `${what}: ${others} of the ${count} patterns of this memory are of no known source, found ${asked} to take away. Say which rows of which source they are.`,
    { others, asked },
  );
}

/** For a message: `a.npy rows 0 to 99, 200 to 299`, of at most three intervals. */
export function describeHeld(held: HeldSources): string {
  const parts = held.flatMap(({ name, rows }) =>
    rows.map(([from, to]) => `${name} rows ${from} to ${to - 1}`),
  );
  const more = parts.length > 3 ? ` and ${parts.length - 3} more intervals` : "";
  return `${parts.slice(0, 3).join(", ")}${more}`;
}

/** One line of JSON, the same for the same rows. */
export function printHeld(held: HeldSources): string {
  return JSON.stringify(held.map(({ id, name, rows }) => ({ id, name, rows })));
}

/**
 * Reads what {@link printHeld} wrote; nothing stands for no rows.
 * @throws HamError `core/bad-held` for anything else.
 */
export function parseHeld(text: string | undefined, source: string): HeldSources {
  if (text === undefined) return [];
  let held: unknown;
  try {
    held = JSON.parse(text);
  } catch {
    held = null;
  }
  if (isHeld(held)) return uniteHeld(held, []);
  throw new HamError(
    "core/bad-held",
    `${source}: expected the rows that it holds, found ${JSON.stringify(text.slice(0, 60))}. Store them again, or copy the file again if it was cut short.`,
    { source },
  );
}

function isHeld(value: unknown): value is HeldSources {
  if (!Array.isArray(value)) return false;
  return value.every((one: unknown) => {
    const { id, name, rows } = (one ?? {}) as Partial<Record<keyof HeldRows, unknown>>;
    return (
      typeof id === "string" &&
      typeof name === "string" &&
      Array.isArray(rows) &&
      areIntervals(rows)
    );
  });
}

/** Each behind the one before. */
function areIntervals(rows: readonly unknown[]): boolean {
  let reached = 0;
  return rows.every((row: unknown) => {
    if (!Array.isArray(row) || row.length !== 2 || !row.every(Number.isSafeInteger)) return false;
    const [from, to] = row as [number, number];
    const follows = from >= reached && to > from;
    reached = to;
    return follows;
  });
}

type Keep = (inA: boolean, inB: boolean) => boolean;

function combine(a: HeldSources, b: HeldSources, keep: Keep): HeldSources {
  const sources = new Map<string, { name: string; a: RowInterval[]; b: RowInterval[] }>();
  for (const [side, held] of [
    ["a", a],
    ["b", b],
  ] as const) {
    for (const { id, name, rows } of held) {
      const known = sources.get(id);
      const source = known ?? { name, a: [], b: [] };
      // One source may have had two names: the choice must not depend on which came first.
      if (name < source.name) source.name = name;
      source[side].push(...rows);
      sources.set(id, source);
    }
  }
  return [...sources]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([id, source]) => ({ id, name: source.name, rows: sweep(source.a, source.b, keep) }))
    .filter(({ rows }) => rows.length > 0);
}

/** Goes over all ends of intervals in ascending order, and joins what is kept. */
function sweep(a: readonly RowInterval[], b: readonly RowInterval[], keep: Keep): RowInterval[] {
  const ends = [...new Set([...a, ...b].flat())].sort((x, y) => x - y);
  const kept: [number, number][] = [];
  const [inA, inB] = [walker(a), walker(b)];
  for (let i = 0; i + 1 < ends.length; i++) {
    const [from, to] = [ends[i], ends[i + 1]];
    if (!keep(inA(from), inB(from))) continue;
    const last = kept.at(-1);
    if (last?.[1] === from) last[1] = to;
    else kept.push([from, to]);
  }
  return kept;
}

/** Whether places in ascending order are inside of intervals in ascending order. */
function walker(rows: readonly RowInterval[]): (place: number) => boolean {
  let at = 0;
  return (place) => {
    while (at < rows.length && rows[at][1] <= place) at++;
    return at < rows.length && rows[at][0] <= place;
  };
}
