// What the commands of memories say alike.

import type { DistributedMemory } from "@hamlet/drdam";
import { Option } from "commander";
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

/** `5 numbers with values of 3`. */
export function describeSizes({ width, values }: Pick<PatternMemory, "width" | "values">): string {
  return `${width} numbers${values === null ? "" : ` with values of ${values}`}`;
}

/** What a memory of random features holds, and how a model names it. */
export function describeMemory({ count, description }: DistributedMemory, file: string): string {
  const { D, Y, beta, kind, family } = description;
  const word = kind === "sin-cos" ? "" : `, features = ${kind}`;
  return (
    `${count} patterns of ${D} numbers in ${Y} ${kind} features of ${family} rows, beta = ${beta}.\n\n` +
    `In a model, whose layer has ${D} numbers:\n\n  connect memory: drdam(v${word}) from "${file}"\n`
  );
}

/** What a memory holds now, and what to do with it. */
export function summaryOf(memory: PatternMemory, file: string): string {
  const { rule, count, own } = memory;
  if (own.kind === "features") return `${file} holds ${describeMemory(own.memory, file)}`;
  const name = rule === "hebb" ? "hopfield(v)" : "dense(v, k)";
  return (
    `${file} holds ${count} patterns of ${describeSizes(memory)}, by ${rule}.\n\n` +
    `For a model, once all parts are merged:\n\n  ham memory ${file} --weights W.npy\n  connect stored: ${name} from "W.npy"\n`
  );
}
