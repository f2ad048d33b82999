// The suite on an engine, summed up row by row.

import { KERNELS } from "@hamlet/core";
import { type EngineName, errorOf, exemptionFor, precisionOf } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import type { Case } from "./case.ts";
import { type Choice, chosen, EVERYTHING } from "./choice.ts";
import { type Engine, onSimd, onTensors } from "./engine.ts";
import { exampleCases } from "./examples.ts";
import { expressionCases } from "./expression-cases.ts";
import { modelCases } from "./models.ts";
import { operationCases } from "./operation-cases.ts";
import { type Check, runCase } from "./run-case.ts";

/** How one row of the table fared on one backend. */
export interface RowResult {
  readonly row: string;
  readonly checks: number;
  readonly passed: number;
  /** Kernels that the row's operation needs and the backend lacks. */
  readonly missing: readonly string[];
  /** Excused checks, by reason. */
  readonly exempt: Readonly<Record<string, number>>;
  /** The largest error of the checks that passed. */
  readonly largest: number;
  /** What failed, up to a few. */
  readonly failures: readonly string[];
}

/** Every case, in the order of the table. */
export function allCases(): Case[] {
  return [...operationCases(), ...expressionCases(), ...modelCases(), ...exampleCases()];
}

/** The chosen cases of every row. */
export function chosenCases(choice: Choice): Case[] {
  const all = allCases();
  const taken = new Set(chosen(all, ({ row }) => row, choice));
  return all.filter((one) => taken.has(one) || choice.always?.includes(one.name) === true);
}

/** The rows of the table, in order. */
export function allRows(): string[] {
  return [...new Set(allCases().map(({ row }) => row))];
}

const FAILURES_KEPT = 5;

/** Reading from a graphics card means waiting for it, so cases wait together. */
const AT_ONCE = 100;

class Tally {
  checks = 0;
  passed = 0;
  largest = 0;
  readonly exempt: Record<string, number> = {};
  readonly failures: string[] = [];

  readonly row: string;
  readonly backend: EngineName;

  constructor(row: string, backend: EngineName) {
    this.row = row;
    this.backend = backend;
  }

  add({ inputs, expected, found }: Check, name: string): void {
    const precision = precisionOf(this.row);
    this.checks++;
    let worst = { error: found.length === expected.length ? 0 : Infinity, at: 0 };
    expected.forEach((value, at) => {
      const error = errorOf(value, found[at], precision.floor);
      if (error > worst.error) worst = { error, at };
    });
    if (worst.error <= precision[this.backend]) {
      this.passed++;
      this.largest = Math.max(this.largest, worst.error);
      return;
    }
    const exemption = exemptionFor(this.row, this.backend, {
      inputs,
      expected: expected[worst.at],
    });
    if (exemption !== undefined) {
      this.exempt[exemption.reason] = (this.exempt[exemption.reason] ?? 0) + 1;
    } else {
      this.fail(
        `${name}${inputs.length > 0 ? ` of ${inputs.join(" and ")}` : ""}: expected ${expected[worst.at]}, found ${found[worst.at]}`,
      );
    }
  }

  fail(message: string): void {
    if (this.failures.length < FAILURES_KEPT) this.failures.push(message);
    else if (this.failures.length === FAILURES_KEPT) this.failures.push("and more");
  }

  result(): RowResult {
    const { row, checks, passed, exempt, largest, failures } = this;
    const known = new Set(tf.getKernelsForBackend(this.backend).map((one) => one.kernelName));
    const needed: readonly string[] =
      this.backend === "simd" ? [] : ((KERNELS as Record<string, readonly string[]>)[row] ?? []);
    const missing = needed.filter((kernel) => !known.has(kernel));
    return { row, checks, passed, missing, exempt, largest, failures };
  }
}

/** Graphics cards leave small arrays to the processor, unless these flags say otherwise. */
const FORWARDING = ["WEBGL_CPU_FORWARD", "WEBGPU_CPU_FORWARD"];

/** Runs the chosen cases, by default all; a backend is already current. */
export async function runSuite(
  backend: EngineName,
  choice: Choice = EVERYTHING,
  engine: Engine = backend === "simd" ? onSimd : onTensors,
): Promise<RowResult[]> {
  for (const flag of FORWARDING) {
    if (flag in tf.env().getFlags() || backend.toUpperCase() === flag.split("_")[0]) {
      tf.env().set(flag, false);
    }
  }
  const tallies = new Map<string, Tally>();
  const cases = chosenCases(choice);
  for (let from = 0; from < cases.length; from += AT_ONCE) {
    const some = cases.slice(from, from + AT_ONCE);
    const finished = await Promise.allSettled(some.map((one) => runCase(one, engine)));
    for (const [k, one] of some.entries()) {
      const tally = tallies.get(one.row) ?? new Tally(one.row, backend);
      tallies.set(one.row, tally);
      const outcome = finished[k];
      if (outcome.status === "fulfilled") {
        for (const check of outcome.value) tally.add(check, one.name);
      } else {
        tally.checks++;
        tally.fail(`${one.name}: ${String(outcome.reason)}`);
      }
    }
  }
  return [...tallies.values()].map((tally) => tally.result());
}
