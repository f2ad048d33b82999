// Memories that patterns stream into, of every rule behind one face: store, forget, merge, save.

import type { HeldSources, Signal, SourceRows } from "@hamlet/core";
import type { DistributedMemory } from "@hamlet/drdam";
import type { CorrelationMemory, makeCorrelations } from "@hamlet/kohonen";
import { readCallersFile } from "@hamlet/model/disk";
import { CommandError, EXIT } from "../exit.ts";
import { memoryKindOf } from "./kind.ts";
import type { FeatureChoice } from "../store/feature-options.ts";

/** The rules whose sums merge exactly in any order. */
export const MEMORY_RULES = ["drdam", "linear", "hebb"] as const;
/** One of them. */
export type MemoryRule = (typeof MEMORY_RULES)[number];

/** Rows of a source, one after the other, with their values where the rule has any. */
export interface Piece {
  readonly rows: Float64Array;
  readonly values: Float64Array | null;
  /** Undefined for patterns of no known source. */
  readonly source?: SourceRows | undefined;
}

/** A memory of any rule. */
export interface PatternMemory {
  readonly rule: MemoryRule;
  /** What has to be equal in memories that merge, by the words of the command line. */
  readonly made: Readonly<Record<string, string | number>>;
  /** Numbers of a pattern. */
  readonly width: number;
  /** Numbers of a value; null where there are none. */
  readonly values: number | null;
  readonly count: number;
  readonly held: HeldSources;
  /** Rows that are stored, or taken away; fewer than were given where the signal said stop. */
  add(piece: Piece, sign: 1 | -1, signal: Signal): Promise<number>;
  merge(other: PatternMemory): void;
  /** An empty one that is made alike. */
  fresh(): PatternMemory;
  save(): Uint8Array;
  /** The memory itself. */
  readonly own: OwnMemory;
}

/** The memory of its package. */
export type OwnMemory =
  | { readonly kind: "features"; readonly memory: DistributedMemory }
  | { readonly kind: "correlations"; readonly memory: CorrelationMemory };

/** What an empty memory is made of. */
export interface RuleFlags extends FeatureChoice {
  readonly rule?: MemoryRule;
}

/** An empty memory of a rule. */
export async function emptyMemoryOf(
  flags: RuleFlags,
  { width, values }: { readonly width: number; readonly values: number | null },
): Promise<PatternMemory> {
  const { rule } = flags;
  if (rule === undefined) {
    throw new CommandError(
      EXIT.usage,
      `Say with --rule how patterns are stored: ${MEMORY_RULES.join(", ")}; or with --into FILE which memory they are added to.`,
    );
  }
  if (values !== null && rule !== "linear") {
    throw new CommandError(EXIT.usage, `--values is of --rule linear, not of ${rule}.`);
  }
  if (rule === "drdam") {
    const { emptyMemory } = await import("../store/empty-memory.ts");
    return ofFeatures(emptyMemory(flags, width));
  }
  const { makeCorrelations } = await import("@hamlet/kohonen");
  return ofCorrelations(makeCorrelations({ rule, d: width, m: values }), makeCorrelations);
}

/**
 * Reads a memory that was stored.
 * @throws CommandError for another file; HamError as the package of the memory does.
 */
export async function readMemoryFile(path: string): Promise<PatternMemory> {
  const bytes = await readCallersFile(path);
  return await memoryOf(bytes, path);
}

/** The same of bytes. */
export async function memoryOf(bytes: Uint8Array, path: string): Promise<PatternMemory> {
  switch (memoryKindOf(bytes, path)) {
    case "features": {
      const { loadMemory } = await import("@hamlet/drdam");
      return ofFeatures(loadMemory(bytes, path));
    }
    case "correlations": {
      const { loadCorrelations, makeCorrelations } = await import("@hamlet/kohonen");
      return ofCorrelations(loadCorrelations(bytes, path), makeCorrelations);
    }
    case null:
      throw new CommandError(
        EXIT.usage,
        `${path}: expected a memory that \`ham remember\` or \`ham store --rule drdam\` wrote, found another file.`,
      );
  }
}

/** What differs in two memories: `beta 2 and 3`; empty where they merge. */
export function differences(a: PatternMemory["made"], b: PatternMemory["made"]): string {
  const names =
    a["rule"] === b["rule"] ? [...new Set([...Object.keys(a), ...Object.keys(b)])] : ["rule"];
  return names
    .filter((name) => a[name] !== b[name])
    .map((name) => `${name} ${a[name] ?? "none"} and ${b[name] ?? "none"}`)
    .join(", ");
}

function ofFeatures(memory: DistributedMemory): PatternMemory {
  const { D, Y, beta, key, kind, family, norms } = memory.description;
  return ofOwn(
    { kind: "features", memory },
    {
      rule: "drdam",
      made: { numbers: D, features: Y, beta, key: key.join(" "), kind, family, norms },
      width: D,
      values: null,
      fresh: () => ofFeatures(memory.fresh()),
    },
  );
}

function ofCorrelations(memory: CorrelationMemory, make: typeof makeCorrelations): PatternMemory {
  const { rule, d, m } = memory;
  const made = { numbers: d, ...(m === null ? {} : { values: m }) };
  const fresh = () => ofCorrelations(make({ rule, d, m }), make);
  return ofOwn({ kind: "correlations", memory }, { rule, made, width: d, values: m, fresh });
}

type Made = Pick<PatternMemory, "rule" | "made" | "width" | "values" | "fresh">;

function ofOwn(own: OwnMemory, { rule, made, width, values, fresh }: Made): PatternMemory {
  const { memory } = own;
  return {
    rule,
    made: { rule, ...made },
    width,
    values,
    get count() {
      return memory.count;
    },
    get held() {
      return memory.held;
    },
    async add({ rows, values: more, source }, sign, signal) {
      const options = {
        signal,
        ...(more === null ? {} : { values: more }),
        ...(source === undefined ? {} : { source }),
      };
      const patterns = rule === "hebb" ? signsOf(rows, width) : rows;
      return (await memory[sign === 1 ? "store" : "forget"](patterns, options)).done;
    },
    merge({ own: other }) {
      if (own.kind === "features" && other.kind === "features") own.memory.merge(other.memory);
      else if (own.kind === "correlations" && other.kind === "correlations") {
        own.memory.merge(other.memory);
      } else throw new TypeError("Memories of different rules do not merge.");
    },
    fresh,
    save: () => memory.save(),
    own,
  };
}

/** Bits as signs, row by row: one of ones alone is the same in both. */
function signsOf(rows: Float64Array, width: number): Float64Array {
  const signs = rows.slice();
  for (let at = 0; at < rows.length; at += width) {
    const row = signs.subarray(at, at + width);
    if (!row.includes(0) || row.includes(-1)) continue;
    row.forEach((bit, i) => (row[i] = 2 * bit - 1));
  }
  return signs;
}
