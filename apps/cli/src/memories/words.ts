// What the commands of memories say alike.

import { Option } from "commander";
import { describeMemory } from "../store/random-features.ts";
import type { PatternMemory } from "./memory.ts";

/** What `--out` names. */
export const MEMORY_FILE = { what: "a memory", endings: [".safetensors"] };

/** What becomes of rows that a memory holds already. */
export type Twice = "refuse" | "once";

/** `--twice`. */
export function twiceOption(what: string): Option {
  return new Option("--twice <HOW>", `${what}: refuse, or count once`)
    .choices(["refuse", "once"])
    .default("refuse");
}

/** What a memory holds now, and what to do with it. */
export function summaryOf(memory: PatternMemory, file: string): string {
  const { rule, width, count, values, own } = memory;
  if (own.kind === "features") return `${file} holds ${describeMemory(own.memory, file)}`;
  const of = values === null ? "" : ` with values of ${values}`;
  const name = rule === "hebb" ? "hopfield(v)" : "dense(v, k)";
  return (
    `${file} holds ${count} patterns of ${width} numbers${of}, by ${rule}.\n\n` +
    `For a model, once all parts are merged:\n\n  ham memory ${file} --weights W.npy\n  connect stored: ${name} from "W.npy"\n`
  );
}
