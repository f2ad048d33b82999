import type * as ast from "../1-parse/ast.ts";
import type { SourceFile } from "../source.ts";

/** The syntax that declares a name; that of a Lagrangian's argument is the Lagrangian. */
export type Declaring =
  | ast.Item
  | ast.DimDefinition
  | ast.SynapseArgument
  | ast.Binder
  | ast.Index
  | ast.MetricStep
  | ast.Expression;

/** Something that a file gives a name. */
export interface NamedThing {
  readonly from: "file";
  /** What messages call it: `neuron`, `param`, `index`, `argument`, … */
  readonly kind: string;
  /** Where it is declared. */
  readonly name: ast.Name;
  readonly source: SourceFile;
  readonly node: Declaring;
  /** The declaration that it lives in: the synapse of an argument, the `let` of an index. */
  readonly owner: NamedThing | null;
  /** True where no name is written: a connection without one is called as its synapse. */
  readonly isImplied: boolean;
}

/** Something that the language or its catalogue gives a name. */
export interface BuiltIn {
  readonly from: "language";
  /** `Lagrangian`, `synapse`, `option`, `param`, `function`, `solver`, `word`, … */
  readonly kind: string;
  readonly text: string;
  /** What it belongs to: the synapse of an option. */
  readonly of: string | null;
}

/** One place where a name stands. */
export interface Occurrence {
  readonly name: ast.Name;
  readonly thing: NamedThing | BuiltIn;
  readonly isDeclaration: boolean;
}
