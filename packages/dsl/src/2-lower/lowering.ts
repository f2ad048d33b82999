// What lowering a declaration needs of the file around it. The lowering of a whole file
// (model.ts) is the one that implements it and calls everything else; nothing calls back by name.

import type { Dim, Neuron, Tensor } from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import type { Expressions } from "./expression.ts";
import type { Overrides } from "./overrides.ts";
import type { Scope } from "./scope.ts";
import type { Shapes } from "./shape.ts";
import type { Meaning } from "./symbols.ts";
import type { Templates } from "./templates.ts";

/** A file that is a part of another one. */
export interface PartInstance {
  /** What the names of its graph start with: `fast.`. */
  readonly prefix: string;
  /** Names that are something of the caller. */
  readonly bindings: ReadonlyMap<string, Meaning>;
  /** The place in the model's own file that messages about it point at. */
  readonly at: Span;
}

/** A file that is being lowered. */
export interface Lowering {
  readonly diagnostics: Diagnostics;
  readonly overrides: Overrides;
  readonly scope: Scope;
  readonly templates: Templates;
  readonly expressions: Expressions;
  readonly shapes: Shapes;
  /** What the names of the graph start with; empty for the model itself. */
  readonly prefix: string;
  /** Whether the file has a drive: its states are to move on, also round and round. */
  readonly isDriven: boolean;
  /** The consts of the whole model, by their names in the graph, that a schedule moves. */
  readonly scheduled: ReadonlySet<string>;
  /** The neuron that a path names; reports anything else. */
  neuron(path: ast.Path): Neuron | null;
  /** The neurons of the file that have exactly these axes. */
  neuronsWith(axes: readonly Dim[]): string[];
  /** Where a name of the file is declared. */
  declaredAt(name: string): Span | undefined;
  /** Where something of this file is, seen from the model's own file. */
  outermost(span: Span): Span;
  /** Whether a name stands in what could not be read. */
  isLost(name: string): boolean;
  /** True when something is wrong in this file or in one of its parts. */
  hasErrors(): boolean;
  /**
   * Makes a tensor that nobody declared, such as the weights of a connection, part of the model; with
   * the connection whose file it is read from, and where that is named.
   */
  adopt(
    tensor: Tensor,
    span: Span,
    stored?: { readonly connection: string; readonly file: Span },
  ): void;
  /** The file and the array that a text after `from` names, seen from the model's own folder. */
  fileOf(path: ast.StringLiteral): { readonly file: string; readonly key: string | null };
  /** The same for a dim. */
  adoptDim(dim: Dim): void;
  /** Says that the energy of a synapse was not made, because it is code that may not run. */
  leaveOut(synapse: string): void;
}
