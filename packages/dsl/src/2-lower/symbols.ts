// What the names of a file stand for.

import type {
  Dim,
  Expr,
  HypersynapseDefinition,
  Index,
  Neuron,
  ReadEntry,
  Tensor,
  Term,
} from "@hamlet/graph";
import type { Attribute, ConnectItem, Item, Name } from "../1-parse/ast.ts";
import type { Span } from "../source.ts";

/** What the head of a synapse or a Lagrangian brings into its body: an argument, or one of its dims. */
export interface Formal {
  readonly kind: "formal";
  readonly what: "argument" | "dim";
  readonly attributes: readonly Attribute[];
}

/** A name as it was declared, before anything is known about what it means. */
export interface Declaration {
  readonly name: Name;
  readonly item: Item | Formal;
}

/** Something with names inside that dots reach: a part, or a connection and its params. */
export interface Group {
  /** "a part of type `memory`", as messages describe it. */
  readonly what: string;
  readonly members: ReadonlyMap<string, { readonly kind: string; meaning(): Meaning }>;
}

/** What a param of a synapse is in one connection. */
export interface Binding {
  readonly meaning: Meaning;
  readonly axes: readonly Dim[];
  readonly read: ReadEntry;
  readonly written: string;
  readonly span: Span;
}

/** A synapse in use: one hyperedge of the model. */
export interface Connection {
  readonly definition: HypersynapseDefinition;
  readonly term: Term;
  /** What each param of the synapse is here. */
  readonly params: ReadonlyMap<string, Binding>;
}

/**
 * What a name means. `broken` names were reported where they are declared: whoever uses them stays
 * silent. `let` is an expression over its own indices.
 */
export type Meaning =
  | { readonly kind: "dim"; readonly dim: Dim }
  | { readonly kind: "tensor"; readonly tensor: Tensor }
  | { readonly kind: "let"; readonly indices: readonly Index[]; readonly value: Expr }
  | { readonly kind: "neuron"; readonly neuron: Neuron }
  | { readonly kind: "part"; readonly group: Group }
  | { readonly kind: "connection"; readonly group: Group; readonly connection: Connection }
  | { readonly kind: "other"; readonly what: string }
  | { readonly kind: "broken" };

/** The axes that indices of a name walk; null for what has none. */
export function axesOf(meaning: Meaning): readonly Dim[] | null {
  switch (meaning.kind) {
    case "tensor":
      return meaning.tensor.axes;
    case "let":
      return meaning.indices.map((index) => index.dim);
    case "neuron":
      return meaning.neuron.axes;
    default:
      return null;
  }
}

/** "a neuron", "a param", … as messages call it. */
export function kindText(item: Item | Formal): string {
  switch (item.kind) {
    case "formal":
      return item.what;
    case "use":
      return "file";
    case "lagrangian":
      return "Lagrangian";
    case "connect":
      return "connection";
    default:
      return item.kind;
  }
}

/** What a connection is called: one without a name as its synapse. */
export function connectionName({ name, template }: ConnectItem): Name {
  return name ?? template.path.segments.at(-1)!;
}

/**
 * The names that a declaration declares.
 * Lagrangians, synapses and used files are no values: they have names of their own kind.
 */
export function declaredNames(item: Item): readonly Name[] {
  switch (item.kind) {
    case "dim":
      return item.dims.map((definition) => definition.name);
    case "connect":
      return [connectionName(item)];
    case "lagrangian":
    case "synapse":
    case "use":
    case "train":
    case "test":
    case "assert":
    case "drive":
    case "recall":
      return [];
    case "broken":
      return item.names;
    default:
      return [item.name];
  }
}
