import type { EnergyGraph, Expr } from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** A number of the file that float32 cannot hold, with its place. */
export interface RoundedNumber {
  readonly value: number | bigint;
  readonly span: Span;
}

/** What a check of a finished graph needs of the file that it was lowered from. */
export interface Written {
  readonly file: ast.FileAst;
  readonly diagnostics: Diagnostics;
  /** Where an expression was written, as far as that is known. */
  readonly spanOf: (expr: Expr) => Span | undefined;
  readonly rounded: readonly RoundedNumber[];
  /** Synapses whose energies are missing from the graph: nothing holds of the sum of all terms. */
  readonly leftOut: readonly string[];
}

/** A check that runs on the whole graph of a file without errors. */
export type GraphCheck = (graph: EnergyGraph, written: Written) => void;
